"""What the review predicted against what CloudFormation proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import Action, Replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.changes import ResourceChange
    from sslstack.diff.model import Diff


def surprises(predicted: Diff, proposed: Iterable[ResourceChange]) -> tuple[str, ...]:
    """Say where a change set differs from the difference of the two templates.

    What CloudFormation cannot know yet (Dynamic, Conditional) contradicts nothing. Empty when
    the review saw it all.
    """
    ours = {change.logical_id: change for change in predicted.resources}
    theirs = {change.logical_id: change for change in proposed}
    return tuple(
        line
        for name in sorted({*ours, *theirs})
        for line in _compared(name, ours.get(name), theirs.get(name))
    )


def _compared(
    name: str, predicted: ResourceChange | None, proposed: ResourceChange | None
) -> Iterator[str]:
    if proposed is None:
        if predicted is not None and not _only_caused(predicted):
            yield f"{name}: the review says {_verb(predicted)}, CloudFormation proposes nothing"
    elif predicted is None:
        if proposed.action != Action.DYNAMIC:
            yield f"{name}: CloudFormation proposes to {_verb(proposed)}, the review saw nothing"
    elif _certain(predicted) and _certain(proposed) and _verb(predicted) != _verb(proposed):
        yield f"{name}: the review says {_verb(predicted)}, CloudFormation {_verb(proposed)}"


def _only_caused(change: ResourceChange) -> bool:
    """Tell a change that another resource's replacement would bring about."""
    return bool(change.properties) and all(one.cause for one in change.properties)


def _certain(change: ResourceChange) -> bool:
    return change.action != Action.DYNAMIC and change.replacement != Replacement.CONDITIONAL


def _verb(change: ResourceChange) -> str:
    return "replace" if change.replaces else str(change.action).lower()
