"""The chain of a leaf: shortest, valid, in order, whatever the order of what was given."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given as generated
from hypothesis import strategies as st

from sslstack.certificates import CertificateFiles, paths, roots, signatures
from sslstack.certificates.bundle import load_bundle
from sslstack.certificates.chains import ResolvedChain, find_chain, resolve_chain
from sslstack.findings import Severity
from support import inputs, pki

if TYPE_CHECKING:
    import random

ROOT = pki.root("Root")
A = pki.issue("A", ROOT, ca=True)
B = pki.issue("B", A, ca=True)
LEAF = pki.issue("web.example", B, domains=["web.example"])
OLD = pki.root("Old Root")
CROSS = pki.issue("Root", OLD, ca=True)
STRANGER = pki.issue("Stranger", ROOT, ca=True)
URL = "http://ca.example/issuer.crt"


def _find(leaf: pki.Issued, pool: list[pki.Issued], *anchors: pki.Issued) -> ResolvedChain:
    trusted = roots.make_private_roots([one.certificate for one in anchors or (ROOT,)])
    return find_chain(leaf.certificate, [one.certificate for one in pool], trusted, pki.NOW)


def _names(resolved: ResolvedChain) -> list[str]:
    return [one.subject.rfc4514_string()[3:] for one in resolved.chain.intermediates]


def _rules(resolved: ResolvedChain) -> set[str]:
    return {one.rule for one in resolved.problems}


def test_every_order_gives_the_same_chain() -> None:
    pool = [ROOT, A, B, CROSS, STRANGER, LEAF, A]
    orders = [*itertools.islice(itertools.permutations(pool), 0, 5040, 97)]
    for order in orders:
        found = _find(LEAF, list(order))
        assert _names(found) == ["B", "A"]
        assert found.trusted


def test_a_cross_sign_is_used_only_where_it_is_needed() -> None:
    pool = [A, B, CROSS]
    assert _names(_find(LEAF, pool, ROOT, OLD)) == ["B", "A"]
    assert _names(_find(LEAF, pool, OLD)) == ["B", "A", "Root"]


def test_the_chain_below_a_trusted_intermediate_is_empty() -> None:
    """An anchor is not sent, whether it is a root or not and wherever it stands as well."""
    for pool, anchors in (
        ([], [B]),
        ([ROOT], [B]),
        ([B], [B]),
        ([B, A, ROOT], [B]),
        ([B, A], [B, ROOT]),
        ([B, A, ROOT], [B, A, ROOT]),
    ):
        found = _find(LEAF, pool, *anchors)
        assert found.trusted
        assert _names(found) == []
    assert _names(_find(LEAF, [B, A], A, ROOT)) == ["B"]


@pytest.mark.parametrize(
    "purpose", [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH]
)
def test_a_leaf_that_is_not_for_servers_has_no_trusted_chain(
    purpose: x509.ObjectIdentifier,
) -> None:
    extra = [(x509.ExtendedKeyUsage([purpose]), False)]
    leaf = pki.issue("web.example", B, domains=["web.example"], extra=extra)
    found = _find(leaf, [A, B])
    assert not found.trusted
    assert _rules(found) == {"certificate.not-for-servers"}


def test_an_expired_intermediate_is_passed_over() -> None:
    expired = pki.issue("A", ROOT, ca=True, days=-1, age=400)
    assert _names(_find(LEAF, [expired, B, A])) == ["B", "A"]
    found = _find(LEAF, [expired, B])
    assert _names(found) == ["B", "A"]
    assert _rules(found) == {"chain.expired"}


def test_impostors_of_the_same_name_are_passed_over() -> None:
    impostors = [pki.issue("B", A, ca=True, key_name=f"impostor {n}") for n in range(40)]
    assert _names(_find(LEAF, [*impostors, B, A])) == ["B", "A"]
    found = _find(LEAF, [impostors[0], A])
    assert _rules(found) == {"chain.bad-signature"}
    assert "did not sign it (another key: the key identifiers differ)" in found.problems[0].message


def test_authorities_that_signed_each_other_make_no_circle() -> None:
    one, other = pki.root("One"), pki.root("Other")
    first, second = pki.issue("One", other, ca=True), pki.issue("Other", one, ca=True)
    leaf = pki.issue("web.example", first, domains=["web.example"])
    assert _names(_find(leaf, [first, second], ROOT))[0] == "One"
    assert _names(_find(leaf, [first, second], other)) == ["One"]


def test_four_deep_and_no_deeper_than_eight() -> None:
    pool, issuer = [], ROOT
    for number in range(8):
        issuer = pki.issue(f"CA {number}", issuer, ca=True)
        pool.append(issuer)
    leaf = pki.issue("web.example", issuer, domains=["web.example"])
    assert len(_find(leaf, pool).chain.intermediates) == 8
    deeper = pki.issue("CA 8", issuer, ca=True)
    leaf = pki.issue("web.example", deeper, domains=["web.example"])
    assert _rules(_find(leaf, [*pool, deeper])) == {"chain.too-deep"}


CA = x509.BasicConstraints(ca=True, path_length=None)
BROKEN: dict[str, tuple[dict[str, object], str]] = {
    "not an authority": ({"ca": False}, "chain.not-an-authority"),
    "no certificate signing": (
        {"extra": [(pki.usage(digital_signature=True), True)]}, "chain.key-usage",
    ),
    "for clients only": (
        {"extra": [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]},
        "chain.extended-key-usage",
    ),
    "RSA 1024": ({"kind": "rsa1024"}, "chain.weak-key"),
    "SHA-1": ({"digest": "sha1"}, "chain.weak-signature"),
    "expired": ({"days": -1, "age": 300}, "chain.expired"),
    "of the future": ({"age": -5}, "chain.not-yet-valid"),
    "unknown critical extension": (
        {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True)]},
        "chain.unknown-critical",
    ),
    "other names": (
        {"extra": [(x509.NameConstraints([x509.DNSName("other.example")], None), True)]},
        "chain.name-constraints",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_authority_is_named(fault: str) -> None:
    options, rule = BROKEN[fault]
    broken = pki.issue("Broken", ROOT, **({"ca": True} | options))  # type: ignore[arg-type] # as issue() has them
    leaf = pki.issue("web.example", broken, domains=["web.example"])
    found = _find(leaf, [broken])
    assert not found.trusted
    assert _rules(found) == {rule}
    assert "'Broken'" in found.problems[0].message
    assert _names(found) == ["Broken"]


def test_the_length_of_a_path() -> None:
    narrow = pki.issue("Narrow", ROOT, ca=True, path_length=0)
    below = pki.issue("Below", narrow, ca=True)
    leaf = pki.issue("web.example", below, domains=["web.example"])
    found = _find(leaf, [narrow, below])
    assert _rules(found) == {"chain.path-length"}
    assert "'Narrow' allows 0 authorities below it" in found.problems[0].message


def test_what_works_in_browsers_is_not_refused() -> None:
    """No keyUsage, basicConstraints not critical, no key identifiers: OpenSSL takes them."""
    for options in (
        {"without": [x509.KeyUsage]},
        {"without": [x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier]},
        {"extra": [(CA, False)]},
    ):
        issuer = pki.issue("Lax", ROOT, ca=True, **options)
        leaf = pki.issue("web.example", issuer, domains=["web.example"])
        assert _find(leaf, [issuer]).trusted


def test_a_missing_issuer_is_named_with_its_key_and_address() -> None:
    leaf = pki.issue("web.example", B, domains=["web.example"], urls=["ldap://x", URL])
    for pool, anchors, rule in (
        ([], [ROOT], "chain.unresolved"),
        ([B], [ROOT], "chain.missing-issuer"),
        ([STRANGER], [ROOT], "chain.unrelated"),
    ):
        found = _find(leaf, pool, *anchors)
        assert _rules(found) == {rule}
        assert found.incomplete
    problem = _find(leaf, []).problems[0]
    assert "the certificate of 'B' (key identifier " in problem.message
    assert problem.hint == f"'sslstack resolve' fetches it from {URL}"


def test_private_and_staging_roots_are_warned_of() -> None:
    staging = pki.root("(STAGING) Pretend Pear X1")
    leaf = pki.issue("web.example", staging, domains=["web.example"])
    anchors = roots.load_public_roots()
    for pool, words in (
        ([staging], "a staging root"),
        ([A, B, ROOT], "a root that browsers do not trust"),
        ([A, B], "neither given nor a root that browsers trust"),
    ):
        one = leaf if staging in pool else LEAF
        found = find_chain(one.certificate, [given.certificate for given in pool], anchors, pki.NOW)
        assert [(p.rule, p.severity) for p in found.problems] == [
            ("chain.untrusted", Severity.WARNING)
        ]
        assert words in found.problems[0].message


def test_a_self_signed_leaf_has_no_chain() -> None:
    leaf = pki.issue("dev.example", None, domains=["dev.example"])
    assert _rules(_find(leaf, [A, B])) == {"certificate.self-signed"}
    trusted = _find(leaf, [], leaf)
    assert trusted.trusted
    assert trusted.problems == ()


def test_without_a_clock_what_lasts_as_long_as_the_leaf_is_taken() -> None:
    """So that the template is a function of the files alone."""
    short = pki.issue("B", A, ca=True, days=10)
    for pool in ([short, B, A], [B, A, short]):
        found = find_chain(
            LEAF.certificate,
            [one.certificate for one in pool],
            roots.make_private_roots([ROOT.certificate]),
            None,
        )
        assert found.chain.intermediates[0] == B.certificate


def test_an_expired_leaf_has_its_chain_all_the_same() -> None:
    leaf = pki.issue("web.example", B, domains=["web.example"], days=-5, age=90)
    found = _find(leaf, [A, B])
    assert _names(found) == ["B", "A"]


def test_an_expired_leaf_with_a_newer_chain() -> None:
    """The leaf's expiry is all there is to report, with a clock and without one."""
    leaf = pki.issue("web.example", B, domains=["web.example"], days=-60, age=90)
    newer = pki.issue("B", A, ca=True, age=20)
    found = _find(leaf, [A, newer])
    assert found.trusted
    assert found.problems == ()
    roots_of = roots.make_private_roots([ROOT.certificate])
    pool = [newer.certificate, pki.issue("A", ROOT, ca=True, age=20).certificate]
    assert find_chain(leaf.certificate, pool, roots_of, None).problems == ()


def test_an_expired_leaf_keeps_a_newer_chain_in_the_template() -> None:
    leaf = pki.issue("web.example", B, domains=["web.example"], days=-60, age=90)
    newer = pki.issue("B", ROOT, ca=True, age=20)
    declared = inputs.declared(leaf.pem, chain=pki.pem(newer), roots=ROOT.pem)
    found = resolve_chain(load_bundle(declared), declared)
    assert found is not None
    assert found.problems == ()
    assert _names(found) == ["B"]


def test_what_was_mended_is_said() -> None:
    declared = inputs.declared(
        LEAF.pem, chain=pki.pem(A, ROOT, LEAF, B, A, STRANGER), roots=ROOT.pem
    )
    found = resolve_chain(load_bundle(declared), declared)
    assert found is not None
    assert _names(found) == ["B", "A"]
    assert _rules(found) == {
        "chain.order", "chain.has-root", "chain.has-leaf", "chain.duplicate", "chain.stranger",
    }  # fmt: skip
    assert all(one.severity is Severity.WARNING for one in found.problems)


def test_what_the_lock_holds_is_taken_where_it_is_needed() -> None:
    locked = (B.certificate, A.certificate)
    bare = inputs.declared(LEAF.pem, roots=ROOT.pem)
    with_lock = CertificateFiles(certificate=bare.certificate, roots=bare.roots, locked=locked)
    found = resolve_chain(load_bundle(with_lock), with_lock)
    assert found is not None
    assert found.locked
    assert _names(found) == ["B", "A"]
    forged = CertificateFiles(
        certificate=bare.certificate, roots=bare.roots, locked=(STRANGER.certificate,)
    )
    refused = resolve_chain(load_bundle(forged), forged)
    assert refused is not None
    assert not refused.locked
    assert refused.incomplete


def test_untrusted_gives_best_effort_and_a_warning() -> None:
    declared = inputs.declared(LEAF.pem, chain=B.pem, roots=ROOT.pem, untrusted=True)
    found = resolve_chain(load_bundle(declared), declared)
    assert found is not None
    assert _names(found) == ["B"]
    assert [one.severity for one in found.problems] == [Severity.WARNING]


@generated(st.randoms(use_true_random=False), st.integers(1, 5), st.integers(0, 6))
def test_shortest_means_shortest(randomness: random.Random, depth: int, decoys: int) -> None:
    """Among random cross-signs the path found is as short as the shortest there is."""
    anchors = [pki.root(f"R{n}") for n in range(2)]
    layers = [anchors]
    for level in range(depth):
        layers.append(
            [
                pki.issue(f"L{level}", issuer, ca=True)
                for issuer in randomness.sample(layers[-1], k=1)
            ]
        )
    extra = [
        pki.issue(f"L{randomness.randrange(depth)}", randomness.choice(anchors), ca=True)
        for _ in range(decoys)
    ]
    leaf = pki.issue("web.example", layers[-1][0], domains=["web.example"])
    pool = [one.certificate for layer in layers[1:] for one in layer]
    pool += [one.certificate for one in extra]
    randomness.shuffle(pool)
    trusted = roots.make_private_roots([one.certificate for one in anchors])
    path = paths.find_shortest(leaf.certificate, pool, trusted, pki.NOW)
    assert path is not None
    levels = {int(one.certificate.subject.rfc4514_string()[4:]) for one in extra}
    assert len(path) == depth - max(levels, default=0)


def test_an_issuer_with_a_huge_exponent_signs_nothing() -> None:
    """A few hundred such authorities of one name would cost minutes."""
    own = pki.key("huge", "rsa2048")
    assert isinstance(own, rsa.RSAPrivateKey)
    numbers = own.private_numbers()
    phi = (numbers.p - 1) * (numbers.q - 1)
    exponent = next(e for e in range(2**64 + 1, 2**64 + 1000, 2) if math.gcd(e, phi) == 1)
    d = pow(exponent, -1, phi)
    huge = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, d, d % (numbers.p - 1), d % (numbers.q - 1), numbers.iqmp,
        rsa.RSAPublicNumbers(exponent, numbers.public_numbers.n),
    ).private_key()  # fmt: skip
    issuer = pki.Issued.of(ROOT.certificate, huge)
    child = pki.issue("web.example", issuer, domains=["web.example"])
    named = pki.signed_for(huge, "Root", issuer)
    assert not signatures.is_signed_by(child.certificate, named.certificate)
