"""Types of resources that load balancers are made of, as templates call them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference
"""

from __future__ import annotations

CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
"""An application, network or gateway load balancer."""
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_CERTIFICATE = "AWS::ElasticLoadBalancingV2::ListenerCertificate"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
SERVER_CERTIFICATE = "AWS::IAM::ServerCertificate"
ACM_CERTIFICATE = "AWS::CertificateManager::Certificate"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"
SECURITY_GROUP_INGRESS = "AWS::EC2::SecurityGroupIngress"
PREFIX_LIST = "AWS::EC2::PrefixList"
STACK = "AWS::CloudFormation::Stack"

LOAD_BALANCERS = frozenset({CLASSIC, LOAD_BALANCER})
"""Replacing one changes its DNS name: clients that know the old one lose the service."""
