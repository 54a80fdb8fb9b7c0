"""Paths from a leaf to a root: the shortest that verifies, else the best that can be had.

The verifier is cryptography's. It stops at the first path that it finds, which depends on
the order of the candidates and need not be the shortest: so candidates are sorted, and the
depth grows until there is a path (RFC 5280, section 6, asks for one path, not for which).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509 import verification

from sslstack.certificates import constraints, requirements, signatures

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Sequence

    from sslstack.certificates.roots import Roots

DEPTH = 8
"""Intermediates of the longest path; the public web has seen four."""
_PATHS = 1000
"""Paths that are looked at for one leaf; cross-signs multiply."""
_TRIED = 100
"""Declared paths that are checked in full for one leaf."""
_ANY = verification.Criticality.AGNOSTIC
_REFUSED = (verification.VerificationError, ValueError, TypeError)


def find_shortest(
    leaf: x509.Certificate,
    pool: Iterable[x509.Certificate],
    roots: Roots,
    at: datetime.datetime,
) -> tuple[x509.Certificate, ...] | None:
    """Return the intermediates of the shortest path that verifies at a moment, leaf's side first.

    None when there is no such path. Whatever the order of the pool, the answer is the same.
    The anchor is left out, also one that is not self-signed: clients that trust it have it.
    """
    candidates = [one for one in signatures.find_signers(leaf, pool) if one != leaf]
    return _find_shortest(
        leaf, [one for one in candidates if not signatures.is_self_signed(one)], roots, at
    )


def _find_shortest(
    leaf: x509.Certificate,
    candidates: Sequence[x509.Certificate],
    roots: Roots,
    at: datetime.datetime,
) -> tuple[x509.Certificate, ...] | None:
    if not roots.certificates:
        return None
    policy = _make_policy(roots, at)
    ordered = signatures.sort_certificates(candidates)
    for depth in range(min(DEPTH, len(ordered)) + 1):
        try:
            path = policy.max_chain_depth(depth).build_client_verifier().verify(leaf, ordered)
        except _REFUSED:
            continue
        above = path.chain[1:]
        if constraints.find_violation(leaf, above) is None:  # stricter than the verifier
            return tuple(above[:-1])
    return None


def _make_policy(roots: Roots, at: datetime.datetime) -> verification.PolicyBuilder:
    return (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots.certificates)))
        .time(at)
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_LEAF)
    )


def find_tolerated(
    leaf: x509.Certificate,
    pool: Iterable[x509.Certificate],
    roots: Roots,
    faulty: Callable[[Sequence[x509.Certificate]], bool],
) -> tuple[x509.Certificate, ...] | None:
    """Return the shortest path in which our own checks find no fault.

    For what the verifier refuses although clients take it: directory names in name
    constraints, policies, authorities that signed a successor of the same name, names in
    another case. `faulty` checks a path from the leaf's issuer to the root.
    """
    anchors = set(roots.certificates)
    genuine = signatures.find_signers(leaf, [*pool, *anchors])
    waiting: list[tuple[x509.Certificate, ...]] = [()]
    for path in waiting:  # grows behind the one that is looked at: breadth first
        for issuer in genuine[path[-1] if path else leaf]:
            longer = (*path, issuer)
            if issuer in path or len(waiting) >= _PATHS:
                continue
            if issuer in anchors and not faulty(longer):
                return path
            if len(longer) <= DEPTH and not signatures.is_self_signed(issuer):
                waiting.append(longer)
    return None


def find_longest(
    leaf: x509.Certificate,
    declared: Sequence[x509.Certificate],
    acceptable: Callable[[Sequence[x509.Certificate]], bool],
) -> tuple[x509.Certificate, ...] | None:
    """Return the longest acceptable path of declared certificates, leaf's side first.

    Of paths of one length, the one whose certificates come first in the files. Roots and the
    leaf are in no path. None when no path is acceptable.
    """
    genuine = signatures.find_signers(leaf, declared)
    position = {one: index for index, one in reversed(list(enumerate(declared)))}
    found: list[tuple[x509.Certificate, ...]] = [()]
    for path in found:  # grows behind the one that is looked at: breadth first
        for issuer in genuine[path[-1] if path else leaf]:
            new = issuer not in path and not signatures.is_self_signed(issuer)
            if new and len(path) < DEPTH and len(found) < _PATHS:
                found.append((*path, issuer))
    found.sort(key=lambda path: (-len(path), [position[one] for one in path]))
    return next(filter(acceptable, found[:_TRIED]), None)


def follow_signatures(
    leaf: x509.Certificate, pool: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Follow true signatures as far as the pool reaches, without regard to trust.

    The path to a self-signed certificate wins (the root itself left out), the shortest of
    those; else the one that leads farthest.
    """
    genuine = signatures.find_signers(leaf, pool)
    reached: dict[x509.Certificate, tuple[x509.Certificate, ...]] = {leaf: ()}
    waiting = [leaf]
    for child in waiting:
        for issuer in genuine[child]:
            if signatures.is_self_signed(issuer):
                return reached[child]
            if issuer not in reached and len(reached[child]) < DEPTH:
                reached[issuer] = (*reached[child], issuer)
                waiting.append(issuer)
    return max(reached.values(), key=len)


def _require_signing(
    policy: verification.Policy, certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    """Refuse a key usage that does not grant signing of certificates (RFC 5280, 4.2.1.3)."""
    del policy, certificate
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("keyCertSign is missing")


def _require_server_usage(
    policy: verification.Policy, certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None
) -> None:
    """Refuse an authority whose extended key usage leaves servers out."""
    del policy, certificate
    if usage is not None and not requirements.SERVER_USAGES & set(usage):
        raise ValueError("serverAuth is missing")


# What OpenSSL and browsers ask of an authority, and no more: the web PKI's profile also wants
# basicConstraints critical and a keyUsage, and refuses private authorities that work.
_AUTHORITY = (
    verification.ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, _ANY, None)
    .may_be_present(x509.KeyUsage, _ANY, _require_signing)
    .may_be_present(x509.ExtendedKeyUsage, _ANY, _require_server_usage)
)
_LEAF = verification.ExtensionPolicy.permit_all()
