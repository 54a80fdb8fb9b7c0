"""What changed listeners of application and classic load balancers mean, in anybody's template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sslstack.diff import Effect
from support.templates import review

W, S, R = Effect.WEAKER, Effect.STRONGER, Effect.REMOVED
FORWARD = {"Type": "forward", "TargetGroupArn": "arn:aws:group"}
REDIRECT = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
SIGN_IN = {"Type": "authenticate-oidc", "Order": 1}


def _application(port: int, *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give the resources of a listener and its load balancer."""
    properties = {"LoadBalancerArn": {"Ref": "Web"}, "Port": port, "Protocol": "HTTPS",
                  "DefaultActions": actions or [FORWARD], **more}  # fmt: skip
    return {
        "Web": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {}},
        "Listener": {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": properties},
    }


def _policy(name: str) -> dict[str, Any]:
    return _application(443, SslPolicy=name, Certificates=[{"CertificateArn": "arn:a"}])


def _certificates(*names: str) -> dict[str, Any]:
    return _application(443, Certificates=[{"CertificateArn": one} for one in names])


def _extra() -> dict[str, Any]:
    properties = {"ListenerArn": {"Ref": "Listener"}, "Certificates": [{"CertificateArn": "arn:b"}]}
    extra = {"Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate", "Properties": properties}
    return {**_certificates("arn:a"), "Extra": extra}


def _custom(*allowed: str) -> dict[str, Any]:
    listener = {"LoadBalancerPort": "443", "Protocol": "HTTPS", "InstancePort": "80",
                "SSLCertificateId": "arn:a", "PolicyNames": ["own"]}  # fmt: skip
    policy = {"PolicyName": "own", "PolicyType": "SSLNegotiationPolicyType",
              "Attributes": [{"Name": one, "Value": "true"} for one in allowed]}  # fmt: skip
    return {
        "Web": {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Properties": {"Listeners": [listener], "Policies": [policy]},
        }
    }


def _requested(*names: str) -> dict[str, Any]:
    properties = {"DomainName": names[0], "SubjectAlternativeNames": list(names[1:])}
    return {"Own": {"Type": "AWS::CertificateManager::Certificate", "Properties": properties}}


TLS_1_2 = ("Protocol-TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256")


@pytest.mark.parametrize(
    ("stronger", "weaker", "kind"),
    [
        (_application(80, REDIRECT, Protocol="HTTP"), _application(80, Protocol="HTTP"),
         "listener.redirect"),
        (_application(443, SIGN_IN, FORWARD), _application(443), "listener.sign-in"),
        (_application(443, MutualAuthentication={"Mode": "verify"}),
         _application(443, MutualAuthentication={"Mode": "passthrough"}),
         "listener.client-certificate"),
        (_application(443), _application(443, Protocol="HTTP"), "listener.tls"),
        (_policy("ELBSecurityPolicy-TLS13-1-3-2021-06"),
         _policy("ELBSecurityPolicy-TLS13-1-2-2021-06"), "listener.policy"),
        (_policy("ELBSecurityPolicy-TLS13-1-2-2021-06"), _policy("ELBSecurityPolicy-2016-08"),
         "listener.policy"),
        (_policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
         _policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06"), "listener.policy"),
        (_custom(*TLS_1_2), _custom(*TLS_1_2, "Protocol-TLSv1"), "listener.policy"),
        (_custom(*TLS_1_2), _custom(*TLS_1_2, "RC4-MD5"), "listener.policy"),
        (_custom(*TLS_1_2), _custom(*TLS_1_2, "AES128-SHA"), "listener.policy"),
    ],
)  # fmt: skip
def test_what_weakens_a_listener_and_its_reverse(
    stronger: dict[str, Any], weaker: dict[str, Any], kind: str
) -> None:
    sides = [json.dumps({"Resources": one}) for one in (stronger, weaker)]
    for (before, after), effect in ((sides, W), (sides[::-1], S)):
        found = {one.kind: one.effect for one in review(before, after).consequences}
        assert found[kind] is effect


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (_certificates("arn:a", "arn:b"), _certificates("arn:a"), "listener.names"),
        (_extra(), _certificates("arn:a"), "listener.names"),
        (_requested("a.example", "b.example"), _requested("a.example"), "certificate.names"),
        (_requested("*.example"), _requested("a.example"), "certificate.names"),
    ],
)
def test_names_that_a_listener_loses(
    before: dict[str, Any], after: dict[str, Any], kind: str
) -> None:
    """A certificate that is not in the template may be for any name."""
    sides = [json.dumps({"Resources": one}) for one in (before, after)]
    assert (kind, R) in {(one.kind, one.effect) for one in review(*sides).consequences}
    assert R not in {one.effect for one in review(*sides[::-1]).consequences}


def test_names_that_a_wildcard_covers_are_not_lost() -> None:
    sides = [json.dumps({"Resources": _requested(*one)}) for one in (["a.b.c"], ["*.b.c"])]
    assert R not in {one.effect for one in review(*sides).consequences if "names" in one.kind}
