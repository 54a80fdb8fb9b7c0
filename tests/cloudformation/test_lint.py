"""cfn-lint's findings become ours, rule ids kept."""

from __future__ import annotations

from sslstack.cloudformation.lint import lint
from sslstack.findings import Location, Severity

_BAD = """\
Resources:
  A:
    Type: AWS::ElasticLoadBalancing::LoadBalancer
    Properties:
      Listeners:
        - LoadBalancerPort: "443"
          InstancePort: "80"
          Protocol: HTTPS
      Colour: blue
"""


def test_findings_have_rule_place_and_severity() -> None:
    found = {finding.rule: finding for finding in lint(_BAD, "t.yaml")}
    assert found["E3002"].location == Location("t.yaml", 9, 7)
    assert found["E3002"].severity is Severity.ERROR
    assert found["E3679"].location.line == 6


def test_text_that_is_no_yaml_is_a_finding() -> None:
    (finding,) = lint("a: [", "t.yaml")
    assert finding.rule == "E0000"
    assert finding.location.file == "t.yaml"


def test_nothing_to_say() -> None:
    clean = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n"
    assert lint(clean, "t.yaml") == ()
