"""Keys that a backend may present, in the form classic load balancers compare with."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.certificates.model import Source


def public_key(source: Source) -> str:
    """Give the SubjectPublicKeyInfo of a public key or certificate, base64 in one line.

    That is what `openssl x509 -pubkey` prints between its markers, the form of PublicKey in
    a PublicKeyPolicyType (elb-create-https-ssl-load-balancer, classic guide 2023). Raises
    InputError for anything else, and for keys that are not RSA: towards its backends a
    classic load balancer speaks no ECDSA suite (elb-ssl-security-policy).
    """
    key: object
    try:
        if b"-----BEGIN CERTIFICATE-----" in source.content:
            key = x509.load_pem_x509_certificate(source.content).public_key()
        else:
            key = load_pem_public_key(source.content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError.at(
            source.declared,
            "trusted-key.unreadable",
            f"{source.path} holds no public key and no certificate in PEM",
            hint="openssl x509 -in backend.crt -pubkey -noout > backend.pub",
        ) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise InputError.at(
            source.declared,
            "trusted-key.not-rsa",
            f"{source.path} is not an RSA key: a classic load balancer offers its backends "
            "no other cipher suites, so this backend could never be trusted",
            hint="give the backend an RSA key of 2048 bits",
        )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(spki).decode("ascii")
