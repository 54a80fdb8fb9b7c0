"""Classic load balancers: what a stack sets is there, and what AWS refuses is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from support import pki
from support.emulated import balancer, certificate, secure_listener, template

if TYPE_CHECKING:
    from support.emulated import Cloud

LEAF = pki.issue("leaf.example.com", None, domains=["leaf.example.com"])
ABSENT = "arn:aws:iam::123456789012:server-certificate/absent"
POLICY = {
    "PolicyName": "strong",
    "PolicyType": "SSLNegotiationPolicyType",
    "Attributes": [
        {"Name": "Reference-Security-Policy", "Value": "ELBSecurityPolicy-TLS-1-2-2017-01"}
    ],
}
KEY = {
    "PolicyName": "key",
    "PolicyType": "PublicKeyPolicyType",
    "Attributes": [{"Name": "PublicKey", "Value": "MIIB"}],
}
TRUST = {
    "PolicyName": "trust",
    "PolicyType": "BackendServerAuthenticationPolicyType",
    "Attributes": [{"Name": "PublicKeyPolicyName", "Value": "key"}],
    "InstancePorts": ["8443"],
}


def listener(port: int, back: int, protocol: str, instance: str | None = None) -> dict[str, Any]:
    """Give a listener without a certificate."""
    spoken = {"InstanceProtocol": instance} if instance else {}
    ports = {"LoadBalancerPort": str(port), "InstancePort": str(back)}
    return {**ports, "Protocol": protocol, **spoken}


def test_every_property_of_a_listener_arrives(cloud: Cloud) -> None:
    """Instance protocol, certificate, policies; policies of instance ports; the rest."""
    front = secure_listener(InstancePort="8443", InstanceProtocol="HTTPS", PolicyNames=["strong"])
    wanted = balancer(
        [front, listener(25, 2525, "tcp")],
        Policies=[KEY, TRUST, POLICY],
        CrossZone=True,
        ConnectionSettings={"IdleTimeout": 61},
        ConnectionDrainingPolicy={"Enabled": True, "Timeout": 62},
        Tags=[{"Key": "own", "Value": "tag"}],
    )
    cloud.deploy("whole", template(Certificate=certificate(LEAF), Balancer=wanted))
    (found,) = cloud.balancers
    (name,) = cloud.certificates
    assert found["ListenerDescriptions"] == [
        {
            "Listener": {
                "Protocol": "HTTPS",
                "LoadBalancerPort": 443,
                "InstanceProtocol": "HTTPS",
                "InstancePort": 8443,
                "SSLCertificateId": f"arn:aws:iam::123456789012:server-certificate/{name}",
            },
            "PolicyNames": ["strong"],
        },
        {
            "Listener": {
                "Protocol": "TCP",
                "LoadBalancerPort": 25,
                "InstanceProtocol": "TCP",
                "InstancePort": 2525,
            },
            "PolicyNames": [],
        },
    ]
    assert found["BackendServerDescriptions"] == [{"InstancePort": 8443, "PolicyNames": ["trust"]}]
    client, named = cloud.client("elb"), {"LoadBalancerName": found["LoadBalancerName"]}
    attributes = client.describe_load_balancer_attributes(**named)["LoadBalancerAttributes"]
    assert attributes["CrossZoneLoadBalancing"] == {"Enabled": True}
    assert attributes["ConnectionSettings"] == {"IdleTimeout": 61}
    assert attributes["ConnectionDraining"] == {"Enabled": True, "Timeout": 62}
    (tags,) = client.describe_tags(LoadBalancerNames=list(named.values()))["TagDescriptions"]
    assert {"Key": "own", "Value": "tag"} in tags["Tags"]
    assert {"Key": "aws:cloudformation:stack-name", "Value": "whole"} in tags["Tags"]
    policies = client.describe_load_balancer_policies(**named)["PolicyDescriptions"]
    assert [one["PolicyName"] for one in policies] == ["key", "trust", "strong"]


def test_subnets_groups_and_scheme_arrive(cloud: Cloud) -> None:
    """An internal load balancer says so in its DNS name."""
    subnets = cloud.network["Subnets"].split(",")
    group = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "clients", "VpcId": cloud.network["VpcId"]},
    }
    wanted = balancer(
        Subnets=subnets, Scheme="internal", SecurityGroups=[{"Fn::GetAtt": ["Group", "GroupId"]}]
    )
    del wanted["Properties"]["AvailabilityZones"]
    cloud.deploy("inside", template(Group=group, Balancer=wanted))
    (found,) = cloud.balancers
    assert sorted(found["Subnets"]) == sorted(subnets)
    assert found["VPCId"] == cloud.network["VpcId"]
    assert found["DNSName"].startswith(f"internal-{found['LoadBalancerName']}-")
    assert len(found["SecurityGroups"]) == 1


def test_the_outputs_are_those_of_the_type(cloud: Cloud) -> None:
    """Ref is the name; DNS name and hosted zone by GetAtt."""
    outputs = {
        "Name": {"Value": {"Ref": "Balancer"}},
        "Dns": {"Value": {"Fn::GetAtt": ["Balancer", "DNSName"]}},
        "Zone": {"Value": {"Fn::GetAtt": "Balancer.CanonicalHostedZoneNameID"}},
    }
    stack = cloud.deploy("told", {**template(Balancer=balancer()), "Outputs": outputs})
    told = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    (found,) = cloud.balancers
    assert told == {
        "Name": found["LoadBalancerName"],
        "Dns": found["DNSName"],
        "Zone": "Z35SXDOTRQ7X7K",
    }


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Listeners": [listener(443, 80, "HTTPS")]}, "SSLCertificateId is required"),
        ({"Listeners": [listener(80, 80, "HTTP", "TCP")]}, "must be at the same layer"),
        ({"Listeners": [listener(80, 80, "TCP", "HTTPS")]}, "must be at the same layer"),
        ({"Listeners": [listener(80, 80, "UDP")]}, "must be at the same layer"),
        ({"Listeners": [listener(0, 80, "TCP")]}, "must be between 1 and 65535"),
        (
            {"Listeners": [listener(80, 80, "TCP"), listener(80, 81, "TCP")]},
            "DuplicateListener",
        ),
        (
            {"Listeners": [listener(80, 80, "TCP"), listener(81, 80, "TCP", "SSL")]},
            "cannot be both secure and not secure",
        ),
        (
            {"Listeners": [{**listener(80, 80, "HTTP"), "PolicyNames": ["absent"]}]},
            "There is no policy with name absent",
        ),
        ({"Policies": [POLICY, POLICY]}, "DuplicatePolicyName"),
        ({"Policies": [{**POLICY, "PolicyType": "Unknown"}]}, "PolicyTypeNotFound"),
        ({"Policies": [{**POLICY, "PolicyName": "ELBSample-x"}]}, "reserved policy name"),
        ({"Policies": [TRUST, KEY]}, "There is no policy with name key"),
        ({"Policies": [KEY, TRUST]}, "No listener speaks to instance port 8443"),
        (
            {
                "Policies": [
                    {**POLICY, "Attributes": [{"Name": "Reference-Security-Policy", "Value": "x"}]}
                ]
            },
            "There is no predefined policy x",
        ),
        ({"SecurityGroups": ["sg-absent"]}, "security groups do not exist"),
        (
            {"HealthCheck": {**balancer()["Properties"]["HealthCheck"], "Target": "HTTP:80"}},
            "Invalid HealthCheck Target",
        ),
        (
            {"HealthCheck": {**balancer()["Properties"]["HealthCheck"], "Timeout": "30"}},
            "timeout must be less than interval",
        ),
        ({"Listener": []}, "extraneous key [Listener] is not permitted"),
        (
            {
                "Listeners": [
                    {
                        **listener(443, 80, "HTTPS"),
                        "SSLCertificateId": ABSENT,
                    }
                ]
            },
            f"Server Certificate not found for the key: {ABSENT}",
        ),
    ],
)
def test_what_aws_refuses_is_refused(cloud: Cloud, properties: dict[str, Any], reason: str) -> None:
    """The creation fails with the reason, and leaves nothing behind."""
    wanted = balancer()
    wanted["Properties"] |= properties
    stack = cloud.deploy("refused", template(Balancer=wanted))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    (failed,) = [one[2] for one in cloud.events("refused") if one[1] == "CREATE_FAILED"]
    assert reason in failed
    assert cloud.balancers == []


def test_an_update_that_is_refused_changes_nothing(cloud: Cloud) -> None:
    """The listeners are those of before, down to their policies."""
    front = secure_listener(PolicyNames=["strong"])
    first = template(Certificate=certificate(LEAF), Balancer=balancer([front], Policies=[POLICY]))
    cloud.deploy("firm", first)
    (before,) = cloud.balancers
    front = secure_listener(PolicyNames=["absent"])
    wrong = template(Certificate=certificate(LEAF), Balancer=balancer([front], Policies=[POLICY]))
    assert cloud.deploy("firm", wrong)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.balancers == [before]


def test_another_scheme_makes_another_load_balancer(cloud: Cloud) -> None:
    """Replaced, with a new DNS name, the old one deleted in the clean-up."""
    cloud.deploy("turned", template(Balancer=balancer()))
    (before,) = cloud.balancers
    cloud.deploy("turned", template(Balancer=balancer(Scheme="internal")))
    (after,) = cloud.balancers
    assert after["LoadBalancerName"] != before["LoadBalancerName"]


def test_a_health_check_that_appears_replaces_the_load_balancer(cloud: Cloud) -> None:
    """The change set says "may", the execution does."""
    bare = balancer()
    del bare["Properties"]["HealthCheck"]
    cloud.deploy("checked", template(Balancer=bare))
    (before,) = cloud.balancers
    cloud.deploy("checked", template(Balancer=balancer()))
    (after,) = cloud.balancers
    assert after["LoadBalancerName"] != before["LoadBalancerName"]


def test_the_api_keeps_the_same_rules(cloud: Cloud) -> None:
    """Listeners, certificates and policies set by hand."""
    elb, named = cloud.client("elb"), {"LoadBalancerName": "by-hand"}
    plain = {"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25}
    elb.create_load_balancer(**named, Listeners=[plain], AvailabilityZones=["us-east-1a"])
    add = elb.create_load_balancer_listeners
    secure = {**plain, "LoadBalancerPort": 26, "Protocol": "SSL", "InstanceProtocol": "SSL"}
    with pytest.raises(elb.exceptions.CertificateNotFoundException):
        add(**named, Listeners=[{**secure, "InstancePort": 26, "SSLCertificateId": ABSENT}])
    add(**named, Listeners=[{**plain, "LoadBalancerPort": 27}, {**plain, "LoadBalancerPort": 28}])
    elb.delete_load_balancer_listeners(**named, LoadBalancerPorts=[25, 28])
    (found,) = cloud.balancers
    ports = [one["Listener"]["LoadBalancerPort"] for one in found["ListenerDescriptions"]]
    assert ports == [27]
    set_certificate = elb.set_load_balancer_listener_ssl_certificate
    with pytest.raises(elb.exceptions.CertificateNotFoundException):
        set_certificate(**named, LoadBalancerPort=27, SSLCertificateId=ABSENT)
    cookie = {**named, "PolicyName": "cookie"}
    elb.create_lb_cookie_stickiness_policy(**cookie)
    elb.set_load_balancer_policies_of_listener(**named, LoadBalancerPort=27, PolicyNames=["cookie"])
    with pytest.raises(ClientError, match="is in use"):
        elb.delete_load_balancer_policy(**cookie)
    elb.delete_load_balancer(**named)
    with pytest.raises(elb.exceptions.AccessPointNotFoundException):
        add(**named, Listeners=[plain])
