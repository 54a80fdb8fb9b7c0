"""Why a chain does not verify, in words that name the certificate.

The verifier's own messages name nothing ("candidates exhausted"), so this walks the path
again, link by link, and looks at everything that can be wrong with an authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sslstack.certificates import constraints, encodings, extensions, links, names
from sslstack.certificates.problems import Problem, warning

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Sequence

    from sslstack.certificates.roots import Roots

_LEAST_RSA_BITS = 2048
_STAGING = ("(STAGING)", "Fake LE ", "Pretend Pear", "Bogus Broccoli")
_SERVER = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_SIGNATURE_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def diagnose(
    leaf: x509.Certificate,
    above: Sequence[x509.Certificate],
    pool: Sequence[x509.Certificate],
    roots: Roots,
    at: datetime.datetime | None,
) -> tuple[Problem, ...]:
    """Say why a leaf with what is above it does not verify: every reason there is.

    `pool` is everything that was given, `at` the moment of judgement; without one, validity
    is left out.
    """
    top = [leaf, *above][-1]
    anchors = [root for root in roots.certificates if links.signed(top, root) and root != top]
    if top in roots.certificates:
        return tuple(path(leaf, above, at))
    if anchors:
        reasons = [tuple(path(leaf, (*above, root), at)) for root in anchors]
        return min(reasons, key=len)
    return (*path(leaf, above, at), *_end_of_path(leaf, top, pool, roots))


def path(
    leaf: x509.Certificate,
    above: Sequence[x509.Certificate],
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Say what is wrong with the authorities above a leaf, its issuer first."""
    for below, issuer in enumerate(above):
        newer = issuer.not_valid_before_utc > leaf.not_valid_after_utc
        yield from authority(issuer, above[:below], None if newer else at)
        if newer and at is not None and at < issuer.not_valid_before_utc:
            yield _newer(leaf, issuer)
    if (violation := constraints.violated(leaf, above)) is not None:
        issuer, name = violation
        yield Problem(
            rule="chain.name-constraints",
            message=f"'{names.subject(issuer)}' may not sign for {names.printable(name)}, a name "
            f"of '{names.subject(leaf)}' or of an authority below (name constraints)",
            hint="ask for the certificate elsewhere, or drop the names that are not permitted",
            about="chain",
        )


def authority(
    issuer: x509.Certificate,
    below: Sequence[x509.Certificate],
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Say what keeps a certificate from being an issuer, with the authorities below it."""
    called = f"'{names.subject(issuer)}'"
    for rule, check in _AUTHORITY.items():
        if (message := check(issuer)) is not None:
            yield Problem(rule=rule, message=f"{called} {message}", about="chain")
            break  # what is no authority lacks the rest as well
    if (limit := _path_length(issuer)) is not None:
        counted = sum(one.subject != one.issuer for one in below)
        if counted > limit:
            yield Problem(
                rule="chain.path-length",
                message=f"{called} allows {limit} authorities below it, the chain has {counted}",
                about="chain",
            )
    if at is not None and not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
        yield _outside_validity(issuer, called, at)


def _outside_validity(issuer: x509.Certificate, called: str, at: datetime.datetime) -> Problem:
    expired = at > issuer.not_valid_after_utc
    moment = issuer.not_valid_after_utc if expired else issuer.not_valid_before_utc
    return Problem(
        rule="chain.expired" if expired else "chain.not-yet-valid",
        message=f"{called} {'expired on' if expired else 'is not valid before'} {moment:%Y-%m-%d}",
        hint="ask the authority for its new certificate: 'sslstack resolve --refresh' fetches it",
        about="chain",
    )


def _newer(leaf: x509.Certificate, issuer: x509.Certificate) -> Problem:
    """Say that a leaf had expired before its intermediate was made: a chain of a later leaf."""
    end, begin = leaf.not_valid_after_utc, issuer.not_valid_before_utc
    return Problem(
        rule="chain.not-yet-valid",
        message=f"'{names.subject(leaf)}' expired on {end:%Y-%m-%d}, before "
        f"'{names.subject(issuer)}' of its chain was valid ({begin:%Y-%m-%d})",
        hint="give the renewed certificate that came with this chain",
        about="chain",
    )


def _is_no_authority(issuer: x509.Certificate) -> str | None:
    if extensions.is_authority(issuer):
        return None
    return "is not an authority's certificate (basicConstraints does not say CA)"


def _may_not_sign(issuer: x509.Certificate) -> str | None:
    usage = extensions.find(issuer, x509.KeyUsage)
    if usage is None or usage.key_cert_sign:
        return None
    return "may not sign certificates (keyUsage lacks keyCertSign)"


def _not_for_servers(issuer: x509.Certificate) -> str | None:
    usage = extensions.find(issuer, x509.ExtendedKeyUsage)
    if usage is None or _SERVER & set(usage):
        return None
    return "may not sign for servers (extendedKeyUsage lacks serverAuth)"


def _weak_key(issuer: x509.Certificate) -> str | None:
    if encodings.has_explicit_parameters(issuer):
        return "has an EC key with explicit parameters, which no browser trusts"
    if encodings.is_pss_key(issuer):
        return "has a key for RSASSA-PSS only, which no browser trusts"
    try:
        key = issuer.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "has a key that cannot be read"
    match key:
        case rsa.RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
            return None
        case ec.EllipticCurvePublicKey() if key.curve.name in (
            "secp256r1",
            "secp384r1",
            "secp521r1",
        ):
            return None
        case rsa.RSAPublicKey():
            return f"has an RSA key of {key.key_size} bits; nobody trusts less than 2048"
        case _:
            return "has a key of a kind that no browser trusts"


def _weak_signature(issuer: x509.Certificate) -> str | None:
    if links.self_signed(issuer):
        return None  # nobody looks at the signature of a root
    try:
        algorithm = issuer.signature_hash_algorithm
    except Exception:  # noqa: BLE001 - the library has its own class for what it does not know
        algorithm = None
    if isinstance(algorithm, _SIGNATURE_HASHES):
        return None
    called = algorithm.name.upper() if algorithm else "an unknown algorithm"
    return f"is signed with {called}, which no browser takes"


def _unknown_critical(issuer: x509.Certificate) -> str | None:
    unknown = next(extensions.unknown_critical(issuer), None)
    return unknown and f"has a critical extension that nobody knows ({unknown})"


def _broken_extensions(issuer: x509.Certificate) -> str | None:
    return extensions.flaw(issuer)


_AUTHORITY: dict[str, Callable[[x509.Certificate], str | None]] = {
    "chain.unreadable": _broken_extensions,
    "chain.not-an-authority": _is_no_authority,
    "chain.key-usage": _may_not_sign,
    "chain.extended-key-usage": _not_for_servers,
    "chain.weak-key": _weak_key,
    "chain.weak-signature": _weak_signature,
    "chain.unknown-critical": _unknown_critical,
}


def _path_length(issuer: x509.Certificate) -> int | None:
    constraints = extensions.find(issuer, x509.BasicConstraints)
    return constraints.path_length if constraints else None


def _end_of_path(
    leaf: x509.Certificate,
    top: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
) -> Iterator[Problem]:
    """Say why a path ends where it ends."""
    if links.self_signed(top):
        yield untrusted(top, roots)
        return
    known = [*pool, *roots.certificates]
    issuers = [one for one in pool if links.self_signed(one) and links.signed(top, one)]
    if issuers:
        yield untrusted(links.ordered(issuers)[0], roots)
        return
    if any(links.signed(top, one) for one in known if one != top):
        yield Problem(
            rule="chain.too-deep",
            message=f"the chain of '{names.subject(leaf)}' is longer than any client follows",
            about="chain",
        )
        return
    impostors = [one for one in links.ordered(known) if links.named(top, one) and one != top]
    if impostors:
        yield _bad_signature(top, impostors[0])
        return
    if top == leaf and pool:
        strangers = ", ".join(f"'{names.subject(one)}'" for one in list(dict.fromkeys(pool))[:3])
        yield Problem(
            rule="chain.unrelated",
            message=f"no certificate of the chain ({strangers}) signed '{names.subject(leaf)}', "
            f"which was issued by '{names.issuer(leaf)}'",
            hint=f"give the chain that came with '{names.subject(leaf)}', or leave it out: "
            "'sslstack resolve' fetches it"
            if _web_urls(top)
            else f"give the chain that came with '{names.subject(leaf)}'",
            about="chain",
        )
        return
    if roots.public and not _web_urls(top):
        yield _below_private_root(top)
        return
    yield missing_issuer(top)


def _below_private_root(top: x509.Certificate) -> Problem:
    """Give the benefit of the doubt to what somebody unknown has issued.

    A public authority says where its certificate is (baseline requirements, 7.1.2.7.7), and a
    private root is rightly left out of a chain. Only who named the roots can know better.
    """
    return warning(
        "chain.untrusted",
        f"'{names.subject(top)}' was issued by '{names.issuer(top)}', which is neither given nor "
        "a root that browsers trust",
        "if it is a private root, declare it: roots: (or --roots); else a certificate is missing",
        about="chain",
    )


def missing_issuer(top: x509.Certificate) -> Problem:
    """Say whose certificate is missing, and where it may be had."""
    identifier = links.key_identifiers(top)[1]
    key = f" (key identifier {identifier.hex(':')})" if identifier else ""
    return Problem(
        rule="chain.unresolved" if _web_urls(top) else "chain.missing-issuer",
        message=f"the certificate of '{names.issuer(top)}'{key}, issuer of '{names.subject(top)}', "
        "is missing",
        hint=_where_to_get(top),
        about="chain",
    )


def _web_urls(top: x509.Certificate) -> list[str]:
    return [url for url in extensions.issuer_urls(top) if url.lower().startswith("http://")]


def _where_to_get(top: x509.Certificate) -> str:
    if web := _web_urls(top):
        return f"'sslstack resolve' fetches it from {names.printable(web[0])}"
    return "add it to the chain, or give the roots of a private authority (roots:, --roots)"


def untrusted(root: x509.Certificate, roots: Roots) -> Problem:
    """Say that a root is nobody's whom browsers, or the declared roots, trust."""
    called = f"'{names.subject(root)}'"
    if any(word in names.subject(root) for word in _STAGING):
        message = f"the chain ends at {called}, a root for tests of an authority"
    elif roots.public:
        message = f"the chain ends at {called}, a root that browsers do not trust"
    else:
        message = f"the chain ends at {called}, which is not among the given roots"
    hint = "clients must trust it; if that is meant, declare it: roots: (or --roots)"
    return warning("chain.untrusted", message, hint, about="chain")


def _bad_signature(top: x509.Certificate, impostor: x509.Certificate) -> Problem:
    own, wanted = links.key_identifiers(impostor)[0], links.key_identifiers(top)[1]
    other = " (another key: the key identifiers differ)" if own and wanted and own != wanted else ""
    return Problem(
        rule="chain.bad-signature",
        message=f"'{names.subject(impostor)}' has the name of the issuer of "
        f"'{names.subject(top)}' but did not sign it{other}",
        hint=_where_to_get(top),
        about="chain",
    )
