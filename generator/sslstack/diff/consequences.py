"""What a difference means for clients, as sentences with an effect."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from sslstack.changes import Replacement
from sslstack.cloudformation.resource_types import LOAD_BALANCERS
from sslstack.diff import facts
from sslstack.diff.exposure import exposure
from sslstack.diff.listeners import listeners, place
from sslstack.diff.model import Consequence, Effect, sort_consequences
from sslstack.diff.newly_exposed import newly_exposed
from sslstack.diff.renewals import certificates
from sslstack.diff.widened import widened_groups

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sslstack.diff.facts import Facts
    from sslstack.diff.model import Diff
    from sslstack.kinds import Kind


def consequences(
    diff: Diff,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime.datetime | None = None,
    images: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Consequence, ...]:
    """Return the consequences of a difference, the gravest first.

    `images` maps the logical ID of a load balancer to the image of its containers, if known.
    """
    old, new = facts.read(before), facts.read(after)
    found = [
        *newly_exposed(before, after, images),
        *_replaced(diff),
        *listeners(old, new),
        *certificates(old, new, now),
        *exposure(old, new),
        *widened_groups(before, after),
        *_interrupted(diff, old, new),
    ]
    return sort_consequences(found)


def _replaced(diff: Diff) -> Iterator[Consequence]:
    for change in diff.resources:
        if change.type not in LOAD_BALANCERS or not change.replaces:
            continue
        will = "will" if change.replacement is Replacement.TRUE else "may"
        yield Consequence(
            kind="load-balancer.replaced",
            subject=change.logical_id,
            message=f"{will} be replaced: its DNS name changes and the old one stops working",
            effect=Effect.REMOVED,
        )


def _interrupted(diff: Diff, old: Facts, new: Facts) -> Iterator[Consequence]:
    """Report the classic listeners that are recreated, as the page of the resource warns."""
    gone = {change.logical_id for change in diff.resources if change.replaces}
    renewed = {change.logical_id for change in diff.resources if change.replaces} & set(
        new.certificates
    )
    for at, listener in new.listeners.items():
        before = old.listeners.get(at)
        if before is None or listener.load_balancer in gone or not _is_recreated(listener.kind):
            continue
        if before != listener or listener.certificate in renewed:
            yield Consequence(
                kind="listener.interrupted",
                subject=place(listener),
                message="may be recreated: a brief interruption for new connections",
                effect=Effect.OUTAGE,
            )


def _is_recreated(kind: Kind) -> bool:
    """Return whether CloudFormation recreates a changed listener instead of updating it."""
    match kind:
        case "classic":
            return True
        case "application" | "network":
            return False
        case _:
            assert_never(kind)
