"""Findings as workflow commands of GitHub Actions: annotations beside the lines.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import escaping
from sslstack.findings import Finding, Severity, sort_findings

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}


def as_github(findings: Iterable[Finding]) -> str:
    """Give a line for each finding."""
    return "".join(f"{_line(finding)}\n" for finding in sort_findings(findings))


def _line(finding: Finding) -> str:
    at = finding.location
    properties = {"file": at.file, "line": at.line, "col": at.column, "title": finding.rule}
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    hint = f"\n{finding.hint}" if finding.hint else ""
    return f"::{_COMMANDS[finding.severity]} {shown}::{_data(finding.message + hint)}"


def _data(text: str) -> str:
    """Escape what would end the command: a stranger's name must not begin another."""
    return escaping.escape_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
