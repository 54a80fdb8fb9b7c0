"""A review for a terminal: consequences first, then resources, aligned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import escaping
from sslstack.changes import Action, Replacement
from sslstack.diff import Effect
from sslstack.views.review.values import change as both
from sslstack.views.review.values import entries
from sslstack.views.review.words import ORDER_ONLY, counts, path, place, without_repetition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.changes import ResourceChange
    from sslstack.diff import Consequence, EntryChange, Review

MARKS = {Action.ADD: "+", Action.REMOVE: "-", Action.MODIFY: "~", Action.IMPORT: "<"}
_COLORS = {"+": "green", "-": "red", "~": "magenta", "±": "red", "<": "blue"}
_EFFECTS: dict[Effect, str | None] = {
    Effect.EXPOSED: "red",
    Effect.WEAKER: "red",
    Effect.REMOVED: "magenta",
    Effect.OUTAGE: "magenta",
    Effect.CHANGE: None,  # white is unreadable on white
    Effect.STRONGER: "green",
}


def text(reviews: Sequence[Review]) -> str:
    """Return the whole review; styled, ANSI; empty when nothing differs."""
    changed = [one for one in reviews if one.diff]
    if not changed:
        return ""
    parts = [
        "".join(map(escaping.escape_styled, _review(*one))) for one in without_repetition(changed)
    ]
    return "\n".join([*parts, f"{counts(changed)}\n"])


def mark(change: ResourceChange) -> str:
    """Return the sign of a change: + - ~, ± for a replacement, ? for an unknown action."""
    if change.replaces:
        return "±"
    return MARKS.get(Action(change.action), "?") if change.action in set(Action) else "?"


def _review(review: Review, new: Sequence[Consequence], note: str) -> Iterator[str]:
    yield escaping.style_text(f"{review.template}", bold=True) + f" against {review.base}\n"
    yield from consequences(new, review)
    if note:
        yield f"  {note}\n"
    yield "\n"
    for change in review.diff.resources:
        yield from resource(change)
    yield from _entries(review.diff.entries)


def consequences(found: Sequence[Consequence], review: Review) -> Iterator[str]:
    """Yield a line for each consequence, the gravest first, with the place in the declarations."""
    width = max((len(one.subject) for one in found), default=0)
    for one in found:
        effect = escaping.style_text(f"{one.effect.value:<8}", fg=_EFFECTS[one.effect], bold=True)
        where = place(review, one.subject)
        yield f"  {effect} {one.subject:<{width}}  {one.message}{f'  ({where})' * bool(where)}\n"


def resource(change: ResourceChange) -> Iterator[str]:
    """Yield the lines of one resource: what happens to it, then each property."""
    sign = mark(change)
    words = _words(change)
    head = f"{sign} {change.logical_id}"
    yield escaping.style_text(head, fg=_COLORS.get(sign), bold=True) + f"  {change.type}{words}\n"
    for one in change.properties:
        before, after = both(one)
        if one.cause:
            yield f"    {path(one)}: {after}  (because {one.cause} is replaced)\n"
            continue
        forced = {
            Replacement.TRUE: escaping.style_text("  forces replacement", fg="magenta"),
            Replacement.CONDITIONAL: escaping.style_text("  may force replacement", fg="magenta"),
        }.get(one.replacement, "")
        yield f"    {path(one)}: {before} -> {after}{forced}\n"
    if change.action is Action.MODIFY and not change.properties:
        yield f"    {ORDER_ONLY}\n"


def _words(change: ResourceChange) -> str:
    if change.action not in set(Action):
        return f"  {change.action}"
    if change.replacement is Replacement.TRUE:
        return "  will be replaced"
    if change.replacement is Replacement.CONDITIONAL:
        return "  may be replaced"
    return "  kept outside the stack" if change.retained else ""


def _entries(found: Sequence[EntryChange]) -> Iterator[str]:
    for one in found:
        sign = MARKS[one.action]
        name = f"{one.section}.{one.name}" if one.name else one.section
        before, after = entries(one)
        yield escaping.style_text(f"{sign} {name}", fg=_COLORS[sign]) + f": {before} -> {after}\n"
