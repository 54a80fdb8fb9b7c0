"""Name constraints hold for every kind of name, and for authorities below as well."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from sslstack.certificates import chains, constraints, roots
from support import pki

DNS, MAIL, URI = x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier


def _ip(text: str) -> x509.IPAddress:
    network = "/" in text
    return x509.IPAddress(ipaddress.ip_network(text) if network else ipaddress.ip_address(text))


def _directory(**parts: str) -> x509.DirectoryName:
    oids = {"o": NameOID.ORGANIZATION_NAME, "cn": NameOID.COMMON_NAME}
    return x509.DirectoryName(
        x509.Name([x509.NameAttribute(oids[key], value) for key, value in parts.items()])
    )


@pytest.mark.parametrize(
    ("name", "subtree", "within"),
    [
        (DNS("a.example.com"), DNS("example.com"), True),
        (DNS("EXAMPLE.com"), DNS("example.com"), True),
        (DNS("badexample.com"), DNS("example.com"), False),
        (DNS("*.example.com"), DNS(".example.com"), True),
        (DNS("anything"), DNS(""), True),
        (_ip("10.1.2.3"), _ip("10.0.0.0/8"), True),
        (_ip("11.1.2.3"), _ip("10.0.0.0/8"), False),
        (_ip("2001:db8::1"), _ip("10.0.0.0/8"), False),
        (MAIL("me@example.com"), MAIL("example.com"), True),
        (MAIL("me@a.example.com"), MAIL("example.com"), False),
        (MAIL("me@a.example.com"), MAIL(".example.com"), True),
        (MAIL("you@example.com"), MAIL("me@example.com"), False),
        (URI("https://a.example.com/x"), URI(".example.com"), True),
        (URI("https://example.com/x"), URI("a.example.com"), False),
        (_directory(o="Us", cn="x"), _directory(o="us"), True),
        (_directory(o="Them", cn="x"), _directory(o="Us"), False),
    ],
)
def test_subtrees(name: x509.GeneralName, subtree: x509.GeneralName, *, within: bool) -> None:
    leaf = pki.issue("", None, extra=[(x509.SubjectAlternativeName([name]), False)]).certificate
    for permitted, excluded, allowed in (
        ([subtree], None, within),
        (None, [subtree], not within),
        ([subtree], [subtree], False),
    ):
        held = x509.NameConstraints(permitted, excluded)
        issuer = pki.issue("CA", None, ca=True, extra=[(held, True)]).certificate
        found = constraints.find_violation(leaf, [issuer])
        assert (found is None) == allowed
        assert found is None or found[0] == issuer


@pytest.mark.parametrize(
    ("name", "permitted", "excluded", "allowed"),
    [
        ("*.example.com", None, "bad.example.com", False),
        ("*.example.com", "example.com", "bad.example.com", False),
        ("*.example.com", None, "example.com", False),
        ("*.example.com", None, "a.bad.example.com", True),
        ("*.example.com", None, "bad.example.org", True),
        ("*.example.com", "a.example.com", None, False),
        (".example.com", "example.com", None, False),
        ("a..example.com", "example.com", None, False),
        ("-a.example.com", "example.com", None, False),
        ("a b.example.com", "example.com", None, False),
        ("a.*.example.com", "example.com", None, False),
        ("example.com.", "example.com", None, False),
        ("my_app.example.com", "example.com", None, True),
        ("example.com", ".example.com", None, False),
    ],
)
def test_a_verdict_is_on_the_safe_side(
    name: str, permitted: str | None, excluded: str | None, *, allowed: bool
) -> None:
    """A wildcard counts as every name it stands for; what is not a name is not permitted."""
    root = pki.root()
    held = x509.NameConstraints(
        [DNS(permitted)] if permitted else None, [DNS(excluded)] if excluded else None
    )
    issuer = pki.issue("CA", root, ca=True, extra=[(held, True)])
    leaf = pki.issue("", issuer, domains=[name])
    found = chains.find_chain(
        leaf.certificate,
        [issuer.certificate],
        roots.make_private_roots([root.certificate]),
        pki.NOW,
    )
    assert found.trusted == allowed
    assert {one.rule for one in found.problems} == (
        set() if allowed else {"chain.name-constraints"}
    )


@pytest.mark.parametrize(
    ("address", "allowed"), [("2001:db8:5::1", True), ("2001:db9::1", False), ("::1", False)]
)
def test_bits_behind_the_mask_do_not_count(address: str, *, allowed: bool) -> None:
    """2001:db8::1/32 is 2001:db8::/32, as OpenSSL and Go read it."""
    base, mask = (ipaddress.ip_address(text).packed for text in ("2001:db8::1", "ffff:ffff::"))
    subtree = b"\xa0\x24\x30\x22\x87\x20" + base + mask
    held = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.30"), b"\x30\x26" + subtree)
    root = pki.root()
    issuer = pki.issue("CA", root, ca=True, extra=[(held, True)])
    leaf = pki.issue("", issuer, extra=[(x509.SubjectAlternativeName([_ip(address)]), True)])
    found = chains.find_chain(
        leaf.certificate,
        [issuer.certificate],
        roots.make_private_roots([root.certificate]),
        pki.NOW,
    )
    assert found.trusted == allowed
    assert {one.rule for one in found.problems} == (
        set() if allowed else {"chain.name-constraints"}
    )


def test_a_constrained_kind_that_is_not_known_fits_nothing() -> None:
    registered = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))
    leaf = pki.issue(
        "x", None, extra=[(x509.SubjectAlternativeName([registered]), False)]
    ).certificate
    held = x509.NameConstraints([registered], None)
    issuer = pki.issue("CA", None, ca=True, extra=[(held, True)]).certificate
    assert constraints.find_violation(leaf, [issuer]) is not None


def test_directory_names_beside_domains_are_no_hindrance() -> None:
    """As the baseline requirements (7.1.5) write them, and the verifier refuses them."""
    root = pki.root()
    held = x509.NameConstraints([DNS("example.com"), _directory(cn="a.example.com")], None)
    issuer = pki.issue("CA", root, ca=True, extra=[(held, True)])
    leaf = pki.issue("a.example.com", issuer, domains=["a.example.com"])
    found = chains.find_chain(
        leaf.certificate,
        [issuer.certificate],
        roots.make_private_roots([root.certificate]),
        pki.NOW,
    )
    assert found.trusted


def test_names_times_subtrees_are_limited() -> None:
    """Thousands of both cost minutes; no client compares them."""
    subtrees = [DNS(f"{number}.example.com") for number in range(3000)]
    held = x509.NameConstraints(None, [*subtrees, DNS("example.org")])
    issuer = pki.issue("CA", None, ca=True, extra=[(held, True)]).certificate
    few = pki.issue("", None, domains=["a.example.com"] * 50).certificate
    many = pki.issue("", None, domains=["a.example.com"] * 3000).certificate
    assert constraints.find_violation(few, [issuer]) is None
    assert constraints.find_violation(many, [issuer]) == (issuer, "any of 3000 names")
