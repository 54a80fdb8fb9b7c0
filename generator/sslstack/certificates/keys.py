"""Private keys: read to be compared with a certificate, then forgotten.

`inspect_key` returns a key's public half and its length in PEM, nothing more; only
the delivery of keys calls `load_key`.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)

from sslstack.certificates import blocks, der

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
GIVE_PASSWORD = "give its password: --password-file FILE"  # noqa: S105 - words about one
_OPENSSH_MAGIC = b"openssh-key-v1\0"
_ROUNDS = 1000
"""Of bcrypt, in OpenSSH's keys: some ten seconds. ssh-keygen takes 24 unless told otherwise."""
_VALIDATED_BITS = 4096
"""Larger RSA keys are not proved prime: that takes seconds to minutes. They sign once instead."""
_UNKNOWN_CIPHER = re.compile(r"unknown cipher|Unknown key encryption algorithm: ?(?P<oid>[\d.]+)")
_CIPHER_HEADER = re.compile(rb"DEK-Info: *([A-Za-z0-9-]+)")
_CIPHERS = {"1.3.14.3.2.7": "DES", "1.2.840.113549.1.5.10": "DES", "1.2.840.113549.1.5.11": "RC2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What may be known of a private key: its public half in DER (SubjectPublicKeyInfo).

    `length` counts the characters of the key in PEM, PKCS#8, which IAM limits.
    """

    public: bytes
    length: int
    encrypted: bool
    openssh: bool


class KeyProblem(ValueError):  # noqa: N818 - a judgement, caught where it becomes a finding
    """A private key that cannot be used: the rule that says so, why, and the cure."""

    def __init__(self, rule: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.rule = rule
        self.hint = hint


def inspect_key(block: bytes, password: bytes | None = None) -> KeyFacts:
    """Read one private key from `Contents.keys`; raises KeyProblem."""
    key = load_key(block, password)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return KeyFacts(
        public=key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        length=len(text),
        encrypted=_is_encrypted(block),
        openssh=block.startswith(_OPENSSH),
    )


def load_key(block: bytes, password: bytes | None = None) -> PrivateKeyTypes:
    """Open one private key from `Contents.keys`; raises KeyProblem.

    A password that is not needed is left aside.
    """
    encrypted = _is_encrypted(block)
    if encrypted and not password:
        raise KeyProblem("key.password", "is encrypted", GIVE_PASSWORD)
    body = _decode_body(block)
    if encrypted and (der.count_iterations(body) > der.ITERATIONS or _count_rounds(body) > _ROUNDS):
        raise KeyProblem("key.unreadable", "has too many key-derivation iterations")
    try:
        return _parse(block, password if encrypted else None)
    except TypeError:
        raise KeyProblem("key.password", "is encrypted", GIVE_PASSWORD) from None
    except UnsupportedAlgorithm:
        openssh = block.startswith(_OPENSSH)
        hint = "convert it: ssh-keygen -p -m PEM -f KEY" if openssh else "use RSA 2048 or P-256"
        raise KeyProblem("key.unsupported", "is of a type that is not supported", hint) from None
    except (ValueError, OverflowError) as error:
        if (unknown := _UNKNOWN_CIPHER.search(str(error))) is not None:
            raise _report_cipher(block, unknown["oid"]) from None
        why = "is encrypted, and the password does not open it" if encrypted else "is damaged"
        rule = "key.password" if encrypted else "key.unreadable"
        raise KeyProblem(rule, why) from None


def _report_cipher(block: bytes, oid: str | None) -> KeyProblem:
    """Name the encryption that only OpenSSL's legacy provider undoes, single DES for example."""
    header = _CIPHER_HEADER.search(block)
    cipher = header[1].decode() if header else _CIPHERS.get(oid or "", oid or "an old cipher")
    why = f"is encrypted with {cipher}, which is not supported"
    hint = "encrypt it with AES: openssl pkey -provider legacy -provider default -in KEY -aes256"
    return KeyProblem("key.unsupported", why, hint)


def matches_certificate(facts: KeyFacts, certificate: Certificate) -> bool:
    """Return whether a key is that of a certificate: the public halves are equal."""
    try:
        public = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    return facts.public == public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _parse(block: bytes, password: bytes | None) -> PrivateKeyTypes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about weak kinds of keys, judged elsewhere
        if block.startswith(_OPENSSH):
            return load_ssh_private_key(block, password)
        parse = load_pem_private_key if block.startswith(b"-----BEGIN ") else load_der_private_key
        key = parse(block, password, unsafe_skip_rsa_key_validation=True)
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size <= _VALIDATED_BITS:
            return parse(block, password)
        if isinstance(key, rsa.RSAPrivateKey):
            _sign_once(key)
    return key


def _sign_once(key: rsa.RSAPrivateKey) -> None:
    """Check that both halves of a key belong together; raises ValueError where they do not."""
    scheme = padding.PKCS1v15(), hashes.SHA256()
    try:
        key.public_key().verify(key.sign(b"", *scheme), b"", *scheme)
    except InvalidSignature:
        raise ValueError("the halves of the key do not belong together") from None


def _is_encrypted(block: bytes) -> bool:
    if block.startswith(_OPENSSH):
        return _count_rounds(_decode_body(block)) > 0
    if block.startswith(b"-----BEGIN "):
        return block.startswith(b"-----BEGIN ENCRYPTED") or b"Proc-Type: 4,ENCRYPTED" in block
    return der.is_encrypted_key(block)


def _count_rounds(body: bytes) -> int:
    """Return the rounds of bcrypt that open an OpenSSH key (PROTOCOL.key there), 0 without any."""
    if not body.startswith(_OPENSSH_MAGIC):
        return 0
    at, field = len(_OPENSSH_MAGIC), b""
    for _ in ("cipher", "derivation", "its salt and rounds"):
        end = at + 4 + int.from_bytes(body[at : at + 4])
        at, field = end, body[at + 4 : end]
    return int.from_bytes(field[-4:])


def _decode_body(block: bytes) -> bytes:
    """Return what is between the markers of PEM; empty where there is a header as well."""
    if not block.startswith(b"-----BEGIN "):
        return block
    return blocks.decode_base64(b"".join(block.splitlines()[1:-1])) or b""
