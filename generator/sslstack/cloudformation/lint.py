"""cfn-lint through its library; its findings become ours, rule ids kept.

The import costs 0.7 s, so it happens here and only when a template must be linted.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sslstack.findings import Finding, Location, Severity, ordered

if TYPE_CHECKING:
    from cfnlint.match import Match

REGION = "us-east-1"
"""Region by whose resource schemas templates are judged; it has every type there is."""

_SEVERITIES = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "informational": Severity.NOTICE,
}


def lint(text: str, file: str) -> tuple[Finding, ...]:
    """Judge template text, JSON or YAML; `file` is the name by which findings call it."""
    from cfnlint import api  # noqa: PLC0415 - see above

    matches = api.lint(text, rules=_rules(), regions=[REGION])
    return ordered(_finding(match, file) for match in matches)


@functools.cache
def _rules() -> Any:
    """Load cfn-lint's rules, once a process."""
    from cfnlint.core import get_rules  # noqa: PLC0415 - see above

    return get_rules([], [], [])


def _finding(match: Match, file: str) -> Finding:
    return Finding(
        rule=match.rule.id,
        severity=_SEVERITIES.get(match.rule.severity, Severity.WARNING),
        message=match.message,
        location=Location(file, match.linenumber, match.columnnumber),
    )
