"""The certificate of a listener with its chain, as load balancers want it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sslstack.certificates import extensions, signatures

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from sslstack.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The content of a declared file, and the place of the declaration that names it."""

    path: Path
    content: bytes
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFiles:
    """What is declared of one certificate, every file read.

    `domains` are the names that it must cover, each with its place; `untrusted` lets a chain
    end without a known root; `locked` are the intermediates that were resolved before.
    """

    certificate: Source
    chain: Source | None = None
    private_key: Source | None = None
    roots: Source | None = None
    untrusted: bool = False
    domains: tuple[tuple[str, Location], ...] = ()
    locked: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A leaf and its intermediates: the leaf's issuer first, without leaf and root."""

    leaf: x509.Certificate
    intermediates: tuple[x509.Certificate, ...] = ()

    @property
    def expires(self) -> datetime.datetime:
        """The last moment at which the leaf is valid, aware, UTC."""
        return self.leaf.not_valid_after_utc

    @property
    def domains(self) -> tuple[str, ...]:
        """Every DNS name and IP address among the subject alternative names, as written.

        Falls back to the subject's common names where there is no such extension; browsers
        do not (RFC 9525, 2), and the checks say so.
        """
        names = extensions.find_extension(self.leaf, x509.SubjectAlternativeName)
        if names is None:
            common = self.leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            return tuple(str(attribute.value) for attribute in common)
        addresses = names.get_values_for_type(x509.IPAddress)
        return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf's DER, 64 hexadecimal digits."""
        return signatures.compute_fingerprint(self.leaf)

    @property
    def public_key_fingerprint(self) -> str:
        """SHA-256 of the leaf's SubjectPublicKeyInfo in DER, 64 hexadecimal digits.

        The same for every certificate of one key pair (RFC 7469, 2.4 pins by it).
        """
        public_key = self.leaf.public_key()
        spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(spki).hexdigest()

    @property
    def body(self) -> str:
        """The leaf alone as PEM, LF, a newline at the end."""
        return write_pem([self.leaf])

    @property
    def chain(self) -> str:
        """The intermediates as PEM, issuer of the leaf first; empty when there are none."""
        return write_pem(self.intermediates)


def write_pem(certificates: tuple[x509.Certificate, ...] | list[x509.Certificate]) -> str:
    """Write certificates as PEM blocks and nothing between them (RFC 7468), LF."""
    return "".join(c.public_bytes(Encoding.PEM).decode("ascii") for c in certificates)
