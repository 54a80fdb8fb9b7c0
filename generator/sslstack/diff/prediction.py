"""Compare what the review predicted with the change set of CloudFormation."""

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
    """Describe where a change set differs from the difference of the two templates.

    What CloudFormation cannot know yet (Dynamic, Conditional) is not a contradiction. Changes
    caused by `parameters` that this deployment sets are expected: templates do not show them.
    Empty when the review predicted everything.
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
    """Return the resources that change because of parameters, directly or through others."""
    causes = frozenset(parameters)
    while True:
        more = {
            name for name, change in changes.items() if name not in causes and _due(change, causes)
        }
        if not more:
            return causes & frozenset(changes)
        causes |= more


def _contradicts(predicted: ResourceChange | None, proposed: ResourceChange) -> bool:
    """Return whether no parameter explains the change: a resource is added or removed."""
    known = {Action.ADD, Action.REMOVE, Action.IMPORT}
    return proposed.action in known or (predicted is not None and predicted.action in known)


def _due(change: ResourceChange, causes: Collection[str]) -> bool:
    """Return whether a parameter decides what happens to a resource.

    For a replaced resource, the properties that replace it decide.
    """
    replacing = [one for one in change.properties if one.replacement is not Replacement.FALSE]
    deciding = replacing if change.replaces and replacing else change.properties
    return any(one.cause.partition(".")[0] in causes for one in deciding if one.cause)


def _compared(
    name: str, predicted: ResourceChange | None, proposed: ResourceChange | None
) -> Iterator[str]:
    if proposed is None:
        if predicted is not None and not _only_caused(predicted):
            yield f"{name}: predicted {_verb(predicted)}, but not in the change set"
    elif predicted is None:
        if proposed.action != Action.DYNAMIC:
            yield f"{name}: not predicted, but the change set has {_verb(proposed)}"
    elif _certain(predicted) and _certain(proposed) and _verb(predicted) != _verb(proposed):
        yield f"{name}: predicted {_verb(predicted)}, but the change set has {_verb(proposed)}"


def _only_caused(change: ResourceChange) -> bool:
    """Return whether a change is only caused by the replacement of another resource."""
    return bool(change.properties) and all(one.cause for one in change.properties)


def _certain(change: ResourceChange) -> bool:
    return change.action != Action.DYNAMIC and change.replacement != Replacement.CONDITIONAL


def _verb(change: ResourceChange) -> str:
    return "replace" if change.replaces else str(change.action).lower()
