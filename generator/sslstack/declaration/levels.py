"""What may be written under `checks`: rules that exist, and levels that they may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import catalogue
from sslstack.findings import GUESSED, Finding, Severity, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.documents import Document


def check_levels(document: Document) -> Iterator[Finding]:
    """Find unknown rules, and levels lower than a rule may have; the models check the rest."""
    data = document.data if isinstance(document.data, dict) else {}
    checks = data.get("checks")
    unknown = 0
    for name, wanted in checks.items() if isinstance(checks, dict) else ():
        rule = catalogue.read_rules().get(catalogue.find_current_id(name))
        level = wanted.get("level") if isinstance(wanted, dict) else None
        if rule is None:
            unknown += 1
            yield _report_unknown(name, document, guess=unknown <= GUESSED)
        elif not rule.lowerable and rule.level in _GRAVER.get(str(level), ()):
            yield Finding(
                rule="checks.not-lowerable",
                message=f"the level of {name} cannot be lowered to {level}",
                location=document.locate(("checks", name, "level")),
                hint=f"what it reports cannot be accepted: {rule.sentence.rstrip('.')}",
            )


_GRAVER = {
    "warning": (Severity.ERROR,),
    "notice": (Severity.ERROR, Severity.WARNING),
}
"""Levels that are lowered by each that can be written."""


def _report_unknown(name: str, document: Document, *, guess: bool) -> Finding:
    near = find_nearest(name, catalogue.read_rules()) if guess else None
    return Finding(
        rule="checks.unknown-rule",
        message=f"unknown rule '{name}'",
        location=document.locate_key(("checks", name)),
        hint=f"did you mean '{near}'?"
        if near
        else "'sslstack check' shows the rule of each finding in brackets",
    )
