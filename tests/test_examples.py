"""The examples are documentation, golden inputs and golden templates at once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sslstack import cloudformation, workspace
from sslstack.app import cached_checks, generating, pipeline
from sslstack.cache import Cache
from sslstack.cloudformation.names import logical_id
from sslstack.files import Reader
from sslstack.findings import Severity
from support import pki

ROOT = Path(__file__).parent.parent
NAMES = sorted(folder.name for folder in (ROOT / "stacks").iterdir() if folder.is_dir())


@pytest.fixture(params=NAMES)
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> generating.Generated:
    """Give each example, generated anew."""
    monkeypatch.chdir(ROOT)
    (folder,) = workspace.find([request.param])
    return pipeline.synthesize(folder, Reader())


@pytest.mark.golden
def test_committed_templates_are_what_the_declarations_say(
    made: generating.Generated, *, golden: bool
) -> None:
    path = ROOT / made.template
    if golden:
        generating.write(made)
    assert path.read_text("utf-8") == made.text


def test_examples_have_no_findings(made: generating.Generated, tmp_path: Path) -> None:
    """Neither ours nor cfn-lint's, above a notice."""
    findings = cached_checks.check_generated(made, Cache(tmp_path), pki.NOW)
    assert [f for f in findings if f.severity is not Severity.NOTICE] == []


def test_every_policy_name_is_declared(made: generating.Generated) -> None:
    """AWS refuses a listener that names a policy the load balancer does not have."""
    for properties in _of_type(made, "AWS::ElasticLoadBalancing::LoadBalancer"):
        policies = [p["PolicyName"] for p in properties.get("Policies", [])]
        cookies = [
            p["PolicyName"]
            for key in ("AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
            for p in properties.get(key, [])
        ]
        named = {n for one in properties["Listeners"] for n in one.get("PolicyNames", [])}
        keys = {
            item["Value"]
            for policy in properties.get("Policies", [])
            for item in policy["Attributes"]
            if item["Name"] == "PublicKeyPolicyName"
        }
        assert len(policies) == len(set(policies))
        assert named | keys <= {*policies, *cookies}


def test_certificates_are_referred_to_by_arn(made: generating.Generated) -> None:
    """`Ref` of an IAM certificate is its name, which listeners do not take."""
    for properties in _of_type(made, "AWS::ElasticLoadBalancing::LoadBalancer"):
        for one in properties["Listeners"]:
            certificate = one.get("SSLCertificateId")
            if isinstance(certificate, dict):
                assert certificate["Fn::GetAtt"][1] == "Arn"
            assert (certificate is not None) == (one["Protocol"] in ("HTTPS", "SSL"))


def test_the_key_is_pinned_by_what_openssl_calls_the_public_key(
    made: generating.Generated, tmp_path: Path
) -> None:
    """The version id is the SHA-256 of the SubjectPublicKeyInfo, by another program's reckoning."""
    for properties in _of_type(made, "AWS::IAM::ServerCertificate"):
        (tmp_path / "leaf.pem").write_text(properties["CertificateBody"])
        command = (
            "openssl x509 -in leaf.pem -noout -pubkey | openssl pkey -pubin -outform DER"
            " | openssl dgst -sha256 -r"
        )
        done = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        pinned = re.fullmatch(
            r"\{\{resolve:secretsmanager:sslstack/[\w-]+/[\w-]+:SecretString:private_key::(\w{64})\}\}",
            properties["PrivateKey"],
        )
        assert pinned is not None
        assert pinned[1] == done.stdout.split()[0]


def test_no_private_key_is_anywhere_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\0")
    if listed == [""]:
        pytest.skip("not a git checkout")
    marker = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}")
    found = [name for name in listed if name and marker.search(_content(ROOT / name))]
    assert found == []


def test_adding_a_service_touches_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every resource and output of before is there afterwards, letter by letter."""
    shutil.copytree(ROOT / "stacks" / "several", tmp_path / "stacks" / "several")
    monkeypatch.chdir(tmp_path)
    (folder,) = workspace.find()
    before = cloudformation.loads(pipeline.synthesize(folder, Reader()).text)
    compose = folder.folder / "docker-compose.yml"
    text = compose.read_text().replace(
        "services:\n", "services:\n  api2: {image: x, ports: ['443:1', '25:2']}\n"
    )
    compose.write_text(text)
    after = cloudformation.loads(pipeline.synthesize(folder, Reader()).text)
    added = logical_id("api2", "LoadBalancer")
    assert added not in before["Resources"]
    assert added in after["Resources"]
    for section in ("Resources", "Outputs", "Parameters"):
        assert before[section].items() <= after[section].items()


def _of_type(made: generating.Generated, resource_type: str) -> list[dict[str, Any]]:
    template = cloudformation.loads(made.text)
    return [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == resource_type
    ]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
