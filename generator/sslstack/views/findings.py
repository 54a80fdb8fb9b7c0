"""Findings as text for people and as JSON for programs."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from sslstack import escaping
from sslstack.findings import Finding, Severity, sort_findings
from sslstack.views.excerpt import excerpt, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.findings import Location

LISTED = 50
"""Findings of one rule in one file that are listed for people."""
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "magenta", Severity.NOTICE: "blue"}


def text(findings: Iterable[Finding], *, excerpts: bool = False) -> str:
    """Give a line a finding, as compilers do, with the hint below; styled, ANSI.

    With `excerpts` the source line follows, and the place in the template where the
    finding is about what was declared.
    """
    lines = []
    read = functools.cache(lines_of)
    listed, more = shorten(findings)
    for finding in listed:
        severity = escaping.style_text(
            finding.severity.value, fg=_COLORS[finding.severity], bold=True
        )
        place = escaping.style_text(escaping.escape_line(str(finding.location)), bold=True)
        rule = escaping.style_text(f"[{escaping.escape_line(finding.rule)}]", dim=True)
        lines.append(f"{place}: {severity}: {escaping.escape_line(finding.message)} {rule}\n")
        if finding.hint:
            hint = escaping.escape_line(finding.hint)
            lines.append(f"  {escaping.style_text('hint', fg='green')}: {hint}\n")
        if finding.reason:
            reason = escaping.escape_line(finding.reason)
            lines.append(f"  {escaping.style_text('reason', fg='green')}: {reason}\n")
        if excerpts and finding.related is not None:
            related = escaping.escape_line(str(finding.related))
            lines.append(f"  {escaping.style_text('in', fg='green')}: {related}\n")
        if excerpts:
            lines.append(
                escaping.style_text(
                    excerpt(finding.location, read(finding.location.file)), dim=True
                )
            )
    return "".join([*lines, *more])


def shorten(findings: Iterable[Finding]) -> tuple[list[Finding], list[str]]:
    """Give the first 50 findings of each rule in each file, and a line for each that has more.

    Nobody reads ten thousand lines of one kind; JSON and SARIF have them all.
    """
    numbers: Counter[tuple[str, str, Severity]] = Counter()
    listed = []
    for finding in sort_findings(findings):
        kind = (finding.location.file, finding.rule, finding.severity)
        numbers[kind] += 1
        if numbers[kind] <= LISTED:
            listed.append(finding)
    more = [
        escaping.escape_line(
            f"{file}: {severity.value}: and {number - LISTED:,} more like this [{rule}]"
        )
        + "\n"
        for (file, rule, severity), number in numbers.items()
        if number > LISTED
    ]
    return listed, more


def as_json(findings: Iterable[Finding]) -> str:
    """Give a JSON list with an object a finding; line and column are null for whole files."""
    rows = [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
            "file": finding.location.file,
            "line": finding.location.line or None,
            "column": finding.location.column or None,
            "hint": finding.hint or None,
            **({"related": _place(finding.related)} if finding.related else {}),
            **({"url": finding.url} if finding.url else {}),
            **({"reason": finding.reason} if finding.reason else {}),
        }
        for finding in sort_findings(findings)
    ]
    return escaping.format_json(rows) + "\n"


def _place(location: Location) -> dict[str, Any]:
    return {
        "file": location.file,
        "line": location.line or None,
        "column": location.column or None,
    }


def count(findings: Iterable[Finding]) -> str:
    """Say how many there are: "1 error, 2 warnings", or "no findings"."""
    numbers = Counter(finding.severity for finding in sort_findings(findings))
    said = [f"{n} {s.value}{'s' * (n != 1)}" for s in Severity if (n := numbers[s])]
    return ", ".join(said) or "no findings"


def show(findings: Iterable[Finding], *, err: bool, excerpts: bool = False) -> None:
    """Print findings as text; colours are dropped where they would not be seen."""
    click.echo(text(findings, excerpts=excerpts), nl=False, err=err)
