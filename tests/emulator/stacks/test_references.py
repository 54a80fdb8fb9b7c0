"""Dynamic references: resolved for the resource, seen by nobody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support import pki
from support.emulated import balancer, certificate, secure_listener, template

if TYPE_CHECKING:
    from support.emulated import Cloud

LEAF = pki.issue("leaf.example.com", None, domains=["leaf.example.com"])
OTHER = pki.issue("other.example.com", None, domains=["other.example.com"])
CANARY = LEAF.key_pem.decode().splitlines()[1]
"""A line that only the private key has."""
VERSION, LATER = "a" * 64, "b" * 64


def reference(name: str, *parts: str) -> str:
    """Give a reference to a secret: key, stage, version."""
    return "{{resolve:secretsmanager:" + ":".join((name, *parts)) + "}}"


def referring(leaf: pki.Issued, private_key: str) -> dict[str, Any]:
    """Give a template whose certificate has a referenced key, behind a listener."""
    resource = certificate(leaf, PrivateKey=private_key)
    return template(Certificate=resource, Balancer=balancer([secure_listener()]))


def test_a_pinned_version_reaches_the_certificate_and_nothing_else(cloud: Cloud) -> None:
    """A canary key through every call that describes the stack."""
    cloud.store("keys/pinned", LEAF.key_pem.decode(), VERSION)
    cloud.store("keys/pinned", OTHER.key_pem.decode(), LATER)
    pinned = reference("keys/pinned", "SecretString", "private_key", "", VERSION)
    proposed = cloud.propose("pinned", referring(LEAF, pinned), "CREATE")
    assert cloud.execute(proposed)["StackStatus"] == "CREATE_COMPLETE"
    calls = cloud.stacks
    answers = [
        proposed,
        calls.describe_stacks(StackName="pinned"),
        calls.describe_stack_events(StackName="pinned"),
        calls.describe_events(StackName="pinned"),
        calls.describe_stack_resources(StackName="pinned"),
        calls.list_stack_resources(StackName="pinned"),
        calls.get_template(StackName="pinned"),
        calls.get_template(ChangeSetName=proposed["ChangeSetId"]),
        calls.describe_change_set(
            ChangeSetName=proposed["ChangeSetId"], IncludePropertyValues=True
        ),
    ]
    text = json.dumps(answers, default=str)
    assert CANARY not in text
    assert pinned in text


def test_another_version_is_another_certificate(cloud: Cloud) -> None:
    """The version is in the text, so the change set sees it; the key fits the certificate."""
    cloud.store("keys/renewed", LEAF.key_pem.decode(), VERSION)
    cloud.store("keys/renewed", OTHER.key_pem.decode(), LATER)
    key = ("keys/renewed", "SecretString", "private_key", "")
    cloud.deploy("renewed", referring(LEAF, reference(*key, VERSION)))
    stack = cloud.deploy("renewed", referring(OTHER, reference(*key, LATER)))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"


def test_a_changed_value_alone_is_no_change(cloud: Cloud) -> None:
    """AWS compares the text of the reference, not what it names."""
    cloud.store("keys/moving", LEAF.key_pem.decode(), VERSION)
    wanted = referring(LEAF, reference("keys/moving", "SecretString", "private_key"))
    cloud.deploy("moving", wanted)
    cloud.store("keys/moving", OTHER.key_pem.decode(), LATER)
    assert cloud.propose("moving", wanted)["Status"] == "FAILED"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            ("keys/absent", "SecretString", "private_key"),
            "Secrets Manager can't find the specified secret.",
        ),
        (
            ("keys/there", "SecretString", "private_key", "", LATER),
            f"Secrets Manager can't find the specified secret value for VersionId: {LATER}",
        ),
        (
            ("keys/there", "SecretString", "private_key", "MINE"),
            "Secrets Manager can't find the specified secret value for staging label: MINE",
        ),
        (
            ("keys/there", "SecretString", "other"),
            "Could not find a value associated with JSONKey in SecretString",
        ),
        (("keys/there", "SecretBinary"), "SecretBinary is not SecretString"),
    ],
)
def test_what_is_not_there_fails_the_resource(
    cloud: Cloud, parts: tuple[str, ...], reason: str
) -> None:
    """With Secrets Manager's own reason."""
    cloud.store("keys/there", LEAF.key_pem.decode(), VERSION)
    stack = cloud.deploy("absent", referring(LEAF, reference(*parts)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    (failed,) = [one for one in cloud.events("absent") if one[1] == "CREATE_FAILED"]
    assert failed[0] == "Certificate"
    assert reason in failed[2]


def test_an_arn_names_a_secret_too(cloud: Cloud) -> None:
    """With its colons."""
    cloud.store("keys/arn", LEAF.key_pem.decode(), VERSION)
    arn = cloud.client("secretsmanager").describe_secret(SecretId="keys/arn")["ARN"]
    wanted = referring(LEAF, reference(arn, "SecretString", "private_key", "", VERSION))
    assert cloud.deploy("arn", wanted)["StackStatus"] == "CREATE_COMPLETE"


def test_a_parameter_of_systems_manager_is_resolved(cloud: Cloud) -> None:
    """`ssm`, plain; `ssm-secure` is refused where AWS refuses it."""
    cloud.client("ssm").put_parameter(Name="scheme", Value="internal", Type="String")
    cloud.deploy("told", template(Balancer=balancer(Scheme="{{resolve:ssm:scheme}}")))
    assert cloud.balancers[0]["Scheme"] == "internal"
    cloud.deploy("secure", referring(LEAF, "{{resolve:ssm-secure:key}}"))
    (failed,) = [one for one in cloud.events("secure") if one[1] == "CREATE_FAILED"]
    assert failed[2] == "SSM Secure reference is not supported in this property"
