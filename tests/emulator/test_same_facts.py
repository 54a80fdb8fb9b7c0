"""The emulator states AWS's facts a second time; the two statements agree."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from cloudformation_emulator.services import certificates, classic, listeners
from cloudformation_emulator.stacks import parameters, schemas, template, text
from sslstack import cloudformation
from sslstack.balancers import classic as facts
from sslstack.balancers import policies
from sslstack.changes import Replacement
from sslstack.cloudformation import limits
from sslstack.deploy.keys import store
from sslstack.diff.replacement import replacement, stays

TYPES = (
    "AWS::CertificateManager::Certificate", "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress", "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::IAM::ServerCertificate", "AWS::SecretsManager::Secret",
)  # fmt: skip
TEMPLATES = sorted(Path(__file__).parents[2].joinpath("templates").glob("*.yaml"))
REPLACEMENTS = {
    schemas.ALWAYS: Replacement.TRUE,
    schemas.CONDITIONALLY: Replacement.CONDITIONAL,
    schemas.NEVER: Replacement.FALSE,
}


def test_security_policies() -> None:
    assert set(policies.predefined("classic")) == listeners.PREDEFINED_POLICIES
    assert policies.RESERVED_PREFIXES == listeners.RESERVED_PREFIXES
    assert policies.facts()["defaults"]["classic_listener"] == classic.DEFAULT_POLICY


def test_types_of_policies() -> None:
    assert set(facts.POLICY_ATTRIBUTES) == listeners.POLICY_TYPES


def test_pairs_of_protocols() -> None:
    """What a declaration can ask for is what the emulator takes, and no other pair."""
    declared = {(front, back) for front, *backs in facts.ENDS.values() for back in backs}
    taken = {
        pair
        for pair in itertools.product(listeners.LAYERS, repeat=2)
        if listeners.LAYERS[pair[0]] == listeners.LAYERS[pair[1]]
    }
    assert declared == taken


def test_limits() -> None:
    assert limits.INLINE == template.BODY_LIMIT
    assert store.PARAMETER_LIMIT == parameters.SIZE
    many = {
        "Resources": {
            f"C{number}": {"Type": "AWS::IAM::ServerCertificate"}
            for number in range(certificates.QUOTA)
        }
    }
    assert list(limits.judge(many, "", "t.yaml")) == []
    many["Resources"]["More"] = {"Type": "AWS::IAM::ServerCertificate"}
    (finding,) = limits.judge(many, "", "t.yaml")
    assert finding.rule == "template.quota"


@pytest.mark.parametrize("resource_type", TYPES)
def test_properties_that_replace_a_resource(resource_type: str) -> None:
    for name in schemas.schema_of(resource_type)["properties"]:
        expected = REPLACEMENTS[schemas.recreation(resource_type, name)]
        if expected is Replacement.CONDITIONAL and stays(resource_type, name, "a", "b"):
            expected = Replacement.FALSE  # AWS's pages are more exact than the schema
        assert replacement(resource_type, f"/Properties/{name}", "a", "b") == expected, name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_are_read_alike(path: Path) -> None:
    written = path.read_text("utf-8")
    assert cloudformation.loads(written) == text.parse(written)


@pytest.mark.parametrize(
    "value",
    [
        "010", "0x1f", "1_000", "1:30", "2026-01-31", "yes", "off", "~", "''", '"1"', "1.50",
        "1e3", ".inf", "!Ref A", "!GetAtt A.B.C", "!GetAtt [A, B]", "!Condition C", "!If [A, 1, b]",
        "!Sub 'x'", "!Base64 {a: 1}", "! plain", "=", "{1: a, yes: b}", "[]", "{}", "|\n  x\n  y\n",
    ],
)  # fmt: skip
def test_values_are_read_alike(value: str) -> None:
    """YAML 1.1, as CloudFormation reads it."""
    written = f"A: {value}\n"
    assert cloudformation.loads(written) == text.parse(written)
