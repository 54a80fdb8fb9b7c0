"""A private key on its way to AWS: read, decrypted, compared, written as plain PKCS#8.

It exists in memory only. No representation of it, no message and no error holds any of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
    pkcs12,
)

from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]*PRIVATE KEY)-----.*?-----END (?P=label)-----", re.DOTALL
)
_OPENSSH = b"-----BEGIN OPENSSH"
_ENCRYPTED = (b"-----BEGIN ENCRYPTED", b"Proc-Type: 4,ENCRYPTED")
_UNREADABLE = (ValueError, OverflowError, UnsupportedAlgorithm)


class PasswordNeeded(SslstackError):  # noqa: N818 - caught to ask for one
    """A private key is encrypted, and no password was given, or a wrong one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A key in plain PEM (PKCS#8, LF) and its fingerprint.

    `fingerprint` is the SHA-256 of its SubjectPublicKeyInfo, 64 hexadecimal digits: the same
    for every encoding of one key pair.
    """

    fingerprint: str
    pem: str = field(repr=False)

    @property
    def secret(self) -> str:
        """The value of its secret, as the template's dynamic reference takes it apart."""
        return json.dumps({"private_key": self.pem})


def load(content: bytes, name: str, password: bytes | None = None) -> tuple[PrivateKey, ...]:
    """Give every private key in a file: PEM, DER, PKCS#12 or OpenSSH; `name` is for messages.

    Raises PasswordNeeded, or SslstackError where there is no key that can be read.
    """
    content = content.replace(b"\r\n", b"\n")
    blocks = [match[0] for match in _BLOCK.finditer(content)]
    keys = tuple(_pem(blocks, name, password) if blocks else _der(content, name, password))
    if not keys:
        raise SslstackError(f"{name} holds no private key")
    return keys


def of(
    keys: tuple[PrivateKey, ...], leaf: x509.Certificate, name: str, certificate: str
) -> PrivateKey:
    """Give the key that belongs to a certificate: their public halves are the same.

    Raises SslstackError where none does.
    """
    public = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    wanted = hashlib.sha256(public).hexdigest()
    for key in keys:
        if key.fingerprint == wanted:
            return key
    raise SslstackError(
        f"the private key in {name} does not belong to certificate {certificate}",
        hint="find the key from which its request was made, or have the certificate reissued",
    )


def _pem(blocks: list[bytes], name: str, password: bytes | None) -> Iterator[PrivateKey]:
    for block in blocks:
        encrypted = any(mark in block for mark in _ENCRYPTED)
        if encrypted and not password:
            raise _needed(name)
        opened = password if encrypted else None
        try:
            yield _plain(_parsed(block, opened))
        except TypeError:  # an OpenSSH key says only inside that it is encrypted
            if not password:
                raise _needed(name) from None
            yield _plain(_opened(block, name, password))
        except _UNREADABLE:
            raise _wrong(name) if encrypted else _damaged(name) from None


def _opened(block: bytes, name: str, password: bytes) -> PrivateKeyTypes:
    try:
        return _parsed(block, password)
    except UnsupportedAlgorithm:
        raise SslstackError(
            f"the private key in {name} is encrypted in OpenSSH's way, which cannot be read here",
            hint="convert it: ssh-keygen -p -m PEM -f KEY",
        ) from None
    except (ValueError, OverflowError, TypeError):
        raise _wrong(name) from None


def _parsed(block: bytes, password: bytes | None) -> PrivateKeyTypes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about weak kinds, which `check` judges
        if block.startswith(_OPENSSH):
            return load_ssh_private_key(block, password)
        return load_pem_private_key(block, password)


def _der(content: bytes, name: str, password: bytes | None) -> Iterator[PrivateKey]:
    """Read DER; an encrypted PKCS#8 and PKCS#12 want the password, PKCS#1 must not have it."""
    asked = False
    for given in dict.fromkeys((None, password)):
        for read in (load_der_private_key, _pkcs12):
            try:
                key = read(content, given)
            except TypeError:
                asked = True
            except _UNREADABLE as error:
                asked = asked or "password" in str(error).lower()
            else:
                if key is not None:
                    yield _plain(key)
                    return
    if asked:
        raise _wrong(name) if password else _needed(name)


def _pkcs12(content: bytes, password: bytes | None) -> PrivateKeyTypes | None:
    return pkcs12.load_pkcs12(content, password).key


def _plain(key: PrivateKeyTypes) -> PrivateKey:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey(fingerprint=hashlib.sha256(public).hexdigest(), pem=pem.decode("ascii"))


def _needed(name: str) -> PasswordNeeded:
    return PasswordNeeded(
        f"the private key in {name} is encrypted", hint="--password-file FILE opens it"
    )


def _wrong(name: str) -> PasswordNeeded:
    return PasswordNeeded(f"the password does not open the private key in {name}")


def _damaged(name: str) -> SslstackError:
    return SslstackError(f"the private key in {name} is damaged, or of a kind not known here")
