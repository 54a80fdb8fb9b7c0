"""Resource types of load balancers and what belongs to them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sslstack.kinds import KINDS

if TYPE_CHECKING:
    from sslstack.kinds import Kind

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


def type_of(kind: Kind) -> str:
    """Return the resource type of a kind of load balancer."""
    match kind:
        case "classic":
            return CLASSIC
        case "application" | "network":
            return LOAD_BALANCER
        case _:
            assert_never(kind)


def kind_of_type(text: str | None) -> Kind | None:
    """Return the kind that `Type` of a load balancer names; None for others or unknown ones."""
    return next((one for one in KINDS if one == text and type_of(one) == LOAD_BALANCER), None)
