"""Why a chain does not verify, with the name of the certificate at fault.

The verifier's own messages name nothing ("candidates exhausted"), so this walks the path
again, link by link, and looks at everything that can be wrong with an authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.certificates import authorities, constraints, extensions, names, signatures
from sslstack.certificates.problems import Problem, make_warning

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.roots import Roots

_STAGING = ("(STAGING)", "Fake LE ", "Pretend Pear", "Bogus Broccoli")


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

    One that is newer than an expired leaf is checked without its validity: that the leaf has
    expired is the error to report.
    """
    for below, issuer in enumerate(above):
        newer = issuer.not_valid_before_utc > leaf.not_valid_after_utc
        yield from authorities.check_issuer(issuer, above[:below], None if newer else at)
    if (violation := constraints.find_violation(leaf, above)) is not None:
        issuer, name = violation
        yield Problem(
            rule="chain.name-constraints",
            message=f"{_quote_name(issuer)} may not sign for {names.escape_name(name)}, a name "
            f"of {_quote_name(leaf)} or of an authority below (name constraints)",
            hint="ask for the certificate elsewhere, or drop the names that are not permitted",
            about="chain",
        )


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
