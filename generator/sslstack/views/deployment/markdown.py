"""A change set as Markdown, for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import by_gravity
from sslstack.escaping import escape_markdown as markdown_text
from sslstack.escaping import format_code
from sslstack.views.deployment.words import beside, details, verb
from sslstack.views.review.markdown import consequences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.diff import Review
    from sslstack.findings import Location


def markdown(
    change_set: ChangeSet,
    origins: Mapping[str, Location],
    banner: str = "",
    compared: Review | None = None,
) -> str:
    """Give a heading, a banner that is quoted below it, and tables, for a pull request.

    First what it means, where it was `compared` with the deployed template.
    """
    lines = [f"### Change set for stack `{change_set.stack}`", ""]
    lines += [f"> {banner}", ""] if banner else []
    if change_set.empty:
        return "\n".join([*lines, "No changes.", ""])
    lines += [f"`{change_set.arn}`", ""]
    if compared is not None and (table := consequences(compared.consequences, compared)):
        lines += [*table.splitlines(), ""]
    if change_set.tags:
        lines += [*(f"- tag {format_code(line)}" for line in change_set.tags), ""]
    if not change_set.changes:
        return "\n".join([*lines, f"{beside(change_set).capitalize()}.", ""])
    lines += ["| | Resource | Type | Properties | Declared in |", "| --- " * 5 + "|"]
    for change in by_gravity(change_set.changes):
        word = f"**{verb(change)}**" if change.replaces else verb(change)
        said = "<br>".join(format_code(line) for line in details(change, change_set))
        place = markdown_text(str(origins.get(change.logical_id, "")))
        lines.append(f"| {word} | {change.logical_id} | {change.type} | {said} | {place} |")
    return "\n".join([*lines, ""])
