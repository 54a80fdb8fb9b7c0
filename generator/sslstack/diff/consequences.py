"""What a difference means for those who connect, in words; weakenings are marked as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.changes import Replacement
from sslstack.diff import facts
from sslstack.diff.exposure import exposure
from sslstack.diff.listeners import listeners, place
from sslstack.diff.model import Consequence, Effect
from sslstack.diff.renewals import certificates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sslstack.diff.facts import Facts
    from sslstack.diff.model import Diff

_CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"


def consequences(
    diff: Diff, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Consequence, ...]:
    """Give the consequences of a difference, the gravest first."""
    old, new = facts.read(before), facts.read(after)
    found = [
        *_replaced(diff),
        *listeners(old, new),
        *certificates(old, new),
        *exposure(old, new),
        *_interrupted(diff, old, new),
    ]
    gravity = list(Effect)
    return tuple(
        sorted(dict.fromkeys(found), key=lambda one: (gravity.index(one.effect), one.subject))
    )


def _replaced(diff: Diff) -> Iterator[Consequence]:
    for change in diff.resources:
        if change.type != _CLASSIC or not change.replaces:
            continue
        will = "will" if change.replacement is Replacement.TRUE else "may"
        yield Consequence(
            kind="load-balancer.replaced",
            subject=change.logical_id,
            message=f"{will} be replaced: it gets a new DNS name, and the old one ends",
            effect=Effect.OUTAGE,
        )


def _interrupted(diff: Diff, old: Facts, new: Facts) -> Iterator[Consequence]:
    """Say whose listeners are deleted and made again, as the page of the resource warns."""
    gone = {change.logical_id for change in diff.resources if change.replaces}
    renewed = {change.logical_id for change in diff.resources if change.replaces} & set(
        new.certificates
    )
    for at, listener in new.listeners.items():
        before = old.listeners.get(at)
        if before is None or listener.load_balancer in gone:
            continue
        if before != listener or listener.certificate in renewed:
            yield Consequence(
                kind="listener.interrupted",
                subject=place(listener),
                message="may be deleted and made again: new connections fail for a moment",
                effect=Effect.OUTAGE,
            )
