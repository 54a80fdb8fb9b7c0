"""A change set, and what came of it, as JSON."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sslstack import escaping
from sslstack.changes import by_gravity
from sslstack.views.review.data import consequences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.changes import ResourceChange
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, StackEvent
    from sslstack.diff import Review
    from sslstack.findings import Location


class Outcome(enum.StrEnum):
    """What came of a change set, for programs."""

    EMPTY = "no changes"
    PROPOSED = "proposed"
    DECLINED = "declined"
    DETACHED = "detached"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


def as_json(
    change_set: ChangeSet,
    outcome: Outcome,
    end: End | None = None,
    *,
    origins: Mapping[str, Location] = MappingProxyType({}),
    compared: Review | None = None,
    emulated: bool = False,
) -> str:
    """Give the change set, and how it ended if it did, as a JSON object.

    The consequences are null where it was not `compared` with the deployed template, the changes
    where AWS tells of them no longer. `emulated` stands there only where nothing was sent to AWS.
    """
    changes = [_as_plain(one, origins) for one in by_gravity(change_set.changes)]
    document: dict[str, Any] = {
        **({"emulated": True} if emulated else {}),
        "outcome": outcome,
        "stack": change_set.stack,
        "changeSet": None if change_set.empty else change_set.arn,
        "type": change_set.type or None,
        "empty": change_set.empty,
        "tags": list(change_set.tags),
        "consequences": None if compared is None else consequences(compared),
        "changes": None if change_set.is_gone else changes,
    }
    if end is not None:
        document |= {"status": end.status, "succeeded": end.succeeded, "cause": _cause(end)}
        document["leftBehind"] = [_step(one) for one in end.failures] if end.succeeded else []
    return escaping.format_json(document) + "\n"


def _as_plain(change: ResourceChange, origins: Mapping[str, Location]) -> dict[str, Any]:
    place = origins.get(change.logical_id)
    return {
        "action": str(change.action),
        "replacement": None if change.replacement is None else str(change.replacement),
        "logical_id": change.logical_id,
        "physical_id": change.physical_id or None,
        "retained": change.retained,
        "type": change.type,
        "declared": None if place is None else str(place),
        "properties": [
            {
                "path": one.path,
                "before": one.before,
                "after": one.after,
                "replacement": str(one.replacement),
                "cause": one.cause or None,
            }
            for one in change.properties
        ],
    }


def _cause(end: End) -> dict[str, str] | None:
    return None if end.root_cause is None else _step(end.root_cause)


def _step(found: StackEvent) -> dict[str, str]:
    return {"logical_id": found.logical_id, "status": found.status, "reason": found.reason}
