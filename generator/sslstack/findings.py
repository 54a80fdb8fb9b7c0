"""Findings: what is wrong, how badly, where, and what to do about it.

A finding is a value. Stages that check return findings; stages that make raise
`errors.InputError` with all of them when they cannot go on.
"""

from __future__ import annotations

import difflib
import enum
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import redaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COMPARED = 500
"""Known names that an unknown name is compared with, for a hint."""


class Severity(enum.Enum):
    """How serious a finding is: an error stops, a warning needs a decision, a notice informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the gravest; for sorting."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column count from 1, and 0 stands for "the whole file"."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem: `rule` is a stable id, either `subject.problem` or a cfn-lint rule id.

    `related` is a second place: where in a template that shows which was declared at
    `location`. `url` leads to what the rule is about. `reason` is the one that ssl.yml gives
    for a level of its own.
    """

    rule: str
    message: str
    location: Location
    severity: Severity = Severity.ERROR
    hint: str = ""
    related: Location | None = None
    url: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Hide secrets before anything is shown, stored or compared."""
        for name in ("message", "hint", "reason"):
            text = getattr(self, name)
            if (shown := redaction.hide_secrets(text)) != text:
                object.__setattr__(self, name, shown)
        for name in ("location", "related"):
            place = getattr(self, name)
            if place is not None and (file := redaction.hide_secrets(place.file)) != place.file:
                object.__setattr__(self, name, replace(place, file=file))

    def __str__(self) -> str:
        """Return the form all compilers use: `file:line:column: severity: message [rule]`."""
        return f"{self.location}: {self.severity.value}: {self.message} [{self.rule}]"


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by place, then gravity, and drop those said twice."""
    return tuple(
        sorted(
            dict.fromkeys(findings),
            key=lambda f: (f.location, f.severity.rank, f.rule, f.message),
        )
    )


def merge_environments(found: Sequence[tuple[str, Iterable[Finding]]]) -> tuple[Finding, ...]:
    """Report what holds without an environment once, and the rest with its environment.

    `found` are findings by environment; those of the stack as it is come first, by no name.
    """
    said = [(environment, one) for environment, some in found for one in some]
    common = {_without_template(one) for environment, one in said if not environment}
    return sort_findings(
        replace(one, message=f"{one.message} (in environment {environment})")
        if environment
        else one
        for environment, one in said
        if not environment or _without_template(one) not in common
    )


def _without_template(finding: Finding) -> Finding:
    """Return a finding without its place in one of the templates that show it."""
    return replace(finding, related=None)


def find_worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the gravest severity among the findings, None when there are none."""
    return min((f.severity for f in findings), key=lambda s: s.rank, default=None)


GUESSED = 100
"""Unknown names of one kind that are compared with the known ones, for a hint."""
_NAMED = 10
"""Names that a hint lists."""


def list_names(names: Iterable[str], at: int = 0) -> str:
    """Return ten of the names, those around the index `at`, and how many more there are."""
    every = list(names)
    first = max(min(at - _NAMED // 2, len(every) - _NAMED), 0)
    listed = ", ".join(every[first : first + _NAMED])
    return f"{listed} and {len(every) - _NAMED:,} more" if len(every) > _NAMED else listed


def find_nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like a name, for a hint; None when none is near.

    Only the first 500 are compared: thousands of names, each compared with thousands of others,
    would take minutes.
    """
    compared = list(itertools.islice(candidates, _COMPARED))
    matches = difflib.get_close_matches(name, compared, n=1, cutoff=0.6)
    return matches[0] if matches else None
