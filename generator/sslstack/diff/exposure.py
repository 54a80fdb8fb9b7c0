"""What changed load balancers mean: who can reach what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.diff.clients import MEMBERS, UNKNOWN, find_beyond, list_sources
from sslstack.diff.model import Consequence, Effect
from sslstack.networks import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.diff.facts import Facts, LoadBalancer


def exposure(old: Facts, new: Facts) -> Iterator[Consequence]:
    """Compare load balancers: added and removed ones, schemes, clients, health checks."""
    for name in sorted({*old.load_balancers, *new.load_balancers}):
        before, after = old.load_balancers.get(name), new.load_balancers.get(name)
        if before is None and after is not None:
            who = "internal" if after.internal else "internet-facing"
            yield Consequence(
                kind="load-balancer.added", subject=name, message=f"a new {who} load balancer"
            )
        elif before is not None and before.retained and after is None:
            message = "leaves the stack and keeps running under its DNS name"
            yield Consequence(kind="load-balancer.released", subject=name, message=message)
        elif before is not None and after is None:
            message = "removed with its DNS name"
            yield Consequence(
                kind="load-balancer.removed", subject=name, message=message, effect=Effect.REMOVED
            )
        elif before is not None and after is not None:
            yield from _opened_to(before, after)


def _opened_to(before: LoadBalancer, after: LoadBalancer) -> Iterator[Consequence]:
    def said(kind: str, message: str, effect: Effect) -> Consequence:
        return Consequence(
            kind=f"exposure.{kind}", subject=after.name, message=message, effect=effect
        )

    if before.internal != after.internal:
        words = "internal" if after.internal else "internet-facing"
        effect = Effect.STRONGER if after.internal else Effect.WEAKER
        yield said("scheme", f"becomes {words}", effect)
    for port in sorted({*before.open} & {*after.open}):
        added = _beyond(after.open[port], before.open[port])
        dropped = _beyond(before.open[port], after.open[port])
        if added:
            yield said(
                "clients", f"port {port} is now open to {list_sources(added)}", Effect.WEAKER
            )
        if dropped and not after.open[port]:
            message = f"port {port} is closed to all clients: no security group allows any"
            yield said("clients", message, Effect.REMOVED)
        elif dropped:
            still, others = list_sources(after.open[port]), list_sources(dropped)
            effect = Effect.CHANGE if UNKNOWN in after.open[port] else Effect.STRONGER
            yield said(
                "clients", f"port {port} is now open to {still} only, no longer to {others}", effect
            )
    if before.health_check != after.health_check:
        message = f"health check changes from {before.health_check} to {after.health_check}"
        yield said("health-check", message, Effect.CHANGE)


def _beyond(sources: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    """Return the sources that the known ones do not cover: none, if those are everybody."""
    added = find_beyond(sources, known)
    return added - {UNKNOWN, MEMBERS} if known & EVERYBODY else added
