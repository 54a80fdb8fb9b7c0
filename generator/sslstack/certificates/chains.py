"""The chain of a leaf: in order, complete, without leaf and root; and what had to be mended.

The chain file and the certificates beside the leaf are declared: the longest valid path of them
is kept, with the cross-signs that older clients need. Where `ssl.lock` or a pool of certificates
completes the chain, the shortest path is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.certificates import checks, diagnosis, key_identifiers, names, paths, signatures
from sslstack.certificates.model import Chain
from sslstack.certificates.problems import Problem, make_notice, make_warning
from sslstack.findings import Severity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Container, Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.bundle import Bundle
    from sslstack.certificates.model import CertificateFiles
    from sslstack.certificates.problems import About
    from sslstack.certificates.roots import Roots

_UNFINISHED = {
    "chain.missing-issuer",
    "chain.unresolved",
    "chain.unrelated",
    "chain.bad-signature",
}


_UNREAD = {"chain.unreadable", "chain.missing", "certificate.unreadable"}
_NAMED = 5
"""Strangers in one file that are reported one by one."""
CONSEQUENCES = _UNFINISHED | {"chain.untrusted", "chain.stranger", "certificate.stranger"}
"""What may be said of a chain only because a part of its file could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedChain:
    """A chain, whether it leads to a trusted root, and what is to be said of it.

    `locked` tells that intermediates of `ssl.lock` were needed.
    """

    chain: Chain
    trusted: bool
    problems: tuple[Problem, ...]
    locked: bool = False

    @property
    def incomplete(self) -> bool:
        """Return whether an issuer is missing that might be fetched."""
        return any(problem.rule in _UNFINISHED for problem in self.problems)


def resolve_chain(
    opened: Bundle, files: CertificateFiles, *, at: datetime.datetime | None = None
) -> ResolvedChain | None:
    """Find the chain; None where there is no leaf.

    With a moment the path must be valid then. Without one the answer is a function of the
    files alone, as generation needs it: a path that lasts as long as the leaf, else one for
    the middle, else for the beginning of its validity.
    """
    if opened.leaf is None:
        return None
    given = (*opened.chain, *opened.beside)
    resolved = _keep_declared(
        find_chain(opened.leaf, given, opened.roots, at), given, opened.roots, at
    )
    if resolved.incomplete and files.locked:
        again = find_chain(opened.leaf, (*given, *files.locked), opened.roots, at)
        if not again.incomplete:
            resolved = ResolvedChain(
                chain=again.chain, trusted=again.trusted, problems=again.problems, locked=True
            )
    genuine = signatures.find_signers(opened.leaf, (*given, *resolved.chain.intermediates))
    mended = (
        *_report_repairs(resolved.chain, opened.chain, genuine, "chain", at),
        *_report_repairs(resolved.chain, opened.beside, genuine, "certificate", at),
        *key_identifiers.check_key_identifiers(resolved.chain, opened.roots),
    )
    problems = [_apply_untrusted(problem, files) for problem in (*resolved.problems, *mended)]
    return ResolvedChain(
        chain=resolved.chain,
        trusted=resolved.trusted,
        problems=tuple(problems),
        locked=resolved.locked,
    )


def has_unread_chain(opened: Bundle) -> bool:
    """Return whether a file that may hold the chain, or a part of it, could not be read."""
    rules = {one.rule for one in opened.problems if one.severity is Severity.ERROR}
    key_alone = "chain.holds-key" in rules and not opened.chain
    return key_alone or bool(rules & _UNREAD)


def _apply_untrusted(problem: Problem, files: CertificateFiles) -> Problem:
    """Make a missing issuer a warning where `untrusted` says that it is known."""
    if files.untrusted and problem.rule in _UNFINISHED - {"chain.bad-signature"}:
        return make_warning(problem.rule, problem.message, problem.hint, about="chain")
    return problem


def _keep_declared(
    found: ResolvedChain,
    given: Sequence[x509.Certificate],
    roots: Roots,
    at: datetime.datetime | None,
) -> ResolvedChain:
    """Put the longest valid path of declared certificates in place of the shortest.

    A path may lead past a root that clients know to an older one: that is what the authority
    ships a cross-sign for.
    """
    leaf = found.chain.leaf
    errors = any(problem.severity is Severity.ERROR for problem in found.problems)
    if errors or signatures.is_self_signed(leaf):
        return found
    kept: tuple[x509.Certificate, ...] | None = None
    for moment in _choose_moments(leaf, at)[:2]:

        def acceptable(path: Sequence[x509.Certificate], at: datetime.datetime = moment) -> bool:
            return not _make_fault_check(leaf, at)(path) and (
                not found.trusted or _find_path(leaf, path, roots, at) is not None
            )

        path = paths.find_longest(leaf, given, acceptable)
        if path is not None and (kept is None or len(path) > len(kept)):
            kept = path
    return found if kept is None else replace(found, chain=Chain(leaf=leaf, intermediates=kept))


def find_chain(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
    at: datetime.datetime | None,
) -> ResolvedChain:
    """Find the shortest valid path among certificates, else the best that can be had."""
    if signatures.is_self_signed(leaf):
        return _resolve_self_signed(leaf, roots)
    for moment in _choose_moments(leaf, at):
        path = _find_path(leaf, pool, roots, moment)
        if path is not None:
            unfit = (*checks.check_server_usage(leaf), *checks.check_critical_extensions(leaf))
            chain = Chain(leaf=leaf, intermediates=path)
            return ResolvedChain(chain=chain, trusted=not unfit, problems=unfit)
    best = paths.follow_signatures(leaf, pool)
    moment = _choose_moments(leaf, at)[0]
    problems = diagnosis.diagnose(leaf, best, pool, roots, at and moment) or diagnosis.diagnose(
        leaf, best, pool, roots, moment
    )
    return ResolvedChain(
        chain=Chain(leaf=leaf, intermediates=best), trusted=False, problems=problems
    )


def _find_path(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
    moment: datetime.datetime,
) -> tuple[x509.Certificate, ...] | None:
    path = paths.find_shortest(leaf, pool, roots, moment)
    return (
        paths.find_tolerated(leaf, pool, roots, _make_fault_check(leaf, moment))
        if path is None
        else path
    )


def _make_fault_check(
    leaf: x509.Certificate, moment: datetime.datetime
) -> Callable[[Sequence[x509.Certificate]], bool]:
    def faulty(path: Sequence[x509.Certificate]) -> bool:
        return any(diagnosis.check_path(leaf, path, moment))

    return faulty


def _resolve_self_signed(leaf: x509.Certificate, roots: Roots) -> ResolvedChain:
    trusted = leaf in roots.certificates
    problem = make_warning(
        "certificate.self-signed",
        f"'{names.describe_subject(leaf)}' is self-signed: browsers warn of it",
        "for development only; have it signed by a certificate authority, or declare it: roots:",
    )
    return ResolvedChain(
        chain=Chain(leaf=leaf), trusted=trusted, problems=() if trusted else (problem,)
    )


def _choose_moments(
    leaf: x509.Certificate, at: datetime.datetime | None
) -> tuple[datetime.datetime, ...]:
    begin, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if at is not None:
        return tuple(dict.fromkeys((min(max(at, begin), end), at)))
    return end, begin + (end - begin) / 2, begin


def _report_repairs(
    chain: Chain,
    given: Sequence[x509.Certificate],
    genuine: Container[x509.Certificate],
    about: About,
    at: datetime.datetime | None,
) -> Iterator[Problem]:
    """Report which of the given certificates were moved or left out.

    `genuine` are those that have to do with the leaf at all.
    """
    place = "the chain" if about == "chain" else "the file"
    leaf = f"'{names.describe_subject(chain.leaf)}'"
    distinct = list(dict.fromkeys(given))
    odd: list[tuple[str, str]] = []
    strangers = [one for one in distinct if one not in genuine and one != chain.leaf]
    if len(distinct) < len(given):
        odd.append(("duplicate", f"{place} of {leaf} holds a certificate twice"))
    used = [one for one in distinct if one in chain.intermediates]
    if used != [one for one in chain.intermediates if one in used]:
        odd.append(("order", f"{place} of {leaf} is in the wrong order"))
    odd += [("stranger", message) for message in _describe_unrelated(strangers, place, leaf)]
    for one in [one for one in distinct if one in genuine or one == chain.leaf]:
        called = f"'{names.describe_subject(one)}'"
        if one == chain.leaf:
            odd.append(("has-leaf", f"{place} of {leaf} holds the leaf itself"))
        elif signatures.is_self_signed(one):
            odd.append(("has-root", f"{place} holds the root {called}; clients have it already"))
        elif one not in used:
            yield _report_left_out(one, chain, about, _choose_moments(chain.leaf, at)[:2][-1])
    for rule, message in odd:
        yield make_warning(
            f"{about}.{rule}", message, "the template contains the corrected chain", about=about
        )


def _describe_unrelated(
    strangers: Sequence[x509.Certificate], place: str, leaf: str
) -> Iterator[str]:
    """Describe the certificates that are unrelated to the leaf, many of them in one text."""
    called = [f"'{names.describe_subject(one)}'" for one in strangers[:_NAMED]]
    if len(strangers) <= _NAMED:
        yield from (f"{one} in {place} is unrelated to {leaf}" for one in called)
        return
    number, rest = f"{len(strangers):,}", f"{len(strangers) - _NAMED:,}"
    message = f"{number} certificates in {place} are unrelated to {leaf}: "
    yield f"{message}{', '.join(called)} and {rest} more"


def _report_left_out(
    one: x509.Certificate, chain: Chain, about: About, moment: datetime.datetime
) -> Problem:
    """Report why a declared intermediate is not in the chain."""
    leaf = names.describe_subject(chain.leaf)
    called = f"'{names.describe_subject(one)}', signed by '{names.describe_issuer(one)}',"
    same_key = [used for used in chain.intermediates if used.public_key() == one.public_key()]
    if not one.not_valid_before_utc <= moment <= one.not_valid_after_utc:
        begin, end = one.not_valid_before_utc, one.not_valid_after_utc
        message = f"{called} is left out: it is valid from {begin:%Y-%m-%d} to {end:%Y-%m-%d}"
    elif same_key:
        message = f"{called} is left out: the chain holds the certificate for the same key that "
        message += f"'{names.describe_issuer(same_key[0])}' signed"
    else:
        message = f"{called} is left out: it is not on the path from '{leaf}'"
    return make_notice(f"{about}.unneeded", message, about=about)
