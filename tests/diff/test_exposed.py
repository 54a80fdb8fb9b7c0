"""Well-known ports that public clients can newly reach are `exposed`, in anybody's template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sslstack.diff import Effect, Review
from support.templates import review

GROUP: dict[str, Any] = {
    "Type": "AWS::EC2::SecurityGroup",
    "Properties": {"SecurityGroupIngress": [
        {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "CidrIp": "10.0.0.0/8"}
    ]},
}  # fmt: skip


def _listener(port: Any, target: Any = None, protocol: str = "TCP") -> dict[str, Any]:
    return {
        "LoadBalancerPort": str(port) if isinstance(port, int) else port,
        "InstancePort": str(target or port) if not isinstance(target, dict) else target,
        "Protocol": protocol,
    }


def _classic(*listeners: Any, source: Any = "0.0.0.0/0", more: Any = None, **extra: Any) -> str:
    """Write a template with a load balancer whose group lets clients in at every port it has."""
    rules = [
        {"IpProtocol": "tcp", "FromPort": one.get("LoadBalancerPort"),
         "ToPort": one.get("LoadBalancerPort"), "CidrIp": source}
        for one in listeners if "LoadBalancerPort" in one
    ]  # fmt: skip
    return json.dumps({
        "Resources": {
            "Web": {
                "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
                "Properties": {
                    "Listeners": list(listeners),
                    "SecurityGroups": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                    **extra,
                },
            },
            "Group": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {"SecurityGroupIngress": rules},
            },
        },
        **(more or {}),
    })  # fmt: skip


def _modern(
    port: int, target: int, *, kind: str = "network", scheme: str = "internet-facing",
    forward: Any = None, groups: Any = None,
) -> str:  # fmt: skip
    return json.dumps({
        "Resources": {
            "Balancer": {
                "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "Properties": {"Type": kind, "Scheme": scheme, **(groups or {})},
            },
            "Listener": {
                "Type": "AWS::ElasticLoadBalancingV2::Listener",
                "Properties": {
                    "LoadBalancerArn": {"Ref": "Balancer"}, "Port": port, "Protocol": "TCP",
                    "DefaultActions": [
                        forward or {"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}
                    ],
                },
            },
            "Targets": {
                "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
                "Properties": {"Port": target, "Protocol": "TCP"},
            },
            "Group": GROUP,
        }
    })  # fmt: skip


WEB = _listener(443, 8080, "HTTP")
REDIS = _listener(6379)
CLOSED = _classic(REDIS, Listeners=[])
EITHER_PORT = {**REDIS, "LoadBalancerPort": {"Fn::If": ["Debug", "6379", "6380"]}}
CONDITIONAL_LIST = {"Fn::If": ["Debug", [REDIS], []]}
CONDITIONAL = {"Fn::If": ["Debug", REDIS, {"Ref": "AWS::NoValue"}]}
PARAMETER = {"Parameters": {"Port": {"Type": "Number", "Default": 6379}}}
SCHEME = {"Parameters": {"Scheme": {"Type": "String", "Default": "internal"}}}
WEIGHTED = {
    "Type": "forward",
    "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": {"Ref": "Targets"}}]},
}


def _exposed(found: Review) -> list[str]:
    return [one.subject for one in found.consequences if one.effect is Effect.EXPOSED]


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        (_classic(WEB), _classic(WEB, REDIS), ["Web:6379"]),
        ("", _classic(REDIS), ["Web:6379"]),
        (_classic(WEB), _classic(WEB, _listener(7000, 6379)), ["Web:7000"]),
        (_classic(WEB), _classic(WEB, _listener(2375, 8000)), ["Web:2375"]),
        (_classic(WEB), _classic(_listener(443, 9200, "HTTP")), ["Web:443"]),
        (_classic(REDIS, source="10.0.0.0/8"), _classic(REDIS), ["Web:6379"]),
        (_classic(REDIS, source="10.0.0.0/8"), _classic(REDIS, source="0.0.0.0/1"), ["Web:6379"]),
        (_classic(REDIS, Scheme="internal"), _classic(REDIS), ["Web:6379"]),
        (_classic(REDIS, Scheme={"Ref": "Scheme"}, more=SCHEME), _classic(REDIS), ["Web:6379"]),
        (_classic(REDIS), _classic(REDIS, _listener(3389)), ["Web:3389"]),
        (_classic(WEB), _classic(WEB, _listener({"Ref": "Port"}), more=PARAMETER), ["Web:6379"]),
        (_classic(WEB), _classic(WEB, EITHER_PORT),
         ["Web:6379", "Web:6380"]),
        (CLOSED, _classic(REDIS, Listeners=CONDITIONAL_LIST), ["Web:6379"]),
        (CLOSED, _classic(REDIS, Listeners=[CONDITIONAL]),
         ["Web:6379"]),
        (_classic(REDIS, source="10.0.0.0/8"),
         _classic(REDIS, SecurityGroups=[{"Ref": "Groups"}]), ["Web:6379"]),
        (_modern(443, 8080), _modern(22, 22), ["Balancer:22"]),
        (_modern(443, 8080), _modern(443, 5432), ["Balancer:443"]),
        (_modern(443, 8080), _modern(443, 5432, forward=WEIGHTED), ["Balancer:443"]),
        (_modern(22, 22, scheme="internal"), _modern(22, 22), ["Balancer:22"]),
        (_modern(22, 22, groups={"SecurityGroups": [{"Ref": "Group"}]}), _modern(22, 22),
         ["Balancer:22"]),
    ],
)  # fmt: skip
def test_what_is_newly_exposed(before: str, after: str, where: list[str]) -> None:
    """A new listener, wider clients, a public scheme: by the front port and by the one behind."""
    found = review(before, after)
    assert sorted({one.partition(" ")[0] for one in _exposed(found)} - {"Group"}) == where
    assert found.consequences[0].effect is Effect.EXPOSED
    assert _exposed(review(after, after.replace("tcp", "6"))) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_classic(WEB), _classic(WEB, _listener(80, 8080, "HTTP"))),
        (_classic(WEB), _classic(WEB, _listener(8443, 3000, "HTTPS"))),
        (_classic(WEB), _classic(WEB, _listener(993))),
        (_classic(WEB), _classic(WEB, REDIS, source="10.0.0.0/8")),
        (_classic(WEB), _classic(WEB, REDIS, source="2001:db8::/48")),
        (_classic(WEB, Scheme="internal"), _classic(WEB, REDIS, Scheme="internal")),
        (_classic(REDIS, source="0.0.0.0/1"), _classic(REDIS, source="0.0.0.0/2")),
        (_classic(REDIS), _classic(_listener(6379, 6380))),
        (_modern(22, 22), _modern(22, 22, groups={"SecurityGroups": [{"Ref": "Group"}]})),
    ],
)  # fmt: skip
def test_what_is_not(before: str, after: str) -> None:
    """Ordinary ports, private clients, internal load balancers, and what was exposed before."""
    assert _exposed(review(before, after)) == []


def test_a_port_that_a_security_group_opens() -> None:
    """The group is in the template, the listener may be elsewhere; clients may be everybody."""
    before = _classic(WEB)
    after = json.loads(before)
    after["Resources"]["More"] = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {"GroupId": {"Fn::GetAtt": "Group.GroupId"}, "IpProtocol": -1,
                       "CidrIpv6": "::/0"},
    }  # fmt: skip
    (one,) = (
        one for one in review(before, json.dumps(after)).consequences if one.effect == "exposed"
    )
    assert (one.kind, one.subject) == ("exposure.group", "Group")
    assert "::/0" in one.message


def test_an_ordinary_new_port_is_a_change() -> None:
    found = review(_classic(WEB), _classic(WEB, _listener(8080, 3000, "HTTP")))
    assert {one.effect for one in found.consequences if one.subject == "Web:8080"} == {
        Effect.CHANGE
    }


def test_a_loop_of_resources_is_compared_like_any_other_entry() -> None:
    """What Fn::ForEach holds is a list, and no resource."""
    plain = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    loop = {"Fn::ForEach::Loop": ["P", ["a"], {"${P}": {"Type": "AWS::SNS::Topic"}}]}
    looped = {"Resources": {**plain["Resources"], **loop}}
    for before, after in ((plain, looped), (looped, plain)):
        assert review(json.dumps(before), json.dumps(after)).diff.resources


@pytest.mark.parametrize("values", [["22", "80"], {"Ref": "Ports"}])
def test_a_loop_of_listeners_exposes_what_its_copies_would(values: Any) -> None:
    """A loop is written out; where its values are not known, one copy stands for all."""
    listener = {
        "Type": "AWS::ElasticLoadBalancingV2::Listener",
        "Properties": {
            "LoadBalancerArn": {"Ref": "Balancer"},
            "Port": {"Ref": "Port"} if isinstance(values, list) else 22,
            "Protocol": "TCP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}],
        },
    }
    before = json.loads(_modern(443, 8443))
    after = json.loads(_modern(443, 8443))
    after["Resources"]["Fn::ForEach::Ports"] = ["Port", values, {"Listener${Port}": listener}]
    after["Transform"] = "AWS::LanguageExtensions"
    found = review(json.dumps(before), json.dumps(after))
    assert Effect.EXPOSED in {one.effect for one in found.consequences}
