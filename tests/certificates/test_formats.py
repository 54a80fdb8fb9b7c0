"""Certificate and key files are read in every form people have them."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from sslstack.certificates import formats
from support import pki

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = pki.root()
CA = pki.issue("CA", ROOT, ca=True)
LEAF = pki.issue("web.example", CA, domains=["web.example"])
PEM = pki.pem(LEAF, CA)
ENCRYPTED = BestAvailableEncryption(b"secret")


def _p12(encryption: object) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"web", LEAF.key, LEAF.certificate, [CA.certificate], encryption  # type: ignore[arg-type]
    )  # fmt: skip


def _p7(encoding: Encoding) -> bytes:
    return pkcs7.serialize_certificates([LEAF.certificate, CA.certificate], encoding)


def _labelled(data: bytes, label: bytes = b"CERTIFICATE") -> bytes:
    """Write what `certutil -encode` does: any content between markers."""
    body = base64.encodebytes(data)
    return b"-----BEGIN " + label + b"-----\n" + body + b"-----END " + label + b"-----\n"


FORMS: dict[str, tuple[bytes, str | None]] = {
    "pem": (PEM, None),
    "crlf": (PEM.replace(b"\n", b"\r\n"), None),
    "cr": (PEM.replace(b"\n", b"\r"), None),
    "mark": (b"\xef\xbb\xbf" + PEM, None),
    "text-around": (b"CN=x\n" + PEM.replace(b"-----\n-", b"-----\nnext\n-") + b"end", None),
    "indented": (b"".join(b"    " + line + b"\n" for line in PEM.splitlines()), None),
    "blank-lines": (PEM.replace(b"\n", b"\n\n"), None),
    "no-newline": (PEM.replace(b"CATE-----\n", b"CATE-----"), None),
    "another-label": (
        PEM.replace(b" CERTIFICATE", b" SUB CERTIFICATE"), "PEM labelled SUB CERTIFICATE",
    ),
    "pem-in-pem": (_labelled(PEM), "PEM within PEM"),
    "base64-of-pem": (base64.encodebytes(PEM), "base64 of PEM"),
    "base64-of-pem-in-a-line": (base64.b64encode(PEM), "base64 of PEM"),
    "base64-of-base64": (base64.b64encode(base64.b64encode(PEM)), "base64 of PEM"),
    "base64-of-pem-as-a-variable": (b"TLS_CRT=" + base64.b64encode(PEM) + b"\n", "base64 of PEM"),
    "base64-for-urls": (
        base64.urlsafe_b64encode(LEAF.der + CA.der).rstrip(b"="), "base64 without markers",
    ),
    "p7b-labelled-certificate": (_labelled(_p7(Encoding.DER)), "PKCS#7 labelled CERTIFICATE"),
    "p12-in-pem": (_labelled(_p12(NoEncryption()), b"PKCS12"), "PKCS#12 labelled PKCS12"),
    "p12-labelled-certificate": (_labelled(_p12(NoEncryption())), "PKCS#12 labelled CERTIFICATE"),
    "backslash-n": (PEM.replace(b"\n", b"\\n"), None),
    "utf-16": (PEM.decode().encode("utf-16"), "UTF-16"),
    "utf-16-le-without-mark": (PEM.decode().encode("utf-16-le"), "UTF-16"),
    "x509-label": (PEM.replace(b" CERTIFICATE", b" X509 CERTIFICATE"), None),
    "der": (LEAF.der + CA.der, "DER"),
    "der-newline": (LEAF.der + CA.der + b"\n", "DER"),
    "base64": (base64.encodebytes(LEAF.der + CA.der), "base64 without markers"),
    "p7b": (_p7(Encoding.PEM), "PKCS#7"),
    "p7c": (_p7(Encoding.DER), "PKCS#7"),
    "p12-without-password": (_p12(NoEncryption()), "PKCS#12"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_same_certificates_in_every_form(form: str) -> None:
    content, converted = FORMS[form]
    read = formats.read_contents(content)
    assert set(read.certificates) == {LEAF.certificate, CA.certificate}
    assert read.problems == ()
    assert (converted is None) == (read.converted == ())
    assert converted is None or converted in read.converted


def test_openssl_trusted_certificates(tmp_path: Path) -> None:
    """What `openssl x509 -trustout` appends is left out."""
    (tmp_path / "x").write_bytes(LEAF.pem)
    trusted = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "x", "-trustout", "-addtrust", "serverAuth"],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert b"BEGIN TRUSTED CERTIFICATE" in trusted
    assert formats.read_contents(trusted).certificates == (LEAF.certificate,)


def test_a_store_with_a_password() -> None:
    store = _p12(ENCRYPTED)
    assert formats.read_contents(store, password=b"secret").certificates[0] == LEAF.certificate
    assert formats.read_contents(store).problems == (
        "is an encrypted PKCS#12 store: its password is needed",
    )
    assert formats.read_contents(store, password=b"wrong").problems == (
        "is an encrypted PKCS#12 store: the password does not open it",
    )


@pytest.mark.parametrize(
    "form",
    [
        (PrivateFormat.PKCS8, NoEncryption()),
        (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        (PrivateFormat.PKCS8, ENCRYPTED),
        (PrivateFormat.TraditionalOpenSSL, ENCRYPTED),
        (PrivateFormat.OpenSSH, NoEncryption()),
    ],
)
def test_keys_are_told_apart(form: tuple[PrivateFormat, object]) -> None:
    """And never shown: not by the value's repr either."""
    block = LEAF.key.private_bytes(Encoding.PEM, *form)  # type: ignore[arg-type]
    read = formats.read_contents(block + PEM)
    assert len(read.keys) == 1
    assert "PRIVATE KEY" not in repr(read)


OTHERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "request": (
        lambda: (
            b"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
        ),
        "certificate request",
    ),
    "crl": (lambda: b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", "revocation list"),
    "public": (
        lambda: b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", "public key",
    ),
    "putty": (lambda: b"PuTTY-User-Key-File-3: ssh-rsa", "PuTTY key"),
    "ssh": (lambda: b"ssh-ed25519 AAAA", "SSH public key"),
    "jks": (lambda: b"\xfe\xed\xfe\xed\0\0", "Java key store"),
    "html": (lambda: b"<!doctype html>", "web page"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_what_else_people_hand_in_is_called_by_its_name(kind: str) -> None:
    content, name = OTHERS[kind]
    assert formats.read_contents(content()).others == (name,)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b" \r\n\0", "is empty"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB", "is cut off: the CERTIFICATE on line 1 has no end"),
        (PEM[:300], "is cut off: the CERTIFICATE on line 1 has no end"),
        (LEAF.der[:200], "is cut off"),
        (b"\x01\x02", "holds nothing in a known format"),
        (b"-----BEGIN CERTIFICATE", "holds nothing in a known format"),
        (b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----",
         "holds a CERTIFICATE on line 1 that is not base64"),
        (b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
         "holds a CERTIFICATE on line 1 that cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(content: bytes, problem: str) -> None:
    assert formats.read_contents(content).problems == (problem,)


@given(st.binary(max_size=400))
def test_nothing_is_too_strange_to_be_read(content: bytes) -> None:
    formats.read_contents(content)


@given(st.data())
def test_damaged_files_are_read_as_well(data: st.DataObject) -> None:
    """A byte changed anywhere, in any form, ends in an answer."""
    whole = data.draw(st.sampled_from([content for content, _ in FORMS.values()]))
    at = data.draw(st.integers(0, len(whole) - 1))
    formats.read_contents(whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :])
