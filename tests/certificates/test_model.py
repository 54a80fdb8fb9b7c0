"""What a certificate says of itself, and what stays the same when it is renewed."""

from __future__ import annotations

import datetime
import ipaddress
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from sslstack import certificates, cloudformation, workspace
from sslstack.app import pipeline
from sslstack.files import Reader
from support import inputs, pki

if TYPE_CHECKING:
    from pathlib import Path


def _chain(*issued: pki.Issued) -> certificates.Chain:
    found = certificates.check_certificate(inputs.declared(pki.pem(*issued)))
    assert found.chain is not None
    return found.chain


def test_names_and_expiry() -> None:
    """DNS names first, then addresses; without alternative names the common name is shown."""
    names = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address("2001:db8::1")), x509.DNSName("example.com")]
    )
    leaf = pki.issue("example.com", pki.root(), extra=[(names, False)])
    assert _chain(leaf).domains == ("example.com", "2001:db8::1")
    assert _chain(leaf).expires == pki.NOW + datetime.timedelta(days=90)
    assert _chain(pki.issue("old.example", pki.root())).domains == ("old.example",)


@pytest.mark.parametrize(("key_name", "same"), [("web", True), ("another", False)])
def test_the_pinned_key_changes_with_the_key_alone(key_name: str, *, same: bool) -> None:
    """A renewed certificate of the same key refers to the same version of the secret."""
    before = _chain(pki.issue("web", pki.root(), key_name="web", domains=["example.com"]))
    after = _chain(pki.issue("web", pki.root(), key_name=key_name, domains=["example.com"]))
    assert before.fingerprint != after.fingerprint
    assert (before.public_key_fingerprint == after.public_key_fingerprint) == same


def test_renewing_a_certificate_changes_its_own_lines_only(workdir: Path) -> None:
    """Neither load balancer nor the other certificate notices."""
    for name in ("one", "two"):
        leaf = pki.issue(name, pki.root(), domains=[f"{name}.example"])
        (workdir / f"{name}.crt").write_bytes(pki.pem(leaf))
    (workdir / "docker-compose.yml").write_text(
        "services:\n  one: {image: x, ports: ['443:1']}\n  two: {image: x, ports: ['443:2']}\n"
    )
    (workdir / "ssl.yml").write_text(
        "version: 1\nstack: s\n"
        "listeners:\n  one:443: {certificate: one.crt}\n  two:443: {certificate: two.crt}\n"
    )
    (folder,) = workspace.find()
    before = cloudformation.loads(pipeline.synthesize(folder, Reader()).text)
    renewed = pki.issue("one", pki.root(), domains=["one.example", "www.one.example"], days=180)
    (workdir / "one.crt").write_bytes(pki.pem(renewed))
    after = cloudformation.loads(pipeline.synthesize(folder, Reader()).text)
    changed = {
        name
        for section in ("Parameters", "Resources", "Outputs")
        for name in {*before[section], *after[section]}
        if before[section].get(name) != after[section].get(name)
    }
    assert changed == {
        "OneCertificate",
        "OneCertificateExpires",
        "OneCertificateFingerprint",
        "OneCertificateDomains",
    }
