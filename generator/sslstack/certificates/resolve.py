"""The chain of a leaf: in order, complete, without leaf and root; and what had to be mended.

What was given is the pool: the chain file, what stands beside the leaf, what `ssl.lock`
keeps. The result depends on its content only, never on its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import diagnosis, links, names, paths
from sslstack.certificates.model import Chain
from sslstack.certificates.problems import Problem, notice, warning

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Container, Iterator, Sequence

    from cryptography import x509

    from sslstack.certificates.load import Opened
    from sslstack.certificates.model import Declared
    from sslstack.certificates.problems import About
    from sslstack.certificates.roots import Roots

_UNFINISHED = {
    "chain.missing-issuer",
    "chain.unresolved",
    "chain.unrelated",
    "chain.bad-signature",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A chain, whether it leads to a trusted root, and what is to be said of it.

    `locked` tells that intermediates of `ssl.lock` were needed.
    """

    chain: Chain
    trusted: bool
    problems: tuple[Problem, ...]
    locked: bool = False

    @property
    def incomplete(self) -> bool:
        """Tell whether an issuer is missing that might be fetched."""
        return any(problem.rule in _UNFINISHED for problem in self.problems)


def resolve(
    opened: Opened, declared: Declared, *, at: datetime.datetime | None = None
) -> Resolved | None:
    """Find the chain; None where there is no leaf.

    With a moment the path must be valid then. Without one the answer is a function of the
    files alone, as generation needs it: a path that lasts as long as the leaf, else one for
    the middle, else for the beginning of its validity.
    """
    if opened.leaf is None:
        return None
    given = (*opened.chain, *opened.beside)
    resolved = find(opened.leaf, given, opened.roots, at)
    if resolved.incomplete and declared.locked:
        again = find(opened.leaf, (*given, *declared.locked), opened.roots, at)
        if not again.incomplete:
            resolved = Resolved(
                chain=again.chain, trusted=again.trusted, problems=again.problems, locked=True
            )
    genuine = links.genuine(opened.leaf, (*given, *resolved.chain.intermediates))
    mended = (
        *_mended(resolved.chain, opened.chain, genuine, "chain"),
        *_mended(resolved.chain, opened.beside, genuine, "certificate"),
    )
    problems = [_as_declared(problem, declared) for problem in (*resolved.problems, *mended)]
    return Resolved(
        chain=resolved.chain,
        trusted=resolved.trusted,
        problems=tuple(problems),
        locked=resolved.locked,
    )


def _as_declared(problem: Problem, declared: Declared) -> Problem:
    """Make a missing issuer a warning where `untrusted` says that it is known."""
    if declared.untrusted and problem.rule in _UNFINISHED - {"chain.bad-signature"}:
        return warning(problem.rule, problem.message, problem.hint, about="chain")
    return problem


def find(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    roots: Roots,
    at: datetime.datetime | None,
) -> Resolved:
    """Find the shortest valid path among certificates, else the best that can be had."""
    if links.self_signed(leaf):
        return _self_signed(leaf, roots)
    for moment in _moments(leaf, at):
        path = paths.shortest(leaf, pool, roots, moment)
        if path is not None:
            return Resolved(chain=Chain(leaf=leaf, intermediates=path), trusted=True, problems=())
        path = paths.tolerant(leaf, pool, roots, _faulty(leaf, moment))
        if path is not None:
            return Resolved(chain=Chain(leaf=leaf, intermediates=path), trusted=True, problems=())
    best = paths.best_effort(leaf, pool)
    moment = _moments(leaf, at)[0]
    problems = diagnosis.diagnose(leaf, best, pool, roots, at and moment) or diagnosis.diagnose(
        leaf, best, pool, roots, moment
    )
    return Resolved(chain=Chain(leaf=leaf, intermediates=best), trusted=False, problems=problems)


def _faulty(
    leaf: x509.Certificate, moment: datetime.datetime
) -> Callable[[Sequence[x509.Certificate]], bool]:
    def faulty(path: Sequence[x509.Certificate]) -> bool:
        return any(diagnosis.path(leaf, path, moment))

    return faulty


def _self_signed(leaf: x509.Certificate, roots: Roots) -> Resolved:
    trusted = leaf in roots.certificates
    problem = warning(
        "certificate.self-signed",
        f"'{names.subject(leaf)}' is self-signed: browsers warn of it",
        "for development only; have it signed by an authority, or declare it: roots:",
    )
    return Resolved(chain=Chain(leaf=leaf), trusted=trusted, problems=() if trusted else (problem,))


def _moments(leaf: x509.Certificate, at: datetime.datetime | None) -> tuple[datetime.datetime, ...]:
    begin, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if at is not None:
        return (min(max(at, begin), end),)
    return end, begin + (end - begin) / 2, begin


def _mended(
    chain: Chain,
    given: Sequence[x509.Certificate],
    genuine: Container[x509.Certificate],
    about: About,
) -> Iterator[Problem]:
    """Say what of the given certificates was moved or left out.

    `genuine` are those that have to do with the leaf at all.
    """
    place = "the chain" if about == "chain" else "the file"
    leaf = f"'{names.subject(chain.leaf)}'"
    distinct = list(dict.fromkeys(given))
    odd: list[tuple[str, str]] = []
    if len(distinct) < len(given):
        odd.append(("duplicate", f"{place} of {leaf} holds a certificate twice"))
    used = [one for one in distinct if one in chain.intermediates]
    if used != [one for one in chain.intermediates if one in used]:
        odd.append(("order", f"{place} of {leaf} is in the wrong order"))
    for one in distinct:
        called = f"'{names.subject(one)}'"
        if one == chain.leaf:
            odd.append(("has-leaf", f"{place} of {leaf} holds the leaf itself"))
        elif one not in genuine:
            odd.append(("stranger", f"{called} in {place} has nothing to do with {leaf}"))
        elif links.self_signed(one):
            odd.append(("has-root", f"{place} holds the root {called}; clients have it already"))
        elif one not in used:
            message = f"{called} is not needed for the shortest chain of {leaf} and left out"
            yield notice(f"{about}.unneeded", message, about=about)
    for rule, message in odd:
        yield warning(f"{about}.{rule}", message, "it is repaired in the template", about=about)
