"""How a chain that was looked for is printed, and what the exit code says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack import expiry
from sslstack.certificates.chains import has_unread_chain
from sslstack.certificates.report import drop_consequences, list_periods, locate_problems
from sslstack.errors import InputError, SslstackError, UnavailableError
from sslstack.findings import Severity, sort_findings
from sslstack.views import findings as view

if TYPE_CHECKING:
    import datetime

    from sslstack.certificates import CertificateFiles
    from sslstack.certificates.bundle import Bundle
    from sslstack.certificates.chains import ResolvedChain


def show(
    opened: Bundle,
    resolved: ResolvedChain | None,
    declared: CertificateFiles,
    at: datetime.datetime,
    *,
    tried: str = "",
) -> int:
    """Print the chain to standard output and what is to be said of it to standard error.

    Exit codes: 0 for a chain that leads to a trusted root; 2 where there is no leaf; 3 for
    the best that can be had, or when an address failed (`tried` says what addresses
    answered); 1 when nothing can be had.
    """
    unread = [one for one in opened.problems if one.severity is Severity.ERROR]
    if resolved is None:
        raise InputError(locate_problems(unread, declared))
    problems = drop_consequences(
        [*opened.problems, *resolved.problems], unread=has_unread_chain(opened)
    )
    findings = locate_problems(
        [one for one in problems if one.severity is not Severity.NOTICE], declared
    )
    expired = expiry.check_expiry(list_periods(resolved.chain, declared)[:1], at)
    view.show(sort_findings([*findings, *expired]), err=True)
    if tried and not resolved.trusted:
        click.echo(f"  tried: {tried}", err=True)
    click.echo(resolved.chain.chain, nl=False)
    if resolved.trusted and not _expired(resolved, at):
        return 0
    if resolved.chain.intermediates or tried:
        return UnavailableError.exit_code
    return SslstackError.exit_code


def _expired(resolved: ResolvedChain, at: datetime.datetime) -> bool:
    leaf = resolved.chain.leaf
    return not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc
