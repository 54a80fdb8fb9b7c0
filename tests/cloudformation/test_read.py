"""A template tells the load balancers and certificates that it was written from."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sslstack import workspace
from sslstack.app import pipeline
from sslstack.balancers import policies
from sslstack.balancers.model import (
    Application,
    Classic,
    HealthCheck,
    Network,
    SecurityGroup,
    Unknown,
)
from sslstack.cloudformation import dumps, loads
from sslstack.cloudformation.read import find_conditional, read
from sslstack.cloudformation.read.values import ABSENT
from sslstack.cloudformation.write.describe import describe
from sslstack.cloudformation.write.synthesize import synthesize
from sslstack.errors import InputError
from sslstack.files import Reader
from support import pki

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.balancers.model import Description
    from sslstack.stack import Stack

EXAMPLES = sorted(Path(__file__).parents[2].joinpath("stacks").iterdir())
ROOT = pki.root("Root of the law")
ISSUED = {
    name: pki.issue(name, ROOT, kind="rsa2048", domains=[name], key_name=name)
    for name in ("a.test", "b.test")
}
ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/0f3a"
CERTIFICATES: dict[str, Any] = {
    "file": {"certificate": "a.test.crt", "roots": "root.pem"},
    "file-2": {"certificate": "b.test.crt", "roots": "root.pem"},
    "made": {"request": {"domains": ["x.test", "*.x.test", "y.test"], "hosted_zone": "Z123"}},
    "there": {"arn": ARN},
}
NAMES = st.sampled_from(["web", "api", "my_app", "x2"])
CIDRS = st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "198.51.100.0/24", "2001:db8::/32", "::/0"])


def _optional(**options: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=options)


@st.composite
def _listeners(draw: st.DrawFn) -> dict[str, Any]:
    """Give a listener that AWS takes."""
    certified = draw(st.booleans())
    protocol = draw(st.sampled_from(["https", "tls"] if certified else ["http", "tcp"]))
    said: dict[str, Any] = {"protocol": protocol}
    if certified:
        said["certificate"] = draw(st.sampled_from(sorted(CERTIFICATES)))
        if draw(st.booleans()):
            said["security_policy"] = draw(st.sampled_from(sorted(policies.predefined("classic"))))
    behind = draw(st.sampled_from(["plain", "secure", "trusted", "proxy"]))
    if behind == "secure":
        said["secure"] = True
    elif behind == "trusted":
        keys = draw(
            st.lists(st.sampled_from(["a.test.crt", "b.test.crt"]), min_size=1, unique=True)
        )
        said["backend"] = {"trusted_keys": keys}
    elif behind == "proxy" and protocol in ("tcp", "tls"):
        said["backend"] = {"proxy_protocol": True}
    return said


SETTINGS = _optional(
    idle_timeout=st.integers(1, 3600),
    draining=st.integers(0, 3600),
    cross_zone=st.booleans(),
    scheme=st.sampled_from(["internal", "internet-facing"]),
    health_check=_optional(
        path=st.sampled_from(["/", "/health?x=1"]), port=st.integers(1, 65535),
        interval=st.integers(61, 300), timeout=st.integers(2, 60), healthy=st.integers(2, 10),
    ),
    access_logs=st.fixed_dictionaries(
        {"bucket": st.just("logs-of-us")},
        optional={"prefix": st.just("web"), "interval": st.sampled_from([5, 60])},
    ),
)  # fmt: skip
GROUPS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"ingress": st.lists(CIDRS, min_size=1, unique=True)}),
    st.just({"security_groups": ["sg-0123456789abcdef0", "sg-01234567"]}),
)
STICKINESS: st.SearchStrategy[dict[str, Any] | None] = st.one_of(
    st.none(), st.just({}), st.just({"cookie": "session"}), st.just({"duration": 300})
)


@st.composite
def _declarations(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a compose file and an ssl.yml."""
    services: dict[str, Any] = {}
    listeners: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for index, name in enumerate(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))):
        made = draw(st.lists(_listeners(), min_size=1, max_size=3))
        first = 9100 + 10 * index
        services[name] = {
            "image": "x",
            "ports": [f"{first + n}:{7000 + n}" for n in range(len(made))],
        }
        listeners |= {f"{name}:{first + n}": one for n, one in enumerate(made)}
        settings[name] = {**draw(SETTINGS), **draw(GROUPS)}
        sticky = draw(STICKINESS)
        if sticky is not None and any(one["protocol"] in ("http", "https") for one in made):
            settings[name]["stickiness"] = sticky
    used = {one.get("certificate") for one in listeners.values()}
    ssl = {
        "version": 1,
        "stack": "law",
        "key_delivery": draw(st.sampled_from(["secretsmanager", "parameter"])),
        "certificates": {name: one for name, one in CERTIFICATES.items() if name in used},
        "listeners": listeners,
        "services": settings,
    }
    return {"services": services}, ssl


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _built(compose: Any, ssl: Any) -> Stack | None:
    """Build the stack of declarations; None where they have an error."""
    with tempfile.TemporaryDirectory() as name, _inside(Path(name)):
        for certificate, one in ISSUED.items():
            Path(f"{certificate}.crt").write_bytes(one.pem)
        Path("root.pem").write_bytes(ROOT.pem)
        Path("docker-compose.yml").write_text(json.dumps(compose))
        Path("ssl.yml").write_text(json.dumps(ssl))
        (found,) = workspace.find()
        with contextlib.suppress(InputError):
            return pipeline.load(found, Reader()).stack
    return None


def _read_back(stack: Stack) -> Description:
    return read(loads(dumps(synthesize(stack))))


@given(_declarations())
def test_what_is_written_is_read(declarations: tuple[Any, Any]) -> None:
    """read(write(stack)) is what the stack describes: nothing is lost, nothing is added."""
    stack = _built(*declarations)
    assume(stack is not None)
    assert stack is not None
    assert _read_back(stack) == describe(stack)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_read(folder: Path) -> None:
    """So are the stacks of the documentation."""
    with _inside(folder.parents[1]):
        (found,) = (one for one in workspace.find() if one.name == folder.name)
        stack = pipeline.load(found, Reader()).stack
    assert _read_back(stack) == describe(stack)


MODERN = """
Parameters:
  Kind: {Type: String, AllowedValues: [application, network]}
  Port: {Type: Number}
Resources:
  Front:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: network, Scheme: internal, SecurityGroups: [!GetAtt Clients.GroupId, sg-1]}
  Clients:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Front
      Port: !Ref Port
      Protocol: tls
      SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
      Certificates: [{CertificateArn: !Ref Main}]
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Group}]
  More:
    Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
    Properties: {ListenerArn: !Ref Listener, Certificates: [{CertificateArn: !Ref Other}]}
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 8443, Protocol: TLS}
  Elsewhere:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !ImportValue Shared, Port: 80, Protocol: HTTP}
"""


def test_other_kinds_are_read() -> None:
    """Listeners are found through their load balancer; what is not known is unknown."""
    described = read(loads(MODERN))
    front = described.load_balancers["Front"]
    assert isinstance(front, Network)
    (listener,) = front.listeners
    assert listener.port == Unknown("!Ref Port")
    assert listener.secure
    assert listener.certificates == ("Main", "Other")
    assert [(one.port, one.protocol) for one in listener.targets] == [(8443, "TLS")]
    group, other = front.security_groups
    assert isinstance(group, SecurityGroup)
    assert [(one.first, one.source) for one in group.openings] == [(443, "10.0.0.0/8")]
    assert other == "sg-1"
    ((_, (elsewhere,)),) = described.elsewhere.items()
    assert elsewhere.port == 80


def test_a_load_balancer_without_a_type_is_an_application_one() -> None:
    text = "Resources: {A: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}}"
    assert isinstance(read(loads(text)).load_balancers["A"], Application)


def test_a_bare_classic_load_balancer_has_the_defaults_of_aws() -> None:
    """Nothing of it is written; strange values are unknown, not an error."""
    text = "Resources: {A: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: 3}}"
    bare = read(loads(text)).load_balancers["A"]
    assert isinstance(bare, Classic)
    assert (bare.scheme, bare.idle_timeout, bare.draining) == ("internet-facing", 60, 0)
    assert (bare.cross_zone, bare.health_check, bare.access_logs) == (False, None, None)


def test_a_listener_may_have_added_certificates_and_no_default() -> None:
    """The first of those that are added is not the one for clients without SNI."""
    without = MODERN.replace("      Certificates: [{CertificateArn: !Ref Main}]\n", "")
    (listener,) = read(loads(without)).load_balancers["Front"].listeners
    assert listener.certificates == (ABSENT, "Other")


def test_what_is_not_written_is_unknown_and_what_functions_tell_is_known() -> None:
    text = """
Resources:
  A:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Listeners: [{Protocol: https, InstancePort: "80"}, 3]
      HealthCheck: {Target: !Join ["", ["HTTP:", "80", /]], Interval: !Ref Seconds}
"""
    balancer = read(loads(text)).load_balancers["A"]
    assert isinstance(balancer, Classic)
    (listener,) = balancer.listeners
    assert (listener.port, listener.protocol, listener.target.port) == (ABSENT, "HTTPS", 80)
    assert isinstance(balancer.health_check, HealthCheck)
    assert balancer.health_check.target == "HTTP:80/"
    assert balancer.health_check.interval == Unknown("!Ref Seconds")


def test_conditional_listeners_are_named() -> None:
    text = (
        "Resources: {A: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: "
        "{Listeners: !If [C, [], []]}}}"
    )
    assert find_conditional(loads(text)) == {"A": True}
