"""What the review predicted against what CloudFormation proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import Action, Replacement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sslstack.changes import ResourceChange
    from sslstack.diff.model import Diff


def surprises(
    predicted: Diff, proposed: Iterable[ResourceChange], parameters: Collection[str] = ()
) -> tuple[str, ...]:
    """Say where a change set differs from the difference of the two templates.

    What CloudFormation cannot know yet (Dynamic, Conditional) contradicts nothing, and what
    `parameters` bring about that this deployment sets is expected: templates do not show it.
    Empty when the review saw it all.
    """
    ours = {change.logical_id: change for change in predicted.resources}
    theirs = {change.logical_id: change for change in proposed}
    defaults = {one.name for one in predicted.entries if one.section == "Parameters"}
    expected = _brought_about(theirs, {*parameters, *defaults})
    return tuple(
        line
        for name in sorted({*ours, *theirs})
        if name not in expected or _contradicts(ours.get(name), theirs[name])
        for line in _compared(name, ours.get(name), theirs.get(name))
    )


def _brought_about(
    changes: Mapping[str, ResourceChange], parameters: Collection[str]
) -> frozenset[str]:
    """Name the resources that change because of parameters, directly or by way of others."""
    causes = frozenset(parameters)
    while True:
        more = {
            name for name, change in changes.items() if name not in causes and _due(change, causes)
        }
        if not more:
            return causes & frozenset(changes)
        causes |= more


def _contradicts(predicted: ResourceChange | None, proposed: ResourceChange) -> bool:
    """Tell what no parameter explains: a resource that comes or goes."""
    known = {Action.ADD, Action.REMOVE, Action.IMPORT}
    return proposed.action in known or (predicted is not None and predicted.action in known)


def _due(change: ResourceChange, causes: Collection[str]) -> bool:
    """Tell whether a parameter decides what happens to a resource.

    Where it is replaced, that is the cause of what replaces it.
    """
    replacing = [one for one in change.properties if one.replacement is not Replacement.FALSE]
    deciding = replacing if change.replaces and replacing else change.properties
    return any(one.cause.partition(".")[0] in causes for one in deciding if one.cause)


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
