"""Well-known ports that public clients can newly reach: databases, debuggers, remote shells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.diff import reach
from sslstack.diff.clients import UNKNOWN, list_sources
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SHOWN = 5


def newly_exposed(
    before: Mapping[str, Any], after: Mapping[str, Any], images: Mapping[str, str]
) -> Iterator[Consequence]:
    """Compare what public clients reach through load balancers and security groups.

    `images` are those of the containers behind load balancers, by logical ID, where known: some
    ports are well-known for certain images only.
    """
    seen: set[tuple[str, str]] = set()
    groups = reach.groups_of(after)
    for (place, service), entry, sources in reach.newly(
        reach.by_listener(before, images), reach.by_listener(after, images)
    ):
        seen |= {(group, service) for group in groups.get(place.rpartition(":")[0], ())}
        message = f"{service} (port {entry.port}) {_can_be_reached(sources)}: {entry.reason}"
        yield _exposed("exposure.port", place, message)
    behind: dict[str, set[str]] = {}
    for load_balancer in groups:
        for group in groups[load_balancer]:
            behind.setdefault(group, set()).add(images.get(load_balancer, ""))
    yield from _opened(before, after, seen, behind)


def _opened(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    seen: set[tuple[str, str]],
    behind: Mapping[str, set[str]],
) -> Iterator[Consequence]:
    """Report what security groups open, except what was reported of a listener.

    `behind` are the images behind a group, '' for unknown ones.
    """
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, service), entry, sources in reach.newly(
        reach.by_group(before), reach.by_group(after)
    ):
        is_about = any(map(entry.is_about, behind.get(group, {""})))
        if is_about and (group, entry.service) not in seen:
            found.setdefault((group, tuple(sources)), []).append(service)
    for (group, among), services in found.items():
        more = f" and {len(services) - _SHOWN} more" if len(services) > _SHOWN else ""
        message = f"{', '.join(services[:_SHOWN])}{more} {_can_be_reached(among)}"
        yield _exposed("exposure.group", group, message)


def _can_be_reached(sources: Sequence[str]) -> str:
    """Describe by whom a port can be reached; if that is not in the template, it is a maybe."""
    if set(sources) == {UNKNOWN}:
        return f"may now be reached by {UNKNOWN}"
    return f"can now be reached from {list_sources(one for one in sources if one != UNKNOWN)}"


def _exposed(kind: str, subject: str, message: str) -> Consequence:
    return Consequence(kind=kind, subject=subject, message=message, effect=Effect.EXPOSED)
