"""Keys that a backend may present, in the form classic load balancers compare with."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from sslstack.certificates import blocks, formats
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.certificates.model import Source

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def read_public_key(source: Source) -> str:
    """Return the SubjectPublicKeyInfo of a public key or certificate, base64 in one line.

    That is what `openssl x509 -pubkey` prints between its markers, the form of PublicKey in
    a PublicKeyPolicyType (elb-create-https-ssl-load-balancer, classic guide 2023). Raises
    InputError for anything else, and for keys that are not RSA: towards its backends a
    classic load balancer speaks no ECDSA suite (elb-ssl-security-policy).
    """
    held = formats.read_contents(source.content)
    try:
        key = held.certificates[0].public_key() if held.certificates else _load_key(source.content)
    except _UNREADABLE as error:
        private = "a private key" if held.keys else "no public key and no certificate"
        raise InputError.at(
            source.location,
            "trusted-key.private" if held.keys else "trusted-key.unreadable",
            f"{source.path} holds {private}",
            hint="openssl x509 -in backend.crt -pubkey -noout > backend.pub",
        ) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise InputError.at(
            source.location,
            "trusted-key.not-rsa",
            f"{source.path} is not an RSA key: a classic load balancer offers its backends "
            "no other cipher suites, so this backend could never be trusted",
            hint="give the backend an RSA key of 2048 bits",
        )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode("ascii")


def _load_key(content: bytes) -> object:
    """Read a public key in PEM, DER, or base64 alone, as other templates hold it."""
    if b"-----BEGIN " in content:
        return load_pem_public_key(content.removeprefix(b"\xef\xbb\xbf"))
    return load_der_public_key(blocks.decode_base64(content) or content)
