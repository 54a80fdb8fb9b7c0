"""Certificates that name another key than their issuer's: a warning, not an error."""

from __future__ import annotations

import pytest
from cryptography import x509

from sslstack import certificates
from sslstack.findings import Severity
from support import inputs, pki

ROOT = pki.root()
CA = pki.issue("CA", ROOT, ca=True)
OTHER = [(x509.AuthorityKeyIdentifier(b"\1" * 20, None, None), False)]


def _leaf(issuer: pki.Issued, **options: object) -> pki.Issued:
    return pki.issue("web.example", issuer, domains=["web.example"], **options)  # type: ignore[arg-type]


def _rules(leaf: pki.Issued, chain: pki.Issued | None, *roots: pki.Issued) -> list[str]:
    above = chain.pem if chain else None
    declared = inputs.declared(leaf.pem, roots=pki.pem(*roots), chain=above)
    examined = certificates.check_certificate(declared, at=pki.NOW)
    assert examined.trusted
    assert examined.usable
    return [one.rule for one in examined.findings if one.severity is Severity.WARNING]


@pytest.mark.parametrize(
    ("leaf", "chain"),
    [
        (_leaf(CA, extra=OTHER), CA),
        (_leaf(CA), pki.issue("CA", ROOT, ca=True, extra=OTHER)),
        (_leaf(ROOT, extra=OTHER), None),
    ],
    ids=["leaf below an intermediate", "intermediate below the root", "leaf below the root"],
)
def test_another_key_identifier_is_a_warning_up_to_the_root(
    leaf: pki.Issued, chain: pki.Issued | None
) -> None:
    assert _rules(leaf, chain, ROOT) == ["chain.key-identifier"]


def test_one_root_with_the_named_key_is_enough() -> None:
    """Of two roots with one key, the one that the certificate names counts."""
    renamed = x509.SubjectKeyIdentifier(b"\1" * 20)
    twin = pki.root(extra=[(renamed, False)])
    assert _rules(_leaf(ROOT, extra=OTHER), None, ROOT, twin) == []


def test_a_critical_extension_that_nobody_knows_leaves_no_trusted_chain() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0")
    declared = inputs.declared(_leaf(CA, extra=[(unknown, True)]).pem, chain=CA.pem, roots=ROOT.pem)
    examined = certificates.check_certificate(declared, at=pki.NOW)
    assert not examined.trusted
    assert [one.rule for one in examined.findings] == ["certificate.unknown-critical"]
