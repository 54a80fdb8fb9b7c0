"""Templates and declarations whose parts have odd types are findings, never a defect."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sslstack import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFECT = 70
ODD: list[Any] = [
    None, 3, "x", [], {}, True, [None], {"a": None}, [[]], 1.5, -1, 10**30, "\x00", "x" * 70_000,
    {"Ref": 3}, {"Fn::If": None}, {"Fn::If": ["C", None, 3]}, {"Fn::GetAtt": "A"},
]  # fmt: skip
TEMPLATE: dict[str, Any] = {
    "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["E9999"]}}},
    "Parameters": {"Vpc": {"Type": "String", "Default": "vpc-1"}},
    "Mappings": {"M": {"a": {"b": "c"}}},
    "Conditions": {"C": {"Fn::Equals": ["a", "b"]}},
    "Resources": {
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "x",
                "VpcId": {"Ref": "Vpc"},
                "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
                ],
            },
        },
        "Classic": {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["E9999"]}}},
            "Properties": {
                "Listeners": [
                    {
                        "LoadBalancerPort": "443",
                        "InstancePort": "80",
                        "Protocol": "HTTPS",
                        "PolicyNames": ["tls"],
                        "SSLCertificateId": {"Fn::GetAtt": ["Certificate", "Arn"]},
                    }
                ],
                "Policies": [
                    {
                        "PolicyName": "tls",
                        "PolicyType": "SSLNegotiationPolicyType",
                        "Attributes": [
                            {
                                "Name": "Reference-Security-Policy",
                                "Value": "ELBSecurityPolicy-TLS-1-2-2017-01",
                            }
                        ],
                    }
                ],
                "HealthCheck": {"Target": "HTTP:80/", "Interval": "30", "Timeout": "5"},
                "SecurityGroups": [{"Ref": "Group"}],
            },
        },
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "Port": 443,
                "Protocol": "HTTPS",
                "LoadBalancerArn": {"Ref": "Application"},
                "Certificates": [{"CertificateArn": {"Ref": "Certificate"}}],
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": "x"}],
            },
        },
        "Application": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Type": "application", "Subnets": ["subnet-1", "subnet-2"]},
        },
        "Certificate": {
            "Type": "AWS::IAM::ServerCertificate",
            "Properties": {"CertificateBody": "x", "PrivateKey": {"Ref": "Vpc"}},
        },
    },
    "Outputs": {"Name": {"Value": {"Fn::GetAtt": ["Classic", "DNSName"]}}},
}
DECLARATION: dict[str, Any] = {
    "version": 1,
    "stack": "site",
    "load_balancer": "classic",
    "compose": {"files": ["docker-compose.yml"], "env_files": [], "profiles": ["web"]},
    "checks": {"W9107": {"level": "notice", "reason": "x"}},
    "certificates": {
        "one": {"certificate": "one.crt", "domains": ["web.example"]},
        "two": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    },
    "listeners": {
        "web:443": {
            "certificate": "two",
            "protocol": "https",
            "secure": True,
            "backend": {"trusted_keys": ["k.pub"], "proxy_protocol": False},
        }
    },
    "services": {
        "web": {
            "ports": [443],
            "ingress": ["10.0.0.0/8"],
            "health_check": {"path": "/", "interval": 30},
            "stickiness": {"cookie": "x"},
            "access_logs": {"bucket": "logs"},
        }
    },
    "environments": {
        "prod": {"account": "123456789012", "tags": {"a": "b"}, "services": {"web": {"ports": []}}}
    },
}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, one in value.items() if isinstance(value, dict) else listed:
        yield from _paths(one, (*path, key))


def _with(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Put something odd into a copy."""
    if not path:
        return odd
    copied = json.loads(json.dumps(value))
    inside = copied
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = odd
    return copied


def _run(*command: str) -> int:
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        return cli.run(list(command))


_SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@_SETTINGS
@given(path=st.sampled_from(list(_paths(TEMPLATE))), odd=st.sampled_from(ODD))
def test_templates(workdir: Path, path: tuple[Any, ...], odd: Any) -> None:
    """In JSON, whatever is odd in them."""
    (workdir / "t.json").write_text(json.dumps(_with(TEMPLATE, path, odd)))
    assert _run("check", "t.json") in (0, 1, 2)


@_SETTINGS
@given(path=st.sampled_from(list(_paths(DECLARATION))), odd=st.sampled_from(ODD))
def test_declarations(workdir: Path, path: tuple[Any, ...], odd: Any) -> None:
    """In check and create, whatever is odd in them."""
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    text = yaml.safe_dump(_with(DECLARATION, path, odd), sort_keys=False)
    (workdir / "ssl.yml").write_text(text)
    for command in (("check",), ("list",), ("create", "web:443", "two")):
        assert _run(*command) != DEFECT, command


@pytest.mark.parametrize("section", ["Metadata", "Resources", "Parameters", "Outputs"])
@pytest.mark.parametrize("text", ["null", "3", "[]", '"x"'])
def test_sections_of_a_template(
    workdir: Path, capsys: pytest.CaptureFixture[str], section: str, text: str
) -> None:
    """Each is an error at a place."""
    (workdir / "t.json").write_text(
        json.dumps({"Resources": {"A": {"Type": "AWS::SNS::Topic"}}} | {section: json.loads(text)})
    )
    assert cli.run(["check", "t.json"]) == 1
    assert "t.json:1:" in capsys.readouterr().out
