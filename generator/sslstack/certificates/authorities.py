"""Checks of the certificates that sign others: what a CA certificate must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sslstack.certificates import encodings, extensions, names, requirements, signatures
from sslstack.certificates.problems import Problem

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Sequence


def check_issuer(
    issuer: x509.Certificate,
    below: Sequence[x509.Certificate],
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Report why a certificate cannot be an issuer, given the CA certificates below it."""
    called = f"'{names.describe_subject(issuer)}'"
    for rule, check in _AUTHORITY.items():
        if (message := check(issuer)) is not None:
            yield Problem(rule=rule, message=f"{called} {message}", about="chain")
            break  # what is no authority lacks the rest as well
    if (limit := _read_path_length(issuer)) is not None:
        counted = sum(one.subject != one.issuer for one in below)
        if counted > limit:
            yield Problem(
                rule="chain.path-length",
                message=f"{called} allows {limit} authorities below it, the chain has {counted}",
                about="chain",
            )
    if at is not None and not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        yield _report_validity(issuer, called, at)


def _report_validity(issuer: x509.Certificate, called: str, at: datetime.datetime) -> Problem:
    expired = at > issuer.not_valid_after_utc
    moment = issuer.not_valid_after_utc if expired else issuer.not_valid_before_utc
    return Problem(
        rule="chain.expired" if expired else "chain.not-yet-valid",
        message=f"{called} {'expired on' if expired else 'is not valid before'} {moment:%Y-%m-%d}",
        hint="get its new certificate: 'sslstack resolve --refresh' fetches it",
        about="chain",
    )


def _find_no_authority(issuer: x509.Certificate) -> str | None:
    if extensions.is_authority(issuer):
        return None
    return "is not a CA certificate (basicConstraints lacks CA)"


def _find_no_signing(issuer: x509.Certificate) -> str | None:
    usage = extensions.find_extension(issuer, x509.KeyUsage)
    if usage is None or usage.key_cert_sign:
        return None
    return "may not sign certificates (keyUsage lacks keyCertSign)"


def _find_no_server_usage(issuer: x509.Certificate) -> str | None:
    usage = extensions.find_extension(issuer, x509.ExtendedKeyUsage)
    if usage is None or requirements.SERVER_USAGES & set(usage):
        return None
    return "may not sign for servers (extendedKeyUsage lacks serverAuth)"


def _find_weak_key(issuer: x509.Certificate) -> str | None:
    if encodings.has_explicit_parameters(issuer):
        return "has an EC key with explicit parameters, which browsers do not trust"
    if encodings.is_pss_key(issuer):
        return "has a key for RSASSA-PSS only, which browsers do not trust"
    try:
        key = issuer.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "has a key that cannot be read"
    match key:
        case rsa.RSAPublicKey() if key.key_size >= requirements.LEAST_RSA_BITS:
            return None
        case ec.EllipticCurvePublicKey() if key.curve.name in requirements.CURVES:
            return None
        case rsa.RSAPublicKey():
            return f"has an RSA key of {key.key_size} bits; browsers require 2048 or more"
        case _:
            return "has a key type that browsers do not support"


def _find_weak_signature(issuer: x509.Certificate) -> str | None:
    if signatures.is_self_signed(issuer):
        return None  # nobody looks at the signature of a root
    try:
        algorithm = issuer.signature_hash_algorithm
    except Exception:  # noqa: BLE001 - the library has its own class for what it does not know
        algorithm = None
    if isinstance(algorithm, requirements.SIGNATURE_HASHES):
        return None
    called = algorithm.name.upper() if algorithm else "an unknown algorithm"
    return f"is signed with {called}, which browsers do not accept"


def _find_unknown_critical(issuer: x509.Certificate) -> str | None:
    unknown = next(extensions.find_unknown_critical(issuer), None)
    return unknown and f"has an unknown critical extension ({unknown})"


def _find_broken_extensions(issuer: x509.Certificate) -> str | None:
    return extensions.find_flaw(issuer)


_AUTHORITY: dict[str, Callable[[x509.Certificate], str | None]] = {
    "chain.unreadable": _find_broken_extensions,
    "chain.not-an-authority": _find_no_authority,
    "chain.key-usage": _find_no_signing,
    "chain.extended-key-usage": _find_no_server_usage,
    "chain.weak-key": _find_weak_key,
    "chain.weak-signature": _find_weak_signature,
    "chain.unknown-critical": _find_unknown_critical,
}


def _read_path_length(issuer: x509.Certificate) -> int | None:
    constraints = extensions.find_extension(issuer, x509.BasicConstraints)
    return constraints.path_length if constraints else None
