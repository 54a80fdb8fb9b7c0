"""What a load balancer is goes into ssl.yml; what ssl.yml has no word for is said."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from sslstack import adoption, compose, declaration, documents
from sslstack.adoption import keys
from sslstack.declaration.load import validate
from sslstack.errors import InputError
from sslstack.files import Reader
from support import pki
from support.live_load_balancer import ARN, SPKI, listener, load_balancer, policy

COMPOSE = Path("docker-compose.yml")
KEY_FILE = f"certs/key-{hashlib.sha256(base64.b64decode(SPKI)).hexdigest()[:8]}.pub"


def _project(ports: str, more: str = "") -> compose.Project:
    text = f"services:\n  web:\n    image: x\n    ports: {ports}\n{more}"
    return compose.load(Path(), Reader({COMPOSE: text.encode()}), container_files=False)


def _rules(declared: adoption.DeclaredLoadBalancer) -> list[str]:
    return [finding.rule for finding in declared.findings]


def test_only_what_is_not_http_needs_an_entry_in_plaintext(workdir: Path) -> None:
    del workdir
    service = _project('["80:3000", "25:25"]').services["web"]
    live = load_balancer(listener(80, 3000), listener(25, 25, "TCP", "TCP"))
    declared = adoption.declare(live, service)
    assert declared.listeners == {"web:25": {"protocol": "tcp"}, "web:80": {}}
    assert _rules(declared) == []
    live = load_balancer(listener(80, 3000, "TCP", "TCP"), listener(25, 25, "TCP", "SSL"))
    declared = adoption.declare(live, service)
    assert declared.listeners == {"web:25": {"secure": True}, "web:80": {"protocol": "tcp"}}


def test_keys_come_in_the_order_of_the_models(workdir: Path) -> None:
    """As a person would have written them."""
    del workdir
    live = load_balancer(
        listener(443, 3443, "SSL", "SSL", "strong"),
        policies=(
            policy("strong", "SSLNegotiationPolicyType", Reference_Security_Policy="P"),
            policy("key", "PublicKeyPolicyType", PublicKey=SPKI),
            policy("auth", "BackendServerAuthenticationPolicyType", PublicKeyPolicyName="key"),
            policy("proxy", "ProxyProtocolPolicyType", ProxyProtocol="true"),
        ),
        BackendServerDescriptions=[{"InstancePort": 3443, "PolicyNames": ["auth", "proxy"]}],
        attributes={
            "ConnectionDraining": {"Enabled": True, "Timeout": 60},
            "CrossZoneLoadBalancing": {"Enabled": True},
            "AccessLog": {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5},
        },
        Scheme="internal",
    )
    declared = adoption.declare(live, _project('["443:3443", "80:80"]').services["web"])
    assert declared.listeners == {
        "web:443": {
            "certificate": ARN,
            "protocol": "tls",
            "security_policy": "P",
            "backend": {"trusted_keys": [KEY_FILE], "proxy_protocol": True},
        }
    }
    assert list(declared.listeners["web:443"]) == [
        "certificate", "protocol", "security_policy", "backend"
    ]  # fmt: skip
    assert declared.service == {
        "scheme": "internal",
        "security_groups": ["sg-01234567"],
        "health_check": {"protocol": "tcp", "port": 3000},
        "access_logs": {"bucket": "logs", "interval": 5},
        "ports": [443],
    }
    assert list(declared.files) == [KEY_FILE]
    assert declared.files[KEY_FILE].startswith(b"-----BEGIN PUBLIC KEY-----\n")


def test_what_ssl_yml_has_no_word_for_is_said(workdir: Path) -> None:
    """Each with the place in the compose file that the first deployment goes by."""
    del workdir
    live = load_balancer(
        listener(80, 3000, "HTTP", "HTTP", "app"),
        listener(443, 3443, "HTTPS", "HTTPS", "own", "browser"),
        listener(8080, 3000),
        policies=(
            policy("own", "SSLNegotiationPolicyType", Protocol_TLSv1="true", Protocol_x="false"),
            policy("key", "PublicKeyPolicyType", PublicKey="no key"),
            policy("auth", "BackendServerAuthenticationPolicyType", PublicKeyPolicyName="key"),
        ),
        BackendServerDescriptions=[{"InstancePort": 3443, "PolicyNames": ["auth"]}],
        Policies={
            "AppCookieStickinessPolicies": [{"PolicyName": "app", "CookieName": "session"}],
            "LBCookieStickinessPolicies": [{"PolicyName": "browser"}],
        },
    )
    declared = adoption.declare(live, _project('["80:3000", "443:3000"]').services["web"])
    assert [(str(one.location), one.rule) for one in declared.findings] == [
        ("docker-compose.yml:4:24", "adoption.instance-port"),
        ("docker-compose.yml:3:5", "adoption.trusted-key"),
        ("docker-compose.yml:3:5", "adoption.custom-policy"),
        ("docker-compose.yml:3:5", "adoption.unpublished"),
        ("docker-compose.yml:3:5", "adoption.stickiness"),
    ]
    assert "(Protocol-TLSv1)" in declared.findings[2].message
    assert declared.listeners["web:443"] == {"certificate": ARN, "secure": True}
    assert declared.service["stickiness"] == {"cookie": "session"}


def _drifted() -> adoption.LiveLoadBalancer:
    return load_balancer(
        listener(80, 3001),
        listener(443, 3000, "HTTPS", "HTTP", "own"),
        listener(8080, 3000),
        policies=(
            policy("own", "SSLNegotiationPolicyType", Protocol_TLSv1="true"),
            policy("key", "PublicKeyPolicyType", PublicKey="no key"),
            policy("auth", "BackendServerAuthenticationPolicyType", PublicKeyPolicyName="key"),
        ),
        BackendServerDescriptions=[{"InstancePort": 3000, "PolicyNames": ["auth"]}],
        attributes={"ConnectionSettings": {"IdleTimeout": 4000}},
        SecurityGroups=["sg-stack", "sg-extra"],
    )


_SAID = {
    "Listeners": [
        {"LoadBalancerPort": "80", "InstancePort": "3001"},
        {"LoadBalancerPort": 443, "PolicyNames": ["own"], "InstancePort": 3000},
        {"LoadBalancerPort": "8080", "InstancePort": "3000"},
    ],
    "Policies": [{"PolicyName": "own"}, {"PolicyName": "key"}, {"PolicyName": "auth"}],
    "SecurityGroups": [{"Ref": "WebSecurityGroup"}, "sg-extra"],
    "ConnectionSettings": {"IdleTimeout": 4000},
    "Subnets": ["subnet-1", "subnet-2"],
}
_SAID_OTHERWISE = {
    "Listeners": [
        {"LoadBalancerPort": "80", "InstancePort": "3000"},
        {"LoadBalancerPort": "443", "PolicyNames": [{"Ref": "Policy"}, "ssl-negotiation-1"]},
        {"Fn::If": ["Test", {}, {}]},
    ],
    "SecurityGroups": [{"Ref": "WebSecurityGroup"}],
    "Subnets": {"Ref": "Subnets"},
}


@pytest.mark.parametrize(
    ("properties", "fate"),
    [
        ({}, "the first deployment "),
        (_SAID, "the next deployment "),
        (_SAID_OTHERWISE, "deployments keep it as long as the template does not change"),
    ],
)
def test_what_becomes_of_it_is_said_truly(
    workdir: Path, properties: dict[str, Any], fate: str
) -> None:
    """CloudFormation compares templates: in its own stack a change by hand stays.

    What an import has taken over as it is, goes with the next deployment.
    """
    del workdir
    own = adoption.StackReferences(
        properties=properties, references={"sg-stack": {"Ref": "WebSecurityGroup"}}
    )
    service = _project('["80:3000", "443:3000"]').services["web"]
    declared = adoption.declare(_drifted(), service, own, ["subnet-1", "subnet-3"])
    assert _rules(declared) == [
        "adoption.instance-port",
        "adoption.trusted-key",
        "adoption.custom-policy",
        "adoption.unpublished",
        "adoption.additional-group",
        "adoption.idle-timeout",
        "adoption.subnets",
    ]
    assert [one.message for one in declared.findings if fate not in one.message] == []
    by_hand = [one.hint.startswith("correct it manually") for one in declared.findings]
    assert by_hand == [properties is _SAID_OTHERWISE] * len(by_hand)


@pytest.mark.parametrize(
    ("listed", "fate"),
    [(["app", "browser"], "; the next deployment"), (["app", "app"], "; deployments keep it")],
)
def test_different_cookies_go_where_the_template_says_them(
    workdir: Path, listed: list[str], fate: str
) -> None:
    del workdir
    live = load_balancer(
        listener(80, 3000, "HTTP", "HTTP", "app"),
        listener(443, 3000, "HTTPS", "HTTP", "browser"),
        Policies={
            "AppCookieStickinessPolicies": [{"PolicyName": "app", "CookieName": "session"}],
            "LBCookieStickinessPolicies": [{"PolicyName": "browser"}],
        },
    )
    said = [
        {"LoadBalancerPort": port, "PolicyNames": [name]}
        for port, name in zip(("80", "443"), listed, strict=True)
    ]
    own = adoption.StackReferences(properties={"Listeners": said})
    service = _project('["80:3000", "443:3000"]').services["web"]
    (finding,) = adoption.declare(live, service, own).findings
    assert fate in finding.message


def test_a_group_beside_the_stacks_own_does_not_take_its_place(workdir: Path) -> None:
    """DeclaredLoadBalancer alone it would have the next deployment remove the stack's."""
    del workdir
    own = adoption.StackReferences(references={"sg-stack": {"Ref": "WebSecurityGroup"}})
    service = _project('["80:3000", "443:3000"]').services["web"]
    declared = adoption.declare(_drifted(), service, own)
    assert "security_groups" not in declared.service
    alone = adoption.declare(load_balancer(listener(80, 3000)), service, own)
    assert alone.service["security_groups"] == ["sg-01234567"]


def test_the_longest_idle_timeout_is_what_ssl_yml_allows(workdir: Path) -> None:
    del workdir
    service = _project('["80:3000", "443:3000"]').services["web"]
    declared = adoption.declare(_drifted(), service)
    assert declared.service["idle_timeout"] == 3600


@pytest.mark.parametrize("described", [True, False])
def test_predefined_policies_are_taken_by_their_names(workdir: Path, *, described: bool) -> None:
    """Also one that AWS does not describe as a reference, or that is not known here."""
    del workdir
    name = "ELBSecurityPolicy-TLS-1-9-2031-01"
    known = (policy(name, "SSLNegotiationPolicyType", Protocol_TLSv1="true"),) if described else ()
    live = load_balancer(listener(443, 3000, "HTTPS", "HTTP", name), policies=known)
    declared = adoption.declare(live, _project('["443:3000"]').services["web"])
    assert declared.listeners["web:443"]["security_policy"] == name
    assert _rules(declared) == []


@pytest.mark.parametrize(
    ("value", "readable"),
    [(SPKI, True), (f"{SPKI[:64]}\n{SPKI[64:]}\n", True), ("", False), ("c3No", False)],
)
def test_public_keys_in_every_form(value: str, *, readable: bool) -> None:
    """With line breaks, as old templates have them; what is no key gives none."""
    assert (keys.pem(value) is not None) == readable


def test_a_whole_certificate_in_place_of_a_key() -> None:
    issued = pki.issue("backend", None, kind="rsa2048").certificate
    found = keys.pem(base64.b64encode(issued.public_bytes(Encoding.DER)).decode())
    assert found is not None
    assert b"BEGIN PUBLIC KEY" in found


def test_the_service_is_found_by_its_ports(workdir: Path) -> None:
    """By port and instance port, then by port; what is not clear is asked for."""
    del workdir
    more = '  api: {image: x, ports: ["80:8000"]}\n  db: {image: x}\n'
    project = _project('["80:3000"]', more)
    assert adoption.choose(load_balancer(listener(80, 8000)), project, None).name == "api"
    assert adoption.choose(load_balancer(listener(80, 8000)), project, "web").name == "web"
    for live, wanted, words in (
        (load_balancer(listener(80, 1)), None, "several services publish ports of by-hand (80)"),
        (load_balancer(listener(81, 1)), None, "no service publishes a port of by-hand (81)"),
        (load_balancer(listener(80, 1)), "wbe", "unknown service 'wbe'"),
        (load_balancer(listener(80, 1)), "db", "service 'db' does not publish a port of by-hand"),
        (load_balancer(listener(81, 1)), "web", "service 'web' does not publish a port of"),
        (load_balancer(), "web", "a port of by-hand (no listeners)"),
    ):
        with pytest.raises(InputError) as refused:
            adoption.choose(live, project, wanted)
        assert words in str(refused.value)


def _declared(text: str) -> declaration.Declaration:
    return validate(documents.parse(text.encode(), "ssl.yml"))


def test_nothing_that_says_otherwise_is_lost(workdir: Path) -> None:
    """Every entry of the service is named; comments and other services stay as they are."""
    del workdir
    live = load_balancer(listener(443, 3000, "HTTPS", "HTTP"))
    declared = adoption.declare(live, _project('["443:3000", "80:3000"]').services["web"])
    text = (
        "version: 1  # first\n"
        "listeners:\n"
        f"  web:443: {{certificate: {ARN}, secure: true}}\n"
        "  web:80: {protocol: tcp}\n"
        "  api:443: {protocol: tcp}  # stays\n"
        "services:\n"
        "  web: {idle_timeout: 30}\n"
    )
    with pytest.raises(InputError) as refused:
        adoption.edit_declaration(text, _declared(text), "web", declared, overwrite=False)
    assert [str(one.location) for one in refused.value.findings] == [
        "ssl.yml:3:3", "ssl.yml:4:3", "ssl.yml:7:3"
    ]  # fmt: skip
    once = adoption.edit_declaration(text, _declared(text), "web", declared, overwrite=True)
    assert yaml.safe_load(once)["services"]["web"] == declared.service
    assert set(yaml.safe_load(once)["listeners"]) == {"web:443", "api:443"}
    assert "api:443: {protocol: tcp}  # stays\n" in once
    assert once.startswith("version: 1  # first\n")
    again = adoption.edit_declaration(once, _declared(once), "web", declared, overwrite=False)
    assert again == once


def test_apart_stands_only_what_is_different(workdir: Path) -> None:
    """In the order of the models; what is by default there, is said where it is not for all."""
    del workdir
    live = load_balancer(
        listener(443, 3000, "SSL", "TCP"), listener(80, 3000, "TCP", "TCP"),
        attributes={"CrossZoneLoadBalancing": {"Enabled": True}},
    )  # fmt: skip
    declared = adoption.declare(live, _project('["443:3000", "80:3000"]').services["web"])
    text = (
        "version: 1\n"
        "listeners: {web:80: {protocol: http, secure: true}}\n"
        "services: {web: {cross_zone: false, draining: 0, idle_timeout: 60}}\n"
        "environments: {prod: {}, staging: {}}\n"
    )
    now = _declared(text)
    assert adoption.belongs_to_environment(now, "web")
    once = adoption.edit_declaration(
        text, now, "web", declared, environment="staging", apart=True, overwrite=False
    )
    said = yaml.safe_load(once)
    staging = said["environments"].pop("staging")
    assert staging == {
        "listeners": {
            "web:80": {"protocol": "tcp", "secure": False},
            "web:443": {"certificate": ARN, "protocol": "tls"},
        },
        "services": {
            "web": {
                "security_groups": ["sg-01234567"],
                "health_check": {"protocol": "tcp", "port": 3000},
                "cross_zone": True,
            }
        },
    }
    assert list(staging["listeners"]["web:443"]) == ["certificate", "protocol"]
    before = yaml.safe_load(text)
    del before["environments"]["staging"]
    assert said == before
