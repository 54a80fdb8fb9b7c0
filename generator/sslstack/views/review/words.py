"""Words that all forms of a review share: counts, places, paths, repetitions."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

from sslstack.changes import Action
from sslstack.diff import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.changes import PropertyChange, ResourceChange
    from sslstack.diff import Consequence, Review

_DONE = {Action.ADD: "added", Action.REMOVE: "removed", Action.IMPORT: "imported"}
ORDER_ONLY = "only the order of a list differs"


def path(one: PropertyChange) -> str:
    """Return the path of a property in dotted form: `Listeners.443.Protocol`."""
    return (one.label or one.path).removeprefix("/Properties/").lstrip("/").replace("/", ".")


def done(change: ResourceChange) -> str:
    """Return what happens to a resource: added, removed, changed, replaced."""
    if change.replaces:
        return "replaced"
    return _DONE.get(Action(change.action), "changed") if change.action in set(Action) else "?"


def count_effects(reviews: Sequence[Review]) -> Counter[Effect]:
    """Count consequences by effect; consequences that environments of a stack share count once."""
    return Counter(one.effect for _, new, _ in without_repetition(reviews) for one in new)


def counts(reviews: Sequence[Review]) -> str:
    """Count the consequences by effect, and the resources by what happens to them.

    `1 exposed, 2 changes; resources: 1 added, 3 changed`.
    """
    effects = count_effects(reviews)
    named = [
        f"{effects[one]} {one.value}{'s' if one is Effect.CHANGE and effects[one] > 1 else ''}"
        for one in Effect
        if effects[one]
    ]
    changes = Counter(done(one) for review in reviews for one in review.diff.resources)
    resources = ", ".join(f"{number} {what}" for what, number in sorted(changes.items()))
    parts = [", ".join(named) or "no consequences", f"resources: {resources}" if resources else ""]
    return "; ".join(filter(None, parts))


def without_repetition(
    reviews: Sequence[Review],
) -> Iterator[tuple[Review, tuple[Consequence, ...], str]]:
    """Yield each review, its consequences that are new in the stack, and a note.

    The note counts those that an earlier template has: `2 more as in templates/site.yaml`.
    """
    said: dict[tuple[str, Consequence], str] = {}
    for review in reviews:
        stack = str(PurePath(review.template).parent / PurePath(review.template).name.split(".")[0])
        again = [said[stack, one] for one in review.consequences if (stack, one) in said]
        new = tuple(one for one in review.consequences if (stack, one) not in said)
        said |= {(stack, one): review.template for one in new}
        where = ", ".join(dict.fromkeys(again))
        yield review, new, f"{len(again)} more as in {where}" if again else ""


def place(review: Review, subject: str) -> str:
    """Return the place where the subject of a consequence is declared, '' if unknown."""
    found = review.place_of(subject)
    return "" if found is None else str(found)
