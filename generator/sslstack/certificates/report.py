"""All findings on a declared certificate, at the places of its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import checks, key_match, names, store_checks
from sslstack.certificates.bundle import load_bundle
from sslstack.certificates.chains import CONSEQUENCES, has_unread_chain, resolve_chain
from sslstack.expiry import Period
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from sslstack.certificates.model import CertificateFiles, Chain
    from sslstack.certificates.problems import Problem
    from sslstack.kinds import Kind, Store


_CONSEQUENCES_OF = {
    "chain.unrelated": frozenset({"chain.stranger"}),
    "chain.bad-signature": frozenset({"chain.stranger"}),
    "chain.expired": frozenset({"chain.ends-first"}),
    "certificate.two-leaves": frozenset({"certificate.stranger"}),
}
"""Rules that say nothing more where another one is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReport:
    """The chain of a declared certificate, None where there is no leaf, and the findings.

    `periods` are when its certificates are valid, for `expiry`; `trusted` tells that
    the chain leads to a known root, `incomplete` that an issuer is missing that might be
    fetched, `locked` that `ssl.lock` was needed.
    """

    chain: Chain | None
    findings: tuple[Finding, ...]
    periods: tuple[Period, ...] = ()
    trusted: bool = False
    incomplete: bool = False
    locked: bool = False

    @property
    def usable(self) -> bool:
        """Return whether there is no finding at error level."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def check_certificate(
    files: CertificateFiles,
    *,
    at: datetime.datetime | None = None,
    password: bytes | None = None,
) -> CertificateReport:
    """Read, resolve and check a certificate; never raises, `findings` has the result.

    Nothing here looks at a clock: with `at` the chain must be valid then, without it the
    result is a function of the files. The private key is read where one is given.
    """
    opened = load_bundle(files, password=password)
    resolved = resolve_chain(opened, files, at=at)
    problems = list(opened.problems)
    unread = resolved is not None and has_unread_chain(opened)
    if resolved is not None:
        problems += resolved.problems
        public = resolved.trusted and opened.roots.public
        problems += checks.check_leaf(resolved.chain, files, public=public)
    if files.private_key is not None:
        problems += key_match.check_key(opened.leaf, files.private_key, password=password)
    said = drop_consequences(problems, unread=unread)
    findings = tuple(_make_finding(problem, files) for problem in dict.fromkeys(said))
    if resolved is None:
        return CertificateReport(chain=None, findings=findings)
    return CertificateReport(
        chain=resolved.chain,
        findings=findings,
        periods=list_periods(resolved.chain, files),
        trusted=resolved.trusted,
        incomplete=resolved.incomplete and not unread,
        locked=resolved.locked,
    )


def check_delivery(
    chain: Chain, files: CertificateFiles, load_balancers: Iterable[Kind], store: Store
) -> tuple[Finding, ...]:
    """Check a certificate's key by where it goes: from a store to kinds of load balancers."""
    found = (
        problem
        for kind in load_balancers
        for problem in store_checks.check_store(chain.leaf, kind, store)
    )
    return locate_problems(found, files)


def drop_consequences(problems: Sequence[Problem], *, unread: bool) -> list[Problem]:
    """Leave out what only follows from another problem; `unread` as `has_unread_chain` says."""
    rules = {one.rule for one in problems}
    following = set(CONSEQUENCES) if unread else set()
    for rule in rules:
        following |= _CONSEQUENCES_OF.get(rule, frozenset())
    return [one for one in problems if one.rule not in following]


def locate_problems(problems: Iterable[Problem], files: CertificateFiles) -> tuple[Finding, ...]:
    """Return problems their places in the declaration."""
    return tuple(_make_finding(problem, files) for problem in dict.fromkeys(problems))


def _make_finding(problem: Problem, files: CertificateFiles) -> Finding:
    return Finding(
        rule=problem.rule,
        severity=problem.severity,
        message=problem.message,
        location=_locate(problem, files),
        hint=problem.hint,
    )


def _locate(problem: Problem, files: CertificateFiles) -> Location:
    if problem.index is not None:
        return files.domains[problem.index][1]
    sources = {
        "chain": files.chain,
        "private_key": files.private_key,
        "roots": files.roots,
    }
    return (sources.get(problem.about) or files.certificate).location


def list_periods(chain: Chain, files: CertificateFiles) -> tuple[Period, ...]:
    """Return the validity of the leaf and of each intermediate that is sent with it."""
    subject = names.describe_subject(chain.leaf)
    chained = (files.chain or files.certificate).location
    leaf = Period(
        what=f"'{subject}' ({files.certificate.path})",
        rule="certificate",
        begins=chain.leaf.not_valid_before_utc,
        ends=chain.leaf.not_valid_after_utc,
        location=files.certificate.location,
    )
    return (
        leaf,
        *(
            Period(
                what=f"'{names.describe_subject(one)}', intermediate of '{subject}',",
                rule="chain",
                begins=one.not_valid_before_utc,
                ends=one.not_valid_after_utc,
                location=chained,
            )
            for one in chain.intermediates
        ),
    )
