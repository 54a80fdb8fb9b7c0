"""Private keys in every form, opened in memory, the same text whatever they came in."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from sslstack.deploy.keys import private_key
from sslstack.deploy.keys.private_key import PasswordNeeded, PrivateKey
from sslstack.errors import SslstackError
from support import pki

_PASSWORD = b"opens it"


def _key() -> PrivateKey:
    return private_key.load_keys(pki.issue("site", None).key_pem, "site.key")[0]


def test_a_key_of_another_certificate_is_refused() -> None:
    held = private_key.load_keys(pki.issue("other", None).key_pem, "other.key")
    with pytest.raises(SslstackError, match=r"other\.key does not belong to certificate site"):
        private_key.select_key(held, _key().fingerprint, "other.key", "site")
    assert private_key.select_key((*held, _key()), _key().fingerprint, "both.pem", "site") == _key()


_ENCRYPTED = {
    "PKCS#8": (Encoding.PEM, PrivateFormat.PKCS8),
    "traditional": (Encoding.PEM, PrivateFormat.TraditionalOpenSSL),
    "DER": (Encoding.DER, PrivateFormat.PKCS8),
    "OpenSSH": (Encoding.PEM, PrivateFormat.OpenSSH),
}


@pytest.mark.parametrize("form", _ENCRYPTED)
def test_an_encrypted_key_is_opened_in_memory(form: str) -> None:
    issued = pki.issue("site", None)
    content = issued.key.private_bytes(*_ENCRYPTED[form], BestAvailableEncryption(_PASSWORD))
    for password in (None, b"wrong"):
        with pytest.raises(PasswordNeeded):
            private_key.load_keys(content, "site.key", password)
    assert private_key.load_keys(content, "site.key", _PASSWORD)[0] == _key()


@pytest.mark.parametrize("form", _ENCRYPTED)
def test_every_form_of_a_key_gives_the_same_text(form: str) -> None:
    content = pki.issue("site", None).key.private_bytes(*_ENCRYPTED[form], NoEncryption())
    assert private_key.load_keys(content, "site.key", b"not needed")[0] == _key()


def test_a_key_in_pkcs12_is_found() -> None:
    issued = pki.issue("site", None)
    assert isinstance(issued.key, EllipticCurvePrivateKey)
    content = pkcs12.serialize_key_and_certificates(
        b"site", issued.key, issued.certificate, None, BestAvailableEncryption(_PASSWORD)
    )
    with pytest.raises(PasswordNeeded):
        private_key.load_keys(content, "site.p12")
    assert private_key.load_keys(content, "site.p12", _PASSWORD)[0] == _key()


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n", b"\x30\x80\x00"])
def test_what_is_no_key_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(SslstackError, match=r"site\.key"):
        private_key.load_keys(content, "site.key", b"password")


def test_a_key_is_in_no_representation() -> None:
    key = _key()
    assert key.pem.splitlines()[1] not in f"{key!r} {key}"
