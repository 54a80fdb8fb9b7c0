"""Findings as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

from sslstack.findings import Finding, Severity, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def text(findings: Iterable[Finding]) -> str:
    """Give a line a finding, as compilers do, with the hint below; styled, ANSI."""
    lines = []
    for finding in ordered(findings):
        severity = click.style(finding.severity.value, fg=_COLORS[finding.severity], bold=True)
        place = click.style(str(finding.location), bold=True)
        rule = click.style(f"[{finding.rule}]", dim=True)
        lines.append(f"{place}: {severity}: {finding.message} {rule}\n")
        if finding.hint:
            lines.append(f"  {click.style('hint', fg='green')}: {finding.hint}\n")
    return "".join(lines)


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
        }
        for finding in ordered(findings)
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def count(findings: Iterable[Finding]) -> str:
    """Say how many there are: "1 error, 2 warnings", or "no findings"."""
    numbers = Counter(finding.severity for finding in ordered(findings))
    said = [f"{n} {s.value}{'s' * (n != 1)}" for s in Severity if (n := numbers[s])]
    return ", ".join(said) or "no findings"


def show(findings: Iterable[Finding], *, err: bool) -> None:
    """Print findings as text; colours are dropped where they would not be seen."""
    click.echo(text(findings), nl=False, err=err)
