"""A change set as plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import escaping
from sslstack.changes import by_gravity
from sslstack.views.deployment.words import beside, color, details, verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.findings import Location


def text(change_set: ChangeSet, origins: Mapping[str, Location]) -> str:
    """Give a line a resource, its properties and causes below; styled, ANSI."""
    if change_set.empty:
        return f"{change_set.stack}: no changes\n"
    lines = [f"{change_set.stack}: {_summary(change_set)}"]
    if not change_set.changes:
        lines.append(f"  {beside(change_set)}")
    lines += [f"  tag {line}" for line in change_set.tags]
    for change in by_gravity(change_set.changes):
        word = escaping.style_text(f"{verb(change):13}", fg=color(change), bold=change.replaces)
        declared = origins.get(change.logical_id)  # none where it is declared no longer
        place = f"  {escaping.style_text(str(declared), dim=True)}" if declared else ""
        lines.append(f"  {word} {change.logical_id} ({change.type}){place}")
        lines += [f"      {line}" for line in details(change, change_set)]
    return "\n".join(map(escaping.escape_styled, lines)) + "\n"


def _summary(change_set: ChangeSet) -> str:
    said: dict[str, int] = {}
    for change in by_gravity(change_set.changes):
        said[verb(change)] = said.get(verb(change), 0) + 1
    return ", ".join(f"{number} {word}" for word, number in said.items()) or "no resource changes"
