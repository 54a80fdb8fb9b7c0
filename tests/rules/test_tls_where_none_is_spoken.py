"""Certificates and security policies of listeners that speak no TLS, and what is no such thing."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack.rules.every import RULES

ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
NOTHING = {"Ref": "AWS::NoValue"}


def _either(condition: str, one: Any, other: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, one, other]}


def _fired(template: dict[str, Any], rule: str) -> int:
    sections = {
        "Parameters": {
            "Stage": {"Type": "String", "Default": "test"},
            "Empty": {"Type": "String", "Default": ""},
            "Held": {"Type": "String"},
            "Plain": {"Type": "String", "AllowedValues": ["HTTP"]},
            "Any": {"Type": "String", "Default": "HTTP", "AllowedValues": ["HTTP", "HTTPS"]},
        },
        "Conditions": {
            name: {"Fn::Equals": [{"Ref": "Stage"}, name]} for name in ("Secure", "Other")
        },
    }
    (checked,) = (one for one in RULES if one.id == rule)
    return len(list(checked.find_faults({**sections, "Resources": template})))


def _classic(protocol: Any, certificate: Any) -> dict[str, Any]:
    return {
        "Web": {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Properties": {"Listeners": [
                {"LoadBalancerPort": "8443", "InstancePort": "80", "Protocol": protocol,
                 "SSLCertificateId": certificate}
            ]},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "certificate", "count"),
    [
        ("TCP", ARN, 1),
        ("http", ARN, 1),
        ("HTTP", {"Ref": "Held"}, 1),
        ({"Ref": "Plain"}, ARN, 1),
        ("TCP", _either("Secure", ARN, NOTHING), 1),
        (_either("Secure", "HTTPS", "HTTP"), ARN, 1),
        (_either("Secure", "HTTPS", "HTTP"), _either("Secure", NOTHING, ARN), 1),
        ("HTTPS", ARN, 0),
        ("Ssl", ARN, 0),
        ("TCP", NOTHING, 0),
        ("TCP", "", 0),
        ("TCP", {"Ref": "Empty"}, 0),
        ({"Ref": "Any"}, ARN, 0),
        ({"Ref": "Held"}, ARN, 0),
        (_either("Secure", "HTTPS", "HTTP"), _either("Secure", ARN, NOTHING), 0),
        (_either("Secure", "HTTPS", "HTTP"), _either("Other", ARN, NOTHING), 0),
    ],
)
def test_a_certificate_of_a_classic_listener(protocol: Any, certificate: Any, count: int) -> None:
    assert _fired(_classic(protocol, certificate), "E9109") == count


def _modern(protocol: Any, **tls: Any) -> dict[str, Any]:
    return {
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": {"Ref": "Held"}, "Port": 80, "Protocol": protocol,
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Held"}}], **tls,
            },
        }
    }  # fmt: skip


CERTIFICATES = [{"CertificateArn": ARN}]


@pytest.mark.parametrize(
    ("protocol", "tls", "count"),
    [
        ("HTTP", {"SslPolicy": POLICY}, 1),
        ("HTTP", {"Certificates": CERTIFICATES}, 1),
        ("HTTP", {"SslPolicy": POLICY, "Certificates": CERTIFICATES}, 2),
        *((plain, {"SslPolicy": POLICY}, 1) for plain in ("TCP", "UDP", "TCP_UDP", "QUIC")),
        ("TCP", {"Certificates": {"Ref": "Held"}}, 1),
        ("HTTP", {"SslPolicy": _either("Secure", POLICY, NOTHING)}, 1),
        ({"Ref": "Plain"}, {"SslPolicy": POLICY}, 1),
        ("HTTPS", {"SslPolicy": POLICY, "Certificates": CERTIFICATES}, 0),
        ("TLS", {"SslPolicy": POLICY, "Certificates": CERTIFICATES}, 0),
        ("HTTP", {"Certificates": []}, 0),
        ("HTTP", {"SslPolicy": NOTHING}, 0),
        ({"Ref": "Any"}, {"SslPolicy": POLICY}, 0),
        (_either("Secure", "HTTPS", "HTTP"), {"SslPolicy": _either("Secure", POLICY, NOTHING)}, 0),
    ],
)
def test_tls_of_a_listener_that_speaks_none(protocol: Any, tls: Any, count: int) -> None:
    assert _fired(_modern(protocol, **tls), "E9168") == count


def test_a_listener_certificate_for_a_plaintext_listener() -> None:
    extra = {
        "Type": "AWS::ElasticLoadBalancingV2::ListenerCertificate",
        "Properties": {"ListenerArn": {"Ref": "Listener"}, "Certificates": CERTIFICATES},
    }
    assert _fired({**_modern("HTTP"), "Extra": extra}, "E9168") == 1
    assert _fired({**_modern("HTTPS"), "Extra": extra}, "E9168") == 0


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ({"Protocol-TLSv1.2": "false", "AES128-SHA": "true"}, 1),
        ({"Protocol-TLSv1.2": False, "Protocol-TLSv1.1": "false", "AES128-SHA": "true"}, 1),
        ({"Protocol-TLSv1.2": "on", "AES128-SHA": "true"}, 1),
        ({"Protocol-TLSv1.2": "true", "AES128-SHA": "1"}, 1),
        ({"Protocol-TLSv1.2": "true", "Server-Defined-Cipher-Order": "yes please"}, 1),
        ({"Protocol-TLSv1.2": True, "AES128-SHA": True}, 0),
        ({"Protocol-TLSv1.2": "true", "Protocol-TLSv1.1": "false", "AES128-SHA": "true"}, 0),
        ({"Protocol-TLSv1.2": _either("Secure", "true", "false"), "AES128-SHA": "true"}, 0),
        ({"Protocol-TLSv1.2": {"Ref": "Held"}, "AES128-SHA": "true"}, 0),
        ({"Reference-Security-Policy": "ELBSecurityPolicy-TLS-1-2-2017-01"}, 0),
    ],
)
def test_the_switches_of_a_policy_of_ones_own(attributes: dict[str, Any], count: int) -> None:
    template = _classic("TCP", NOTHING)
    template["Web"]["Properties"]["Policies"] = [{
        "PolicyName": "tls", "PolicyType": "SSLNegotiationPolicyType",
        "Attributes": [{"Name": name, "Value": value} for name, value in attributes.items()],
    }]  # fmt: skip
    assert _fired(template, "E9114") == count
