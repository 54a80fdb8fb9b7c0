"""The rules: id, default level, whether the level may be lowered, and one sentence about each.

`catalogue.txt` holds our own rules, `catalogue_cfn_lint.txt` those of cfn-lint: importing it
takes too long for a list of names. `checks:` in ssl.yml sets other levels, with a reason.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILES = ("catalogue.txt", "catalogue_cfn_lint.txt")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `sentence` says what is wrong where it reports something.

    One that is not `lowerable` leaves no template to write, or a private key is disclosed.
    """

    id: str
    level: Severity
    lowerable: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Level:
    """The level that ssl.yml sets for a rule, and the reason it gives."""

    severity: Severity
    reason: str


@functools.cache
def read_rules() -> Mapping[str, Rule]:
    """Read every rule, by id."""
    return {rule.id: rule for name in FILES for rule in _read_file(name)}


def find_current_id(rule_id: str) -> str:
    """Return the present id of a rule that has been renamed; any other id as it is."""
    return read_renamed().get(rule_id, rule_id)


@functools.cache
def read_renamed() -> Mapping[str, str]:
    """Read the former ids of rules, which `checks:` and `explain` still take: present by former."""
    return dict(line.split(" | ") for line in _read_lines("catalogue_renamed.txt"))


@functools.cache
def read_ids(file: str) -> frozenset[str]:
    """Return the ids of the rules that one of `FILES` lists."""
    return frozenset(rule.id for rule in _read_file(file))


def _read_file(name: str) -> list[Rule]:
    return [_parse_rule(line) for line in _read_lines(name)]


def _read_lines(name: str) -> list[str]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _parse_rule(line: str) -> Rule:
    name, level, lowerable, sentence = line.split(" | ", maxsplit=3)
    return Rule(name, Severity(level), lowerable == "yes", sentence)


def apply_levels(findings: Iterable[Finding], levels: Mapping[str, Level]) -> tuple[Finding, ...]:
    """Return findings with the levels that ssl.yml sets for their rules."""
    return tuple(
        _set_level(one, levels[one.rule]) if one.rule in levels else one for one in findings
    )


def _set_level(finding: Finding, level: Level) -> Finding:
    return replace(finding, severity=level.severity, reason=level.reason)
