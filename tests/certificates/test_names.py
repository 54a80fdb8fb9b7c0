"""What a certificate is called and what it covers."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509

from sslstack.certificates import names
from support import pki


def _leaf(*domains: str) -> x509.Certificate:
    return pki.issue("name", None, domains=domains).certificate


@pytest.mark.parametrize(
    ("held", "wanted", "covered"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.com", True),
        ("example.com", "example.com.", True),
        ("example.com", "www.example.com", False),
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "*.example.com", True),
        ("www.example.com", "*.example.com", False),
        ("w*.example.com", "www.example.com", False),
        ("xn--bcher-kva.example", "bücher.example", True),
        ("*.xn--bcher-kva.example", "www.bücher.example", True),
        ("my_host.example.com", "my_host.example.com", True),
        ("*.my_host.example.com", "a.my_host.example.com", True),
        ("example.com.", "example.com", False),
        ("*.example.com.", "*.example.com", False),
        ("-a.example.com", "-a.example.com", False),
    ],
)
def test_matching(held: str, wanted: str, *, covered: bool) -> None:
    """RFC 9525, section 6.3."""
    assert names.covers_domain(_leaf(held), wanted) is covered


def test_addresses_are_covered_by_addresses_only() -> None:
    address = x509.IPAddress(ipaddress.ip_address("192.0.2.1"))
    extension = x509.SubjectAlternativeName([address, x509.DNSName("192.0.2.2")])
    leaf = pki.issue("name", None, extra=[(extension, False)]).certificate
    assert names.covers_domain(leaf, "192.0.2.1")
    assert not names.covers_domain(leaf, "192.0.2.2")


@pytest.mark.parametrize("wanted", ["a b", "", "a..b", "http://x", "x/y", "*"])
def test_what_is_no_domain(wanted: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        names.covers_domain(_leaf("example.com"), wanted)


@pytest.mark.parametrize(
    ("name", "oddity"),
    [
        ("example.com", None),
        ("*.example.com", None),
        ("localhost", None),
        ("my_host.example.com", None),
        ("example.com.", "ends with a dot"),
        ("192.0.2.1", "is an IP address written as a DNS name"),
        ("*.com", "is a wildcard for a whole top-level domain"),
        ("w*.example.com", "has a wildcard that is not its whole first label"),
        ("a.*.com", "has a wildcard that is not its whole first label"),
        ("-a.com", "has a label that is not letters, digits and hyphens"),
        ("a" * 64 + ".com", "has a label that is not letters, digits and hyphens"),
        (".".join(["a" * 60] * 5), "is longer than a domain may be"),
    ],
)
def test_odd_names(name: str, oddity: str | None) -> None:
    assert names.find_oddity(name) == oddity


def test_a_hostile_subject_moves_no_cursor() -> None:
    """Nor does a subject of thousands of characters fill the screen."""
    leaf = pki.issue("\x1b[2J\n" + "a" * 50, None, domains=["a"]).certificate
    shown = names.describe_subject(leaf)
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert len(names.escape_name("a" * 5000)) == 120


def test_a_certificate_without_a_common_name() -> None:
    assert (
        names.describe_subject(pki.issue("", None, domains=["a.example"]).certificate)
        == "a.example"
    )
    assert names.describe_subject(pki.issue("", None, domains=[]).certificate) == "(empty name)"
