"""Private keys and certificate requests (RFC 2986), and certificates for development.

The one place that makes private keys. A key is written with mode 0600, never over anything,
and is nowhere else.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sslstack import files
from sslstack.certificates import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sslstack.kinds import Kind, Store

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

KINDS: dict[str, Callable[[], PrivateKey]] = {
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa4096": lambda: rsa.generate_private_key(65537, 4096),
}
"""The kinds of keys that load balancers take, by name."""
_COMMON_NAME = 64
_SLACK = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFiles:
    """The files that were written: the key, and the request or certificate beside it."""

    key: Path
    public: Path


def choose_key_kind(load_balancer: Kind, store: Store) -> str:
    """Return the kind of key for a kind of load balancer: P-256, or what it takes in its place.

    A classic load balancer takes no EC key from ACM (elb-add-or-delete-listeners).
    """
    match load_balancer:
        case "classic":
            return "rsa2048" if store == "acm" else "p256"
        case "application" | "network":
            return "p256"
        case _:
            assert_never(load_balancer)


def write_request(domains: Sequence[str], folder: Path, kind: str) -> WrittenFiles:
    """Make a key and a request (PKCS#10) for domains; the first is the common name, too.

    Raises ValueError for what is not a domain, FileExistsError for a file that is there.
    """
    alternative = _make_names(domains)
    key = KINDS[kind]()
    builder = x509.CertificateSigningRequestBuilder().subject_name(_make_subject(alternative))
    signed = builder.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    return _write(folder, alternative, key, ".csr", signed.public_bytes(Encoding.PEM))


def write_self_signed(
    domains: Sequence[str], folder: Path, kind: str, *, now: datetime.datetime, days: int
) -> WrittenFiles:
    """Make a key and a certificate signed by it; raises as `write_request` does."""
    alternative = _make_names(domains)
    key = KINDS[kind]()
    subject = _make_subject(alternative)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signed = builder.sign(key, hashes.SHA256())
    return _write(folder, alternative, key, ".crt", signed.public_bytes(Encoding.PEM))


def _make_names(domains: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_make_name(domain) for domain in dict.fromkeys(domains)])


def _make_name(domain: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(domain))
    except ValueError:
        pass
    star = "*." if domain.startswith("*.") else ""
    name = star + names.encode_domain(domain.removeprefix("*.").removesuffix("."))
    if (oddity := names.find_oddity(name)) is not None:
        raise ValueError(f"'{names.escape_name(domain)}' {oddity}")
    return x509.DNSName(name)


def _make_subject(alternative: x509.SubjectAlternativeName) -> x509.Name:
    """Repeat the first name as common name where it fits (RFC 5280, A.1: 64 characters)."""
    first = str(next(iter(alternative)).value)
    fits = len(first) <= _COMMON_NAME
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, first)] if fits else [])


def _write(
    folder: Path,
    alternative: x509.SubjectAlternativeName,
    key: PrivateKey,
    suffix: str,
    public: bytes,
) -> WrittenFiles:
    """Write both files or none; the key's first name becomes theirs."""
    stem = str(next(iter(alternative)).value).replace("*", "wildcard").replace(":", "-")
    made = WrittenFiles(key=folder / f"{stem}.key", public=folder / f"{stem}{suffix}")
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files.create(made.key, secret, 0o600)
    try:
        files.create(made.public, public, 0o644)
    except BaseException:
        with contextlib.suppress(OSError):
            made.key.unlink()
        raise
    return made
