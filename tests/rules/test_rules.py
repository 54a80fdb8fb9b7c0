"""The rules for templates, called directly and run by cfn-lint's own command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sslstack import cloudformation
from sslstack.cloudformation.lint import lint
from sslstack.rules.every import RULES

ROOT = Path(__file__).parent.parent.parent
OWN = {rule.id for rule in RULES}
CFN_LINT = [str(Path(sys.executable).with_name("cfn-lint"))]


def _fired(text: str) -> dict[str, list[int]]:
    """Give the lines at which our rules fire."""
    found: dict[str, list[int]] = {}
    for finding in lint(text, "t.yaml"):
        if finding.rule in OWN:
            found.setdefault(finding.rule, []).append(finding.location.line)
    return found


def test_ids_are_unique_and_in_their_range() -> None:
    assert len(OWN) == len(RULES)
    assert all(9101 <= int(rule.id[1:]) <= 9199 for rule in RULES)


def test_the_command_of_cfn_lint_loads_every_rule(tmp_path: Path) -> None:
    """From a package that exports nothing it would load none, and say nothing."""
    listed = subprocess.run(
        [*CFN_LINT, "-a", "sslstack.rules", "--list-rules"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout  # fmt: skip
    assert {rule_id for rule_id in OWN if rule_id in listed} == OWN


MISTAKES = """\
Parameters:
  Key: {Type: String, NoEcho: true}
Resources:
  Web:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Subnets: [subnet-11111111]
      ConnectionSettings: {IdleTimeout: 99999}
      Listeners:
        - {LoadBalancerPort: "443", Protocol: HTTPS, InstancePort: "80", InstanceProtocol: TCP,
           SSLCertificateId: !Ref Certificate, PolicyNames: [nowhere]}
        - {LoadBalancerPort: 443, Protocol: HTTP, InstancePort: "81"}
        - {LoadBalancerPort: "99999", Protocol: TCP, InstancePort: "82"}
        - {LoadBalancerPort: "84", Protocol: HTTP, InstancePort: "83", InstanceProtocol: HTTPS}
        - {LoadBalancerPort: "85", Protocol: HTTP, InstancePort: "83", InstanceProtocol: HTTP}
        - {LoadBalancerPort: "86", Protocol: https, InstancePort: "84"}
      Policies:
        - {PolicyName: ELBSecurityPolicy-x, PolicyType: NoSuchType, Attributes: []}
        - PolicyName: p
          PolicyType: SSLNegotiationPolicyType
          Attributes: [{Name: Reference-Security-Policy, Value: ELBSecurityPolicy-TLS-1-2-2018}]
      HealthCheck:
        Target: HTTPS:8443
        Interval: "10"
        Timeout: "10"
        HealthyThreshold: "1"
        UnhealthyThreshold: "99"
  Certificate:
    Type: AWS::IAM::ServerCertificate
    Properties:
      ServerCertificateName: a b/c
      CertificateBody: hello
      PrivateKey: "-----BEGIN RSA PRIVATE KEY-----"
  ByParameter:
    Type: AWS::IAM::ServerCertificate
    Properties:
      CertificateBody: !Ref Key
      PrivateKey: !Ref Key
  Empty:
    Type: AWS::IAM::ServerCertificate
  Both:
    Type: AWS::IAM::ServerCertificate
    Properties:
      CertificateBody: !Ref Key
      PrivateKey: "{{resolve:secretsmanager:s:SecretString:k:AWSCURRENT:0123456789abcdef}}"
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [subnet-11111111, subnet-22222222]}
  Tls:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: TLS
      SslPolicy: ELBSecurityPolicy-2099-01
      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200"}}]
  Extra:
    Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
    Properties:
      ListenerArn: !Ref Tls
      Certificates: [{CertificateArn: !Ref Certificate}, {CertificateArn: "arn:aws:acm:x:1:c/b"}]
"""
PLANTED = {
    "E9101": "HTTPS before TCP", "E9111": "a policy that is not declared",
    "E9102": "two listeners on a port, in two spellings", "E9103": "port 99999",
    "E9105": "a certificate by Ref", "E9106": "an instance port secure and plain",
    "E9104": "https in small letters without a certificate", "E9113": "an unknown policy type",
    "E9112": "a reserved policy name", "W9115": "unknown predefined policies",
    "E9131": "a health target without a path", "E9132": "a timeout as long as the interval",
    "E9133": "thresholds 1 and 99", "E9135": "an idle timeout of 99999",
    "E9151": "a private key inline", "I9152": "a private key by parameter",
    "E9144": "an empty certificate", "E9155": "stage and version id", "E9181": "a strange name",
    "E9161": "a TLS listener on an application load balancer", "E9162": "and no certificate",
    "E9164": "two certificates at once", "E9141": "a body that is no certificate",
    "W9107": "plaintext on 443",
}  # fmt: skip


def test_the_planted_mistakes_are_found() -> None:
    """Those that cfn-lint by itself passes over, and more."""
    assert set(PLANTED) <= set(_fired(MISTAKES))


def test_metadata_silences_none_of_ours() -> None:
    silenced = "Metadata: {cfn-lint: {config: {ignore_checks: [E9101, E, W]}}}\n" + MISTAKES
    silenced = silenced.replace(
        "  Web:\n", "  Web:\n    Metadata: {cfn-lint: {config: {ignore_checks: [E9101]}}}\n"
    )
    assert set(_fired(silenced)) == set(_fired(MISTAKES))


def test_json_is_judged_as_yaml_is() -> None:
    loaded = cloudformation.loads(MISTAKES, "t.yaml")
    assert set(_fired(json.dumps(loaded, indent=1))) == set(_fired(MISTAKES))


UNKNOWN = """\
Parameters:
  Port: {Type: Number, Default: 443}
  Protocol: {Type: String, AllowedValues: [HTTP, HTTPS]}
  Policy: {Type: String, Default: ELBSecurityPolicy-2016-08}
  Arn: {Type: String}
  Names: {Type: CommaDelimitedList}
Conditions:
  Tls: !Not [!Equals [!Ref Arn, ""]]
Resources:
  Web:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Subnets: [subnet-11111111]
      Listeners:
        - LoadBalancerPort: !Ref Port
          Protocol: !Ref Protocol
          InstancePort: "80"
          SSLCertificateId: !Ref Arn
          PolicyNames: !Ref Names
        - !If
          - Tls
          - {LoadBalancerPort: "8443", Protocol: HTTPS, InstancePort: "80",
             SSLCertificateId: !Ref Arn, PolicyNames: [tls]}
          - {LoadBalancerPort: "8443", Protocol: HTTP, InstancePort: "80"}
        - LoadBalancerPort: "9443"
          Protocol: !If [Tls, HTTPS, HTTP]
          InstancePort: "80"
          SSLCertificateId: !If [Tls, !Ref Arn, !Ref "AWS::NoValue"]
          PolicyNames: !If [Tls, [tls], !Ref "AWS::NoValue"]
      Policies:
        - PolicyName: tls
          PolicyType: SSLNegotiationPolicyType
          Attributes: [{Name: Reference-Security-Policy, Value: !Ref Policy}]
      HealthCheck: !If
        - Tls
        - {Target: !Sub "HTTPS:${Port}/", Interval: "30", Timeout: "5", HealthyThreshold: "2",
           UnhealthyThreshold: "2"}
        - {Target: "TCP:80", Interval: "30", Timeout: "5", HealthyThreshold: "2",
           UnhealthyThreshold: "2"}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Condition: Tls
    Properties:
      LoadBalancerArn: !ImportValue balancer
      Port: !Ref Port
      Protocol: !Ref Protocol
      SslPolicy: !Ref Policy
      Certificates: !If [Tls, [{CertificateArn: !Ref Arn}], !Ref "AWS::NoValue"]
      DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200"}}]
"""


def test_what_only_a_deployment_can_know_is_left_alone() -> None:
    assert _fired(UNKNOWN) == {}


def test_our_own_templates_have_nothing_to_hide() -> None:
    for template in (ROOT / "templates").glob("*.yaml"):
        assert _fired(template.read_text()) == {}, template.name


_WHOLE = [cloudformation.loads(text, "t.yaml") for text in (MISTAKES, UNKNOWN)]
_STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", 0, -1, True, [], {}, [[]], {"Ref": "Key"}, {"Ref": 1}, {"Fn::If": []},
     {"Fn::If": ["Tls", 1]}, {"Fn::GetAtt": "Certificate.Arn"}, {"Fn::GetAtt": ["a"]},
     {"Fn::Sub": ["{{resolve:x}}", {}]}, {"Fn::Join": ["", ["a", 1]]}, "HTTP:99999999/",
     {"Fn::FindInMap": ["a", "b", "c"]}, {"Fn::Transform": {}}, "٣", 10**30, 1.5]
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        children = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in children:
            found += _places(child, (*path, key))
    return found


@given(st.data())
def test_no_template_is_too_strange(data: st.DataObject) -> None:
    """A value of a template exchanged for anything: our rules give an answer."""
    template = json.loads(json.dumps(data.draw(st.sampled_from(_WHOLE))))
    *way, last = data.draw(st.sampled_from(_places(template)))
    around = template
    for key in way:
        around = around[key]
    around[last] = data.draw(_STRANGE)
    for rule in RULES:
        list(rule.find_faults(template))
