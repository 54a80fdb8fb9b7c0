"""Files that are nearly right: each has one finding, and nothing that only follows from it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs7,
    pkcs12,
)

from sslstack import certificates
from support import inputs, pki

ROOT = pki.root()
CA = pki.issue("CA", ROOT, ca=True)
LEAF = pki.issue("web.example", CA, domains=["web.example"])
OLD = pki.issue("web.example", CA, domains=["web.example"], days=-1, age=90)
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def _messages(certificate: bytes, chain: bytes | None = None, **options: bytes) -> list[str]:
    declared = inputs.declared(certificate, chain=chain, roots=ROOT.pem)
    examined = certificates.check_certificate(declared, at=pki.NOW, **options)
    return [f"[{one.rule}] {one.message}" for one in examined.findings]


SPOILED = {
    "no-break space": BEGIN.replace(b"BEGIN ", b"BEGIN\xc2\xa0"),
    "no space": BEGIN.replace(b"BEGIN ", b"BEGIN"),
    "small letters": BEGIN.lower(),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_begin_that_is_not_one_is_named_wherever_it_stands(name: str) -> None:
    why = "in small letters or without its space"
    for before, after in ((b"", CA.pem), (LEAF.pem, b"")):
        one = (CA if before else LEAF).pem.replace(BEGIN, SPOILED[name])
        line = before.count(b"\n") + 1
        assert [
            f"[certificate.unreadable] certificate.pem has 'BEGIN CERTIFICATE' on line {line} {why}"
        ] == _messages(before + one + after)


def test_an_end_without_a_begin_is_named() -> None:
    text = LEAF.pem + CA.pem.removeprefix(BEGIN + b"\n")
    line = text.count(b"\n")
    assert [
        (
            f"[certificate.unreadable] certificate.pem has an END CERTIFICATE on line {line} "
            "without its BEGIN CERTIFICATE"
        )
    ] == _messages(text)


def test_a_second_end_does_no_harm() -> None:
    assert _messages(LEAF.pem + END + b"\n" + CA.pem) == []


def test_utf_32_is_read() -> None:
    text = (LEAF.pem + CA.pem).decode().encode("utf-32")
    assert _messages(text) == [
        "[certificate.converted] certificate.pem is not plain PEM but UTF-32; it is converted"
    ]


def test_a_set_of_certificates_has_no_order() -> None:
    """PKCS#7 sorts its certificates by their bytes."""
    both = [CA.certificate, LEAF.certificate]
    found = _messages(pkcs7.serialize_certificates(both, Encoding.DER))
    assert [one.split()[0] for one in found] == ["[certificate.converted]"]


def test_the_password_opens_a_store_given_as_the_chain() -> None:
    locked = BestAvailableEncryption(b"secret")
    store = pkcs12.serialize_key_and_certificates(b"x", None, None, [CA.certificate], locked)
    found = _messages(LEAF.pem, store, password=b"secret")
    assert [one.split()[0] for one in found] == ["[chain.converted]"]


@pytest.mark.parametrize(
    ("chain", "rule"),
    [
        (ROOT, "chain.unrelated"),
        (pki.issue("CA", ROOT, ca=True, key_name="impostor"), "chain.bad-signature"),
        (pki.issue("CA", ROOT, ca=True, days=-1, age=90), "chain.expired"),
    ],
    ids=["another chain", "another key", "expired"],
)
def test_a_wrong_chain_is_one_finding(chain: pki.Issued, rule: str) -> None:
    assert [f"[{rule}]"] == [one.split()[0] for one in _messages(LEAF.pem, chain.pem)]


def test_of_several_leaves_the_dates_are_told() -> None:
    (found,) = _messages(OLD.pem + LEAF.pem + CA.pem)
    assert found.startswith("[certificate.two-leaves] ")
    assert "'web.example' (until 2026-11-14) is used, 'web.example' (until 2027-02-13)" in found


def test_a_file_of_thousands_of_certificates_is_refused_at_once() -> None:
    for number, content in ((2001, CA.pem * 2001), (3000, CA.der * 3000)):
        (found,) = _messages(LEAF.pem, content)
        assert found.startswith(f"[chain.unreadable] chain.pem holds {number:,} ")
        assert "(limit 2,000): keep only those of one server" in found


def test_many_strangers_are_one_finding() -> None:
    strangers = [pki.issue(f"CA {n}", ROOT, ca=True, key_name="x") for n in range(40)]
    (found,) = _messages(LEAF.pem, CA.pem + pki.pem(*strangers))
    assert "40 certificates in the chain are unrelated to 'web.example': 'CA 0'" in found
    assert found.endswith(" and 35 more")
