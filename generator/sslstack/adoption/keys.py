"""Public keys of backends, from the policies that hold them into files beside ssl.yml."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

FOLDER = "certs"
_HASH_LENGTH = 8
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def path(policy: str, key: bytes) -> str:
    """Return the file for the key of a policy (PEM), as from ssl.yml's folder.

    Named by the SHA-256 of its SubjectPublicKeyInfo as well: two load balancers may have
    policies of the same name.
    """
    body = b"".join(line for line in key.splitlines() if not line.startswith(b"-----"))
    digest = hashlib.sha256(base64.b64decode(body)).hexdigest()[:_HASH_LENGTH]
    return f"{FOLDER}/{re.sub(r'[^A-Za-z0-9._-]+', '-', policy)}-{digest}.pub"


def pem(value: str) -> bytes | None:
    """Return a PublicKey attribute as PEM; None where it is no key that could be read.

    The attribute holds the base64 of a SubjectPublicKeyInfo, or of a whole certificate, as some
    of AWS's examples have it; with line breaks or without.
    """
    try:
        der = base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        return None
    try:
        key = load_der_public_key(der)
    except _UNREADABLE:
        try:
            key = x509.load_der_x509_certificate(der).public_key()
        except _UNREADABLE:
            return None
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
