"""Content decides what a block is, and no block is dropped in silence."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sslstack.certificates import check_certificate, formats, keys
from sslstack.certificates.bundle import load_bundle
from support import inputs, pki

ROOT = pki.root()
CA = pki.issue("CA", ROOT, ca=True)
LEAF = pki.issue("web.example", CA, domains=["web.example"])
REQUEST = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(pki.named("web.example"))
    .sign(LEAF.key, hashes.SHA256())
    .public_bytes(Encoding.DER)
)
KEY = LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
SEC1 = LEAF.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
OPENSSH = LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def _labelled(data: bytes, label: str) -> bytes:
    body = base64.encodebytes(data)
    return f"-----BEGIN {label}-----\n".encode() + body + f"-----END {label}-----\n".encode()


@pytest.mark.parametrize("label", ["CERTIFICATE", "NEW CERTIFICATE REQUEST", "FOO"])
def test_a_request_is_one_whatever_its_label(label: str) -> None:
    held = formats.read_contents(_labelled(REQUEST, label))
    assert held.certificates == ()
    assert held.problems == ()
    assert held.others[0].startswith("certificate request")


@pytest.mark.parametrize(
    "label", ["CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]
)
@pytest.mark.parametrize(
    "data", [KEY, SEC1, base64.b64decode(b"".join(OPENSSH.splitlines()[1:-1]))]
)
def test_a_key_is_read_whatever_its_label(data: bytes, label: str) -> None:
    (block,) = formats.read_contents(_labelled(data, label)).keys
    assert keys.matches_certificate(keys.inspect_key(block), LEAF.certificate)


def test_a_certificate_labelled_as_a_key_is_a_certificate() -> None:
    held = formats.read_contents(_labelled(LEAF.der, "PRIVATE KEY"))
    assert held.certificates == (LEAF.certificate,)
    assert held.keys == ()


EN, EM = "\N{EN DASH}".encode(), "\N{EM DASH}".encode()
MINUS = "\N{MINUS SIGN}".encode() * 5
LONG = EM + EN
SPOILED = {
    "long dashes": LEAF.pem.replace(b"-----", LONG),
    "long dashes in cp1252": LEAF.pem.replace(b"-----", b"\x97\x96"),
    "minus signs": LEAF.pem.replace(b"-----", MINUS),
    "four hyphens": LEAF.pem.replace(b"-----", b"----"),
    "spaces": LEAF.pem.replace(b"-----BEGIN ", b"---- BEGIN "),
    "BEGIN only": LEAF.pem.replace(b"-----BEGIN", EN * 5 + b"BEGIN"),
    "END only": LEAF.pem.replace(b"-----END", EN * 5 + b"END"),
    "END cut short": LEAF.pem.replace(b"-----\n", b"----\n").replace(
        b"CATE----\nM", b"CATE-----\nM"
    ),
    "CRLF": LEAF.pem.replace(b"-----", LONG).replace(b"\n", b"\r\n"),
    "mark": b"\xef\xbb\xbf" + LEAF.pem.replace(b"-----", LONG),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_markers_of_a_word_processor_are_named_with_their_line(kind: str) -> None:
    """In a file of its own, before and behind a block that can be read."""
    for content, first in (
        (SPOILED[kind], 0),
        (SPOILED[kind] + CA.pem, 0),
        (CA.pem + SPOILED[kind], CA.pem.count(b"\n")),
    ):
        held = formats.read_contents(content)
        end = kind in {"END only", "END cut short"}
        line = first + (len(LEAF.pem.splitlines()) if end else 1)
        word = "END" if end else "BEGIN"
        assert (
            f"has '{word} CERTIFICATE' on line {line} without its five hyphens (-----)"
            in held.problems
        )
        assert LEAF.certificate not in held.certificates


def test_every_block_that_is_left_out_is_named() -> None:
    other = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
    content = LEAF.pem + other.encode() + CA.pem + _labelled(b"\1\2\3", "SOMETHING")
    examined = check_certificate(inputs.declared(content, roots=ROOT.pem), at=pki.NOW)
    lines = len(LEAF.pem.splitlines())
    said = [one.message for one in examined.findings if one.rule == "certificate.block-left-out"]
    last = lines + 4 + len(CA.pem.splitlines())
    assert said == [
        f"certificate.pem: the public key on line {lines + 1} is left out",
        f"certificate.pem: the block named SOMETHING on line {last} is left out",
    ]


def test_a_damaged_certificate_is_all_there_is_to_say() -> None:
    """The intermediate behind it is not checked in its place."""
    damaged = LEAF.pem.replace(b"MII", b"M!I", 1)
    for content in (damaged + CA.pem, CA.pem + damaged, damaged + pki.issue("b.example", CA).pem):
        declared = inputs.declared(content, roots=ROOT.pem)
        assert load_bundle(declared).leaf is None
        examined = check_certificate(declared, at=pki.NOW)
        assert examined.chain is None
        assert [one.rule for one in examined.findings] == ["certificate.unreadable"]


def test_a_merge_conflict_is_named() -> None:
    content = b"<<<<<<< HEAD\n" + LEAF.pem + b"=======\n" + CA.pem + b">>>>>>> theirs\n"
    declared = inputs.declared(content)
    (finding,) = check_certificate(declared, at=pki.NOW).findings
    assert "holds a merge conflict on line 1" in finding.message


def test_encodings_within_encodings_end() -> None:
    content = LEAF.pem
    for _ in range(6):
        content = _labelled(content, "CERTIFICATE")
    assert formats.read_contents(content).problems == ("is encoded too many times",)
