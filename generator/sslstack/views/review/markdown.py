"""A review as a comment in a pull request: GitHub's Markdown, within its 65,536 characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import Replacement
from sslstack.diff import Effect
from sslstack.escaping import escape_html, format_code
from sslstack.escaping import escape_markdown as text
from sslstack.findings import Severity, sort_findings
from sslstack.views.review.pictures import mermaid
from sslstack.views.review.text import mark
from sslstack.views.review.values import change as both
from sslstack.views.review.values import entries
from sslstack.views.review.words import (
    ORDER_ONLY,
    counts,
    done,
    path,
    place,
    without_repetition,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.changes import ResourceChange
    from sslstack.diff import Consequence, Review
    from sslstack.findings import Finding

LIMIT = 65_536
"""Characters of a comment: https://github.com/orgs/community/discussions/27190."""
MARK = "<!-- sslstack review -->"
"""First line of the comment, by which the next review finds and replaces it."""
_FINDINGS = 50
"""Most findings that are listed; the rest is counted."""
_SEVERITIES = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟠 warning"}
_SIGNS = {
    Effect.EXPOSED: "🔴 exposed",
    Effect.WEAKER: "🟠 weaker",
    Effect.REMOVED: "🟠 removed",
    Effect.OUTAGE: "🟡 outage",
    Effect.CHANGE: "⚪ change",
    Effect.STRONGER: "🟢 stronger",
}


def markdown(
    reviews: Sequence[Review], findings: Sequence[Finding] = (), *, limit: int = LIMIT
) -> str:
    """Return the whole review; the last line counts the parts beyond the limit.

    `findings` are those of `check`; notices are left out.
    """
    changed = [one for one in reviews if one.diff]
    parts = [f"{MARK}\n## sslstack review\n\n"]
    if not changed:
        parts.append("No template changes.\n\n")
        return _fitted([*parts, *_checked(findings)], limit).rstrip() + "\n"
    parts.append(f"{text(counts(changed))}\n\n")
    parts += _checked(findings)
    for review, new, note in without_repetition(changed):
        parts += _review(review, new, note)
    return _fitted(parts, limit)


def _checked(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a table of the errors and warnings of `check`, with their places."""
    grave = [one for one in sort_findings(findings) if one.severity is not Severity.NOTICE]
    if not grave:
        return
    grave.sort(key=lambda one: one.severity is not Severity.ERROR)
    rows = "".join(
        f"| {_SEVERITIES[one.severity]} | {format_code(str(one.location))} "
        f"| {text(one.message)}{f' ({text(one.hint)})' if one.hint else ''} "
        f"| {format_code(one.rule)} |\n"
        for one in grave[:_FINDINGS]
    )
    left = len(grave) - _FINDINGS
    more = f"\n… and {left} more: `sslstack check`\n" if left > 0 else ""
    head = "### Findings of `sslstack check`\n\n"
    yield f"{head}| | where | what | rule |\n| --- | --- | --- | --- |\n{rows}{more}\n"


def _fitted(parts: list[str], limit: int) -> str:
    """Join whole parts while they fit, and count the others."""
    room = limit - 200
    taken: list[str] = []
    for part in parts:
        if sum(map(len, taken)) + len(part) > room:
            break
        taken.append(part)
    left = len(parts) - len(taken)
    tail = f"\n… and {left} more parts that do not fit into a comment: `sslstack diff`\n"
    return "".join(taken) + (tail if left else "")


def _review(review: Review, new: Sequence[Consequence], note: str) -> Iterator[str]:
    yield f"### {format_code(review.template)}\n\nagainst {format_code(review.base)}\n\n"
    yield consequences(new, review)
    if note:
        yield f"{text(note)}\n\n"
    yield from _pictures(review)
    for change in review.diff.resources:
        yield _resource(change)
    rows = "".join(
        f"| {format_code(f'{one.section}.{one.name}')} "
        f"| {' | '.join(map(format_code, entries(one)))} |\n"
        for one in review.diff.entries
    )
    if rows:
        table = f"| | before | after |\n| --- | --- | --- |\n{rows}\n"
        yield f"<details><summary>Outputs and parameters</summary>\n\n{table}</details>\n\n"


def consequences(found: Sequence[Consequence], review: Review) -> str:
    """Return a table of the consequences, the gravest first; empty without any."""
    rows = "".join(
        f"| {_SIGNS[one.effect]} | {format_code(one.subject)}{_place(review, one.subject)} "
        f"| {text(one.message)} |\n"
        for one in found
    )
    return f"| | where | what it means |\n| --- | --- | --- |\n{rows}\n" if rows else ""


def _place(review: Review, subject: str) -> str:
    where = place(review, subject)
    return f" {format_code(where)}" if where else ""


def _pictures(review: Review) -> Iterator[str]:
    before, after = review.before.facts, review.after.facts
    if before.listeners == after.listeners:
        return
    found = {one.subject for one in review.consequences if one.effect is Effect.EXPOSED}
    for title, one, other, exposed in (
        ("before", before, after, frozenset[str]()),
        ("after", after, before, found),
    ):
        if one.listeners:
            picture = f"```mermaid\n{mermaid(one, other, exposed)}```"
            yield f"<details><summary>Listeners {title}</summary>\n\n{picture}\n\n</details>\n\n"


def _resource(change: ResourceChange) -> str:
    replaced = {
        Replacement.TRUE: ", **will be replaced**",
        Replacement.CONDITIONAL: ", **may be replaced**",
    }.get(Replacement(change.replacement or "False"), "")
    kept = ", kept outside the stack" if change.retained else ""
    if not change.properties:
        what = "changed" if replaced else done(change)
        order = f", {ORDER_ONLY}" if what == "changed" and not replaced else ""
        sign = format_code(f"{mark(change)} {change.logical_id}")
        return f"- **{what}** {sign} {text(change.type)}{replaced}{kept}{order}\n\n"
    rows = []
    for one in change.properties:
        before, after = both(one)
        because = f" (because {text(one.cause)} is replaced)" if one.cause else ""
        rows.append(
            f"| {format_code(path(one))} | {format_code(before)} "
            f"| {format_code(after)}{because} |\n"
        )
    table = f"| | before | after |\n| --- | --- | --- |\n{''.join(rows)}"
    return f"<details><summary>{_summary(change)}</summary>\n\n{table}\n</details>\n\n"


def _summary(change: ResourceChange) -> str:
    """Return the summary of a folded part; HTML, because Markdown does not work there."""
    what = f"{mark(change)} <b>{done(change)}</b>"
    return f"{what} {_html(change.logical_id)} ({_html(change.type)})"


def _html(given: str) -> str:
    return escape_html(given)
