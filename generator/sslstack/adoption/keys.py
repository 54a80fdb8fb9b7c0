"""Public keys of backends, from the policies that hold them into files beside ssl.yml."""

from __future__ import annotations

import base64
import binascii
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

FOLDER = "certs"
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def path(policy: str) -> str:
    """Give the file for the key of a policy, as from ssl.yml's folder."""
    return f"{FOLDER}/{re.sub(r'[^A-Za-z0-9._-]+', '-', policy)}.pub"


def pem(value: str) -> bytes | None:
    """Give a PublicKey attribute as PEM; None where it is no key that could be read.

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
