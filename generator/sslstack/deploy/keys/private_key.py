"""A private key on its way to AWS: read, decrypted, compared, written as plain PKCS#8.

It exists in memory only. No representation of it, no message and no error holds any of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sslstack.certificates import formats, keys
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_PASSWORD = "key.password"  # noqa: S105 - a rule


class Unusable(SslstackError):  # noqa: N818 - a state of the key, caught to say where it is
    """A private key cannot be delivered; `rule` is what `check` calls it by."""

    def __init__(self, message: str, *, hint: str = "", rule: str = "key.unreadable") -> None:
        super().__init__(message, hint=hint)
        self.rule = rule


class PasswordNeeded(Unusable):
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


def load_keys(content: bytes, name: str, password: bytes | None = None) -> tuple[PrivateKey, ...]:
    """Return every private key in a file, whatever its form; `name` is for messages.

    Raises PasswordNeeded, or Unusable where there is no key that can be read.
    """
    held = formats.read_contents(content, password=password)
    if held.keys:
        return tuple(_read(block, name, password) for block in held.keys)
    said = held.problems[0] if held.problems else "holds no private key"
    if held.locked:
        raise PasswordNeeded(f"{name} {said}", hint=keys.GIVE_PASSWORD, rule=_PASSWORD)
    raise Unusable(f"{name} {said}")


def select_key(
    held: tuple[PrivateKey, ...], fingerprint: str, name: str, certificate: str
) -> PrivateKey:
    """Return the key whose fingerprint is that of the certificate's public key.

    Raises Unusable where none is.
    """
    for key in held:
        if key.fingerprint == fingerprint:
            return key
    raise Unusable(
        f"the private key in {name} does not belong to certificate {certificate}",
        hint="use the key of its certificate request, or have the certificate reissued",
        rule="key.mismatch",
    )


def _read(block: bytes, name: str, password: bytes | None) -> PrivateKey:
    try:
        return _plain(keys.load_key(block, password))
    except keys.KeyProblem as problem:
        kind = PasswordNeeded if problem.rule == _PASSWORD else Unusable
        message = f"the private key in {name} {problem}"
        raise kind(message, hint=problem.hint, rule=problem.rule) from None


def _plain(key: PrivateKeyTypes) -> PrivateKey:
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return PrivateKey(fingerprint=hashlib.sha256(public).hexdigest(), pem=pem.decode("ascii"))
