"""What a person has to see first, and what one must not agree to by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import Action, Replacement, ResourceChange, by_gravity
from sslstack.cloudformation.resource_types import LOAD_BALANCERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def find_grave(
    changes: Iterable[ResourceChange], allowed: Collection[str] = ()
) -> tuple[ResourceChange, ...]:
    """Return the load balancers that get, or may get, another DNS name, or none at all.

    One that is retained goes on with its own. Those whose logical ID was allowed by name are
    left out; a general yes does not count.
    """
    return tuple(
        change
        for change in by_gravity(changes)
        if change.type in LOAD_BALANCERS
        and (change.replaces or change.action in (Action.REMOVE, Action.DYNAMIC))
        and not change.retained
        and change.logical_id not in allowed
    )


def trace_causes(change: ResourceChange, changes: Iterable[ResourceChange]) -> tuple[str, ...]:
    """Return what brings a change about, nearest cause first: resources and parameters."""
    by_id = {one.logical_id: one for one in changes}
    causes: list[str] = []
    at: ResourceChange | None = change
    while at is not None:
        cause = _cause(at)
        if not cause or cause in (*causes, change.logical_id):
            break
        causes.append(cause)
        at = by_id.get(cause)
    return tuple(causes)


def _cause(change: ResourceChange) -> str:
    """Return the resource or parameter behind a change, without the attribute that was asked.

    What replaces a resource has its cause in a property that does; an edit has none.
    """
    gravest = [p for p in change.properties if p.replacement is not Replacement.FALSE]
    properties = gravest if change.replaces and gravest else change.properties
    return next((p.cause.partition(".")[0] for p in properties if p.cause), "")
