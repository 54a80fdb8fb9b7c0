"""Every check of a declared certificate, at the place of its declaration."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from sslstack import certificates, expiry
from sslstack.certificates import checks, store_checks
from sslstack.findings import Finding, Severity
from support import inputs, pki

if TYPE_CHECKING:
    from sslstack.kinds import Kind, Store

ROOT = pki.root()
CA = pki.issue("CA", ROOT, ca=True)
NAMES = x509.SubjectAlternativeName([x509.DNSName("web.example")])


def _examined(leaf: pki.Issued, **more: Any) -> certificates.CertificateReport:
    options = {"chain": CA.pem, "roots": ROOT.pem} | more
    return certificates.check_certificate(inputs.declared(leaf.pem, **options), at=pki.NOW)


def _leaf(**options: Any) -> pki.Issued:
    return pki.issue("web.example", CA, **({"domains": ["web.example"]} | options))


def _found(leaf: pki.Issued, **more: Any) -> set[tuple[str, Severity]]:
    return {(one.rule, one.severity) for one in _examined(leaf, **more).findings}


E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTICE
LEAVES: dict[str, tuple[dict[str, Any], str, Severity]] = {
    "rsa 1024": ({"kind": "rsa1024"}, "certificate.weak-key", E),
    "dsa": ({"kind": "dsa"}, "certificate.key-type", E),
    "ed25519": ({"kind": "ed25519"}, "certificate.key-type", E),
    "ed448": ({"kind": "ed448"}, "certificate.key-type", E),
    "p224": ({"kind": "p224"}, "certificate.key-type", E),
    "secp256k1": ({"kind": "k256"}, "certificate.key-type", E),
    "sha-1": ({"digest": "sha1"}, "certificate.weak-signature", E),
    "no names": ({"domains": []}, "certificate.no-names", E),
    "for clients": (
        {"extra": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]},
        "certificate.not-for-servers", E,
    ),
    "precertificate": (
        {"extra": [(x509.PrecertPoison(), True)]}, "certificate.precertificate", E,
    ),
    "authority": ({"ca": True, "extra": [(NAMES, False)]}, "certificate.is-authority", W),
    "must staple": (
        {"extra": [(x509.TLSFeature([x509.TLSFeatureType.status_request]), False)]},
        "certificate.must-staple", W,
    ),
    "no digital signature": (
        {"extra": [(pki.usage(key_encipherment=True), True)]}, "certificate.key-usage", W,
    ),
    "odd wildcard": ({"domains": ["w*.example"]}, "certificate.odd-name", W),
    "underscore": ({"domains": ["my_app.example"]}, "certificate.odd-name", W),
    "trailing dot": ({"domains": ["app.example."]}, "certificate.odd-name", W),
    "address as name": ({"domains": ["192.0.2.1"]}, "certificate.odd-name", W),
    "unknown critical": (
        {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True)]},
        "certificate.unknown-critical", W,
    ),
    "outlives its issuer": ({"days": 3000}, "chain.ends-first", W),
}  # fmt: skip


@pytest.mark.parametrize("fault", LEAVES)
def test_a_fault_of_a_leaf_is_found_and_no_other(fault: str) -> None:
    options, rule, severity = LEAVES[fault]
    leaf = _leaf(**options)
    assert (rule, severity) in _found(leaf)
    assert {found for found, _ in _found(leaf)} - {"certificate.key-usage"} <= {
        rule, "chain.refused",
    }  # fmt: skip
    assert all(
        "'web.example'" in one.message for one in _examined(leaf).findings if one.rule == rule
    )


def test_a_good_certificate_has_no_finding() -> None:
    for kind in ("p256", "p384", "p521", "rsa2048", "rsa4096"):
        leaf = _leaf(kind=kind)
        assert _found(leaf, private_key=leaf.key_pem, domains=("web.example",)) == set()


def test_findings_stand_where_the_fault_is_declared() -> None:
    other = pki.issue("other", None)
    found = _examined(
        _leaf(),
        private_key=other.key_pem,
        chain=pki.pem(CA, ROOT),
        domains=("web.example", "shop.example"),
    ).findings
    places = {one.rule: one.location.line for one in found}
    assert places == {"key.mismatch": 9, "chain.has-root": 8, "domain.not-covered": 21}


FILES: dict[str, tuple[dict[str, bytes], str]] = {
    "empty": ({"certificate": b""}, "certificate.unreadable"),
    "no certificate": ({"certificate": b"hello"}, "certificate.unreadable"),
    "request": (
        {"certificate": b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n"
         b"-----END CERTIFICATE REQUEST-----\n"},
        "certificate.missing",
    ),
    "key": ({"certificate": CA.key_pem}, "certificate.missing"),
    "swapped with key": (
        {"certificate": CA.key_pem, "private_key": CA.pem}, "certificate.swapped",
    ),
    "swapped with chain": (
        {"certificate": CA.pem, "chain": _leaf().pem}, "certificate.swapped",
    ),
    "key in chain": ({"certificate": _leaf().pem, "chain": CA.pem + CA.key_pem}, "chain.holds-key"),
    "empty chain": ({"certificate": _leaf().pem, "chain": b""}, "chain.unreadable"),
    "no roots": (
        {"certificate": _leaf().pem, "chain": CA.pem, "roots": CA.key_pem}, "roots.missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FILES)
def test_wrong_files_are_errors(fault: str) -> None:
    files, rule = FILES[fault]
    found = certificates.check_certificate(inputs.declared(**files), at=pki.NOW).findings  # type: ignore[arg-type]
    assert rule in {one.rule for one in found if one.severity is Severity.ERROR}
    assert all("PRIVATE KEY" not in str(one) for one in found)


def test_a_bundle_in_the_wrong_order() -> None:
    leaf = _leaf()
    bundle = certificates.check_certificate(
        inputs.declared(pki.pem(CA, leaf), roots=ROOT.pem), at=pki.NOW
    )
    assert bundle.chain is not None
    assert bundle.chain.leaf == leaf.certificate
    assert [one.rule for one in bundle.findings] == ["certificate.order"]


def test_two_leaves() -> None:
    other = pki.issue("other.example", CA, domains=["other.example"])
    found = certificates.check_certificate(
        inputs.declared(pki.pem(_leaf(), other, CA), roots=ROOT.pem), at=pki.NOW
    )
    assert {one.rule for one in found.findings} >= {"certificate.two-leaves"}
    assert found.usable


def test_the_output_is_the_same_for_every_form() -> None:
    leaf = _leaf()
    plain = _examined(leaf).chain
    windows = pki.pem(leaf).replace(b"\n", b"\r\n")
    other = certificates.check_certificate(
        inputs.declared(b"text\r\n" + windows, chain=CA.der, roots=ROOT.der), at=pki.NOW
    )
    assert plain is not None
    assert other.chain == plain
    assert (plain.body, plain.chain) == (leaf.pem.decode(), CA.pem.decode())
    assert {one.rule for one in other.findings} == {"chain.converted", "roots.converted"}


def test_long_validity_matters_for_public_roots_only() -> None:
    leaf = _leaf(days=300, age=300)
    assert _found(leaf) == {("chain.ends-first", W)}
    chain = certificates.Chain(leaf=leaf.certificate)
    found = [*checks.check_leaf(chain, inputs.declared(leaf.pem), public=True)]
    assert [one.rule for one in found] == ["certificate.long-lived"]


@pytest.mark.parametrize(
    ("kind", "load_balancer", "store", "severity"),
    [
        ("rsa2048", "classic", "acm", None),
        ("rsa4096", "classic", "acm", E),
        ("p256", "classic", "acm", E),
        ("p384", "classic", "iam", None),
        ("rsa4096", "classic", "iam", None),
        ("rsa3072", "classic", "iam", N),
        ("rsa4096", "network", "iam", E),
        ("rsa4096", "network", "acm", E),
        ("p256", "network", "acm", None),
        ("rsa4096", "application", "acm", None),
    ],
)
def test_where_a_key_may_go(
    kind: pki.KeyKind, load_balancer: Kind, store: Store, severity: Severity | None
) -> None:
    leaf = _leaf(kind=kind).certificate
    found = [one.severity for one in store_checks.check_store(leaf, load_balancer, store)]
    assert found == ([] if severity is None else [severity])


def test_a_key_is_checked_for_each_kind_of_load_balancer_that_gets_it() -> None:
    """The finding is at the place of the certificate."""
    leaf = _leaf(kind="rsa4096")
    chain = certificates.Chain(leaf=leaf.certificate)
    declared = inputs.declared(leaf.pem)
    assert certificates.check_delivery(chain, declared, (), "iam") == ()
    (found,) = certificates.check_delivery(chain, declared, ("classic", "network"), "iam")
    assert found.rule == "certificate.key-and-store"
    assert found.location == declared.certificate.location


@pytest.mark.parametrize(
    ("days", "age", "expected"),
    [
        (90, 1, []),
        (31, 1, []),
        (29.5, 1, [("certificate.expires-soon", W, "in 29 days, on 2026-12-15")]),
        (0.5, 1, [("certificate.expires-soon", W, "in 12 hours, on 2026-11-16")]),
        (-3, 90, [("certificate.expired", E, "on 2026-11-12, 3 days ago")]),
        (90, -2, [("certificate.not-yet-valid", E, "before 2026-11-17 12:00 UTC")]),
    ],
)
def test_expiry(days: float, age: float, expected: list[tuple[str, Severity, str]]) -> None:
    """The clock is an argument; the number of days is said."""
    examined = _examined(_leaf(days=days, age=age))
    found: list[Finding] = [*expiry.check_expiry(examined.periods[:1], pki.NOW)]
    assert [(one.rule, one.severity) for one in found] == [(r, s) for r, s, _ in expected]
    for one, (_, _, words) in zip(found, expected, strict=True):
        assert one.message.endswith(words)
    far = pki.NOW + datetime.timedelta(days=30_000)
    assert {one.severity for one in expiry.check_expiry(examined.periods, far)} == {E}


def test_keys_that_name_another_issuer() -> None:
    """A key identifier that fits no issuer is a warning: signatures decide."""
    wrong = x509.AuthorityKeyIdentifier(b"\1" * 20, None, None)
    leaf = _leaf(extra=[(wrong, False)])
    assert _found(leaf) == {("chain.key-identifier", W)}


def test_a_self_signed_certificate_is_a_warning_wherever_it_is_used() -> None:
    leaf = pki.issue("dev.example", None, domains=["dev.example"])
    found = certificates.check_certificate(inputs.declared(leaf.pem), at=pki.NOW)
    assert [(one.rule, one.severity) for one in found.findings] == [("certificate.self-signed", W)]
