"""Signatures: which certificate signed which."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from sslstack.certificates import extensions

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNATURES = 2000
"""Signatures that are checked for one leaf; a pool of impostors must not cost minutes."""
_LARGEST_EXPONENT = 2**64
"""Of RSA keys; larger ones make a signature a thousand times as expensive to check."""
_SIGNATURES_OF_ONE = 3
"""Signatures that are checked to tell which certificates of a file signed one of them."""
_REMEMBERED = 32_768
"""Certificates whose names and fingerprints are kept: more than a file may hold."""


def canonicalize(name: x509.Name) -> tuple[frozenset[tuple[str, str]], ...]:
    """Return a name in the form in which names are compared: RFC 5280, 7.1.

    Upper and lower case, runs of white space and the kind of string make no difference.
    """
    return tuple(
        frozenset(
            (part.oid.dotted_string, " ".join(str(part.value).casefold().split())) for part in rdn
        )
        for rdn in name.rdns
    )


_Canonical = tuple[frozenset[tuple[str, str]], ...]


@functools.lru_cache(maxsize=_REMEMBERED)
def _read_canonical_names(certificate: x509.Certificate) -> tuple[_Canonical, _Canonical]:
    """Return the canonical subject and issuer; comparing the library's names is slow."""
    return canonicalize(certificate.subject), canonicalize(certificate.issuer)


def matches_issuer_name(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether the names fit: the child says that it comes from the issuer."""
    return _read_canonical_names(child)[1] == _read_canonical_names(issuer)[0]


@functools.lru_cache(maxsize=8192)
def is_signed_by(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether the names fit and the issuer's key made the child's signature.

    Signatures of a kind that nothing here can check count as not made. Those with SHA-1 and
    MD5 are checked, so that the reason for a refusal is the hash and not "bad signature".
    """
    try:
        return matches_issuer_name(child, issuer) and _verify_signature(child, issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False


def _verify_signature(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Verify by the key itself: the library's own way refuses old hashes unread.

    Raises what the library raises when the signature is not the key's.
    """
    key, algorithm = issuer.public_key(), child.signature_hash_algorithm
    signature, signed_bytes = child.signature, child.tbs_certificate_bytes
    match key:
        case rsa.RSAPublicKey() if algorithm is not None:
            scheme = child.signature_algorithm_parameters
            if not isinstance(scheme, padding.PKCS1v15 | padding.PSS):
                return False
            if key.public_numbers().e >= _LARGEST_EXPONENT:
                return False
            key.verify(signature, signed_bytes, scheme, algorithm)
        case ec.EllipticCurvePublicKey() if algorithm is not None:
            key.verify(signature, signed_bytes, ec.ECDSA(algorithm))
        case dsa.DSAPublicKey() if algorithm is not None:
            key.verify(signature, signed_bytes, algorithm)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            key.verify(signature, signed_bytes)
        case _:
            return False
    return True


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is signed by its own key."""
    return matches_issuer_name(certificate, certificate) and is_signed_by(certificate, certificate)


def read_key_identifiers(certificate: x509.Certificate) -> tuple[bytes | None, bytes | None]:
    """Return the identifiers of a certificate's own key and of its issuer's, where it says them."""
    own = extensions.find_extension(certificate, x509.SubjectKeyIdentifier)
    issuer = extensions.find_extension(certificate, x509.AuthorityKeyIdentifier)
    return own.digest if own else None, issuer.key_identifier if issuer else None


@functools.lru_cache(maxsize=_REMEMBERED)
def compute_fingerprint(certificate: x509.Certificate) -> str:
    """Return SHA-256 of the certificate's DER, 64 hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def sort_certificates(certificates: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Sort, so that no result hangs on the order of files: what lasts longest is first."""
    return sorted(
        dict.fromkeys(certificates),
        key=lambda one: (-one.not_valid_after_utc.timestamp(), compute_fingerprint(one)),
    )


def find_signers(
    leaf: x509.Certificate, pool: Iterable[x509.Certificate]
) -> dict[x509.Certificate, list[x509.Certificate]]:
    """Return for the leaf, and for each of the pool above it, those that truly signed it.

    What is in the pool and no key of this result is a stranger, an impostor or the leaf.
    """
    by_name = _group_by_subject(one for one in pool if one != leaf)
    in_order: dict[_Canonical, list[x509.Certificate]] = {}
    found: dict[x509.Certificate, list[x509.Certificate]] = {}
    waiting, budget = [leaf], _SIGNATURES
    while waiting:
        child = waiting.pop(0)
        if child in found:
            continue
        name = _read_canonical_names(child)[1]
        if name not in in_order:  # only these are put in order, not the whole pool
            in_order[name] = sort_certificates(by_name.get(name, ()))
        candidates = [one for one in in_order[name] if one != child]
        candidates = _sort_likely_first(child, candidates)[:budget]
        budget -= len(candidates)
        found[child] = [candidate for candidate in candidates if is_signed_by(child, candidate)]
        waiting += found[child]
    return found


def _group_by_subject(
    certificates: Iterable[x509.Certificate],
) -> dict[_Canonical, list[x509.Certificate]]:
    found: dict[_Canonical, list[x509.Certificate]] = {}
    for one in certificates:
        found.setdefault(_read_canonical_names(one)[0], []).append(one)
    return found


def find_issuers(certificates: Iterable[x509.Certificate]) -> set[x509.Certificate]:
    """Return those that signed another of the certificates, as far as the limits reach."""
    distinct = dict.fromkeys(certificates)
    by_name = _group_by_subject(distinct)
    found: set[x509.Certificate] = set()
    budget = _SIGNATURES
    for child in distinct:
        candidates = [c for c in by_name.get(_read_canonical_names(child)[1], ()) if c != child]
        likely = _sort_likely_first(child, candidates)[: min(_SIGNATURES_OF_ONE, budget)]
        budget -= len(likely)
        found.update(candidate for candidate in likely if is_signed_by(child, candidate))
    return found


def _sort_likely_first(
    child: x509.Certificate, candidates: list[x509.Certificate]
) -> list[x509.Certificate]:
    """Put those first whose key identifier the child names; the order is kept otherwise."""
    if len(candidates) < 2:  # noqa: PLR2004 - nothing to sort
        return candidates
    wanted = read_key_identifiers(child)[1]
    return sorted(candidates, key=lambda one: read_key_identifiers(one)[0] != wanted)
