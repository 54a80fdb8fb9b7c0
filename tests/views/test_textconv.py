"""Certificates in words for git, private keys never."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

import pki
from sslstack.views.textconv import describe, textconv
from templates import SECURE

ROOT = pki.root()
LEAF = pki.issue("web.example", ROOT, domains=["web.example", "www.web.example"])


def test_a_template_keeps_its_lines_and_its_indentation() -> None:
    shown = textconv(SECURE.encode())
    assert "-----BEGIN" not in shown
    assert "        certificate: shop.example.com\n          names:  shop.example.com\n" in shown
    unchanged = [line for line in SECURE.splitlines() if "Listener" in line or "Type:" in line]
    assert all(line in shown for line in unchanged)


def test_binary_files_are_described() -> None:
    for content in (LEAF.der, pkcs7.serialize_certificates([LEAF.certificate], Encoding.DER)):
        assert textconv(content).splitlines() == describe(LEAF.certificate)


def test_private_keys_are_named_only() -> None:
    assert textconv(LEAF.key_pem) == "(private key)\n"
    assert textconv(b"key: " + LEAF.key_pem) == "key: (private key)\n"


def test_what_is_no_certificate_stays() -> None:
    for content in ("plain text\n", "", "-----BEGIN CERTIFICATE-----\nno end\n", "a\0b"):
        assert textconv(content.encode()) == content
    broken = "-----BEGIN CERTIFICATE-----\nMIIx\n-----END CERTIFICATE-----\n"
    assert textconv(broken.encode()) == "(certificate)\n"


def test_blocks_without_an_end_stay_as_they_are() -> None:
    """However many: the text is read once, not once for each of them."""
    for line in ("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE----- ", " " * 50):
        content = line * 100_000
        assert textconv(content.encode()) == content


def test_a_key_is_hidden_whatever_its_label() -> None:
    mislabelled = LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE")
    body = LEAF.key_pem.splitlines()[1]
    assert body.decode() not in textconv(mislabelled)
    assert textconv(base64.b64encode(LEAF.key_pem)) == "(private key)\n"
