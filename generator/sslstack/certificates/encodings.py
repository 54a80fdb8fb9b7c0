"""How a certificate writes its key and its signature, where few clients read the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.x509.oid import SignatureAlgorithmOID

from sslstack.certificates import der

if TYPE_CHECKING:
    from cryptography import x509

_EC = bytes.fromhex("2a8648ce3d0201")
_PSS = bytes.fromhex("2a864886f70d01010a")
_VERSION = 0xA0
_KEY = 5
"""The key's place among the fields of a certificate, its version left aside (RFC 5280, 4.1)."""


def has_explicit_parameters(certificate: x509.Certificate) -> bool:
    """Return whether an EC key spells its curve out, which RFC 5480 (2.1.1) forbids."""
    match _read_algorithm(certificate):
        case [name, parameters]:
            return name.value == _EC and parameters.tag == der.SEQUENCE
        case _:
            return False


def is_pss_key(certificate: x509.Certificate) -> bool:
    """Return whether an RSA key is for RSASSA-PSS only (RFC 4055, 1.2)."""
    algorithm = _read_algorithm(certificate)
    return bool(algorithm) and algorithm[0].value == _PSS


def has_pss_signature(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is signed with RSASSA-PSS (RFC 4055, 3)."""
    return certificate.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS


def _read_algorithm(certificate: x509.Certificate) -> list[der.Element]:
    """Return the parts of the key's algorithm: its object identifier, its parameters."""
    whole = der.read_element(certificate.tbs_certificate_bytes)
    fields = [one for one in der.read_elements(whole.value) if one.tag != _VERSION] if whole else []
    key = next(der.read_elements(fields[_KEY].value), None) if len(fields) > _KEY else None
    return list(der.read_elements(key.value)) if key else []
