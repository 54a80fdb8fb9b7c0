"""Certificates in words for git, private keys never."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from sslstack import escaping
from sslstack.views.textconv import describe, textconv
from support import pki
from support.templates import SECURE

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
        *shown, digest = textconv(content).splitlines()
        assert shown == describe(LEAF.certificate)
        assert digest.startswith("(file: sha256 ")


def test_the_lines_of_private_keys_are_hidden() -> None:
    """A digest shows that a key changed; what stands around and among its lines is shown."""
    changed = pki.issue("other.example", ROOT, domains=["other.example"]).key_pem
    for before, after in ((b"", b""), (b"key: ", b"port: 443\n")):
        shown = textconv(before + LEAF.key_pem + after)
        assert shown.startswith(before.decode() + "(BEGIN PRIVATE KEY)\n(private key: sha256 ")
        assert shown.endswith("(END PRIVATE KEY)\n" + after.decode())
        assert shown != textconv(before + changed + after)
        assert not any(line in shown for line in LEAF.key_pem.decode().splitlines())


@pytest.mark.parametrize(
    "content",
    [
        b"a: -----BEGIN PRIVATE KEY-----\n%s",
        b"-----BEGIN PRIVATE KEY-----\n%s-----END PRIVATE KEY-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\n%s" + LEAF.key_pem.split(b"\n", 1)[1],
        LEAF.key_pem.split(b"-----END")[0] + b"%s",
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n%s-----END PGP PRIVATE KEY BLOCK-----\n",
        b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n",
        LEAF.pem.replace(b"\n", b"\n%s", 1),
        LEAF.pem.replace(b"\n-----END", b"\n%s-----END", 1),
        base64.b64encode(LEAF.pem) + b"\n%s",
        base64.b64encode(LEAF.key_pem) + b"\n%s",
    ],
)
def test_no_line_hides_among_those_of_a_block(content: bytes) -> None:
    lines = "  SecurityGroupIngress:\n  - CidrIp: 0.0.0.0/0\n  Type: AWS::EC2::SecurityGroup\n"
    shown = textconv(content.replace(b"%s", lines.encode()))
    assert all(line in shown for line in lines.splitlines())
    assert LEAF.key_pem.splitlines()[1].decode() not in shown


def test_different_files_never_look_alike() -> None:
    described = textconv(LEAF.pem)
    end = base64.b64encode(LEAF.der + b"more")
    longer = b"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % end
    first, rest = LEAF.pem.split(b"\n", 1)
    contents = [
        LEAF.pem, described.encode(), longer, LEAF.der, LEAF.der + LEAF.der, LEAF.der + b"\0",
        b"a\xffb\n", b"a\xfeb\n", b"a\\xffb\n", b"a\x1bb\n", b"a\\x1bb\n",
        LEAF.key_pem, textconv(LEAF.key_pem).encode(), "a\n".encode("utf-16"), b"a\n",
        b"# " + first + b"\n" + rest, first + b"\n#" + rest, LEAF.pem.replace(b"\n", b"\n# ", 2),
    ]  # fmt: skip
    shown = [escaping.escape_for_terminal(textconv(one)) for one in contents]
    assert len(set(shown)) == len(contents)


def test_what_is_no_certificate_stays() -> None:
    broken = "-----BEGIN CERTIFICATE-----\nMIIx\n-----END CERTIFICATE-----\n"
    for content in ("plain text\n", "", "-----BEGIN CERTIFICATE-----\nno end\n", "a\0b", broken):
        assert textconv(content.encode()).startswith(content.removesuffix("\n"))


def test_blocks_without_an_end_stay_as_they_are() -> None:
    """However many: the text is read once, not once for each of them."""
    for line in ("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE----- ", " " * 50):
        content = line * 100_000
        assert textconv(content.encode()) == content


def test_a_key_is_hidden_whatever_its_label() -> None:
    mislabelled = LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE")
    body = LEAF.key_pem.splitlines()[1]
    assert body.decode() not in textconv(mislabelled)
    encoded = base64.b64encode(LEAF.key_pem)
    assert textconv(encoded).startswith("(private key: sha256 ")
    assert encoded[40:80].decode() not in textconv(encoded)
