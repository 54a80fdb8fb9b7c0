"""Why a chain does not verify, with the name of the certificate at fault.

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

from sslstack.certificates import constraints, encodings, extensions, names, signatures
from sslstack.certificates.problems import Problem, make_warning

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
    """Report every reason why a leaf does not verify with the certificates above it.

    `pool` is everything that was given, `at` the moment to check; without one, validity
    is left out.
    """
    top = [leaf, *above][-1]
    anchors = [
        root for root in roots.certificates if signatures.is_signed_by(top, root) and root != top
    ]
    if top in roots.certificates:
        return tuple(check_path(leaf, above, at))
    if anchors:
        reasons = [tuple(check_path(leaf, (*above, root), at)) for root in anchors]
        return min(reasons, key=len)
    return (*check_path(leaf, above, at), *_diagnose_end(leaf, top, pool, roots))


def _quote_name(certificate: x509.Certificate) -> str:
    return f"'{names.describe_subject(certificate)}'"


def check_path(
    leaf: x509.Certificate,
    above: Sequence[x509.Certificate],
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Report what is wrong with the CA certificates above a leaf, its issuer first.

    One that is newer than an expired leaf is judged without its validity: that the leaf has
    expired is the error to report.
    """
    for below, issuer in enumerate(above):
        newer = issuer.not_valid_before_utc > leaf.not_valid_after_utc
        yield from check_issuer(issuer, above[:below], None if newer else at)
    if (violation := constraints.find_violation(leaf, above)) is not None:
        issuer, name = violation
        yield Problem(
            rule="chain.name-constraints",
            message=f"{_quote_name(issuer)} may not sign for {names.escape_name(name)}, a name "
            f"of {_quote_name(leaf)} or of an authority below (name constraints)",
            hint="ask for the certificate elsewhere, or drop the names that are not permitted",
            about="chain",
        )


def check_issuer(
    issuer: x509.Certificate,
    below: Sequence[x509.Certificate],
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Report why a certificate cannot be an issuer, given the CA certificates below it."""
    called = _quote_name(issuer)
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
    if usage is None or _SERVER & set(usage):
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
        case rsa.RSAPublicKey() if key.key_size >= _LEAST_RSA_BITS:
            return None
        case ec.EllipticCurvePublicKey() if key.curve.name in (
            "secp256r1",
            "secp384r1",
            "secp521r1",
        ):
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
    if isinstance(algorithm, _SIGNATURE_HASHES):
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


def _diagnose_end(
    leaf: x509.Certificate,
    top: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
) -> Iterator[Problem]:
    """Report why a path goes no further."""
    if signatures.is_self_signed(top):
        yield report_untrusted(top, roots)
        return
    known = [*pool, *roots.certificates]
    issuers = [
        one for one in pool if signatures.is_self_signed(one) and signatures.is_signed_by(top, one)
    ]
    if issuers:
        yield report_untrusted(signatures.sort_certificates(issuers)[0], roots)
        return
    if any(signatures.is_signed_by(top, one) for one in known if one != top):
        yield Problem(
            rule="chain.too-deep",
            message=f"the chain of {_quote_name(leaf)} is longer than clients follow",
            about="chain",
        )
        return
    impostors = [
        one
        for one in signatures.sort_certificates(known)
        if signatures.matches_issuer_name(top, one) and one != top
    ]
    if impostors:
        yield _report_bad_signature(top, impostors[0])
        return
    if top == leaf and pool:
        strangers = ", ".join(_quote_name(one) for one in list(dict.fromkeys(pool))[:3])
        yield Problem(
            rule="chain.unrelated",
            message=f"no certificate of the chain ({strangers}) signed {_quote_name(leaf)}, "
            f"which was issued by '{names.describe_issuer(leaf)}'",
            hint=f"give the chain that came with {_quote_name(leaf)}, or leave it out: "
            "'sslstack resolve' fetches it"
            if _find_web_urls(top)
            else f"give the chain that came with {_quote_name(leaf)}",
            about="chain",
        )
        return
    if roots.public and not _find_web_urls(top):
        yield _report_private_root(top)
        return
    yield report_missing_issuer(top)


def _report_private_root(top: x509.Certificate) -> Problem:
    """Return the benefit of the doubt to what somebody unknown has issued.

    A public authority says where its certificate is (baseline requirements, 7.1.2.7.7), and a
    private root is rightly left out of a chain. Only who named the roots can know better.
    """
    return make_warning(
        "chain.untrusted",
        f"{_quote_name(top)} was issued by '{names.describe_issuer(top)}', which is neither given "
        "nor a root that browsers trust",
        "if it is a private root, declare it: roots: (or --roots); else a certificate is missing",
        about="chain",
    )


def report_missing_issuer(top: x509.Certificate) -> Problem:
    """Report whose certificate is missing, and where to get it."""
    identifier = signatures.read_key_identifiers(top)[1]
    key = f" (key identifier {identifier.hex(':')})" if identifier else ""
    return Problem(
        rule="chain.unresolved" if _find_web_urls(top) else "chain.missing-issuer",
        message=f"the certificate of '{names.describe_issuer(top)}'{key}, "
        f"issuer of {_quote_name(top)}, is missing",
        hint=_suggest_source(top),
        about="chain",
    )


def _find_web_urls(top: x509.Certificate) -> list[str]:
    return [url for url in extensions.read_issuer_urls(top) if url.lower().startswith("http://")]


def _suggest_source(top: x509.Certificate) -> str:
    if web := _find_web_urls(top):
        return f"'sslstack resolve' fetches it from {names.escape_name(web[0])}"
    return "add it to the chain, or give the roots of a private CA (roots:, --roots)"


def report_untrusted(root: x509.Certificate, roots: Roots) -> Problem:
    """Report a root that neither browsers nor the declared roots trust."""
    called = _quote_name(root)
    if any(word in names.describe_subject(root) for word in _STAGING):
        message = f"the chain ends at {called}, a staging root"
    elif roots.public:
        message = f"the chain ends at {called}, a root that browsers do not trust"
    else:
        message = f"the chain ends at {called}, which is not among the given roots"
    hint = "if your clients trust it, declare it: roots: (or --roots)"
    return make_warning("chain.untrusted", message, hint, about="chain")


def _report_bad_signature(top: x509.Certificate, impostor: x509.Certificate) -> Problem:
    own, wanted = (
        signatures.read_key_identifiers(impostor)[0],
        signatures.read_key_identifiers(top)[1],
    )
    other = " (another key: the key identifiers differ)" if own and wanted and own != wanted else ""
    return Problem(
        rule="chain.bad-signature",
        message=f"{_quote_name(impostor)} has the name of the issuer of "
        f"{_quote_name(top)} but did not sign it{other}",
        hint=_suggest_source(top),
        about="chain",
    )
