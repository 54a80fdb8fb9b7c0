"""Ports that security groups open to more clients, except the ports of listeners."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.resource_types import SECURITY_GROUP
from sslstack.diff import reach
from sslstack.diff.clients import MEMBERS, UNKNOWN, find_beyond, list_sources, list_words
from sslstack.diff.model import Consequence, Effect
from sslstack.diff.openings import ALL, TCP, UDP, read_openings
from sslstack.networks import EVERYBODY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Range = tuple[int, int]
    Ports = tuple[str, int, int]
    """Protocol, first and last port."""
    Rules = Mapping[Ports, Collection[str]]

_NAMES = dict.fromkeys(TCP, "tcp") | dict.fromkeys(UDP, "udp") | dict.fromkeys(ALL, "")
"""Protocols whose ports are compared, by the spellings of each; '' for every protocol."""
_MOST = 10_000_000
"""Limit of steps to find what old rules cover; above it, every changed rule counts as new."""
_SHOWN = 5
"""How many openings of a long list a message shows."""


def widened_groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Consequence]:
    """Compare the security groups that both templates have, or that are declared elsewhere.

    The port of a listener is left out: the listener reports what clients reach there.
    """
    old, new = _by_group(before), _by_group(after)
    known = {name for name, _ in resources_of(before, SECURITY_GROUP)}
    created = {name for name, _ in resources_of(after, SECURITY_GROUP)} - known
    told = _listened(after)
    for group in sorted(set(new) - created):
        words = [*_widened(new[group], old.get(group, {}), told.get(group, set()))]
        if words:
            more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
            message = f"opened: {'; '.join(words[:_SHOWN])}{more}"
            yield Consequence(
                kind="exposure.ingress", subject=group, message=message, effect=Effect.WEAKER
            )


def _by_group(template: Mapping[str, Any]) -> Mapping[str, Rules]:
    """Return the clients by group, then by protocol and ports."""
    found: dict[str, dict[Ports, set[str]]] = {}
    for one in read_openings(template):
        if one.protocol in _NAMES:
            ports = (_NAMES[one.protocol], one.first, one.last)
            found.setdefault(one.group, {}).setdefault(ports, set()).update(one.sources)
    return found


def _listened(template: Mapping[str, Any]) -> dict[str, set[int]]:
    """Return the ports of listeners by the security groups of their load balancers."""
    ports: dict[str, set[int]] = {}
    for way in reach.read_ways(template):
        for group in way.groups or ():
            ports.setdefault(group, set()).add(way.port)
    return ports


def _widened(new: Rules, old: Rules, told: Collection[int]) -> Iterator[str]:
    """Yield protocol, ports and the clients that could not reach them before, in words."""
    found: dict[tuple[str, frozenset[str]], list[Range]] = {}
    added = {ports: sources for ports, sources in new.items() if old.get(ports) != sources}
    known = old if len(old) ** 2 * len(added) <= _MOST else {}
    for (protocol, first, last), sources in added.items():
        same = [((a, b), held) for (p, a, b), held in known.items() if p in ("", protocol)]
        for piece, clients in _pieces((first, last), sources, same, told):
            found.setdefault((protocol, clients), []).append(piece)
    for (protocol, clients), several in found.items():
        ranges = [f"{a}-{b}" if a != b else str(a) for a, b in _joined(several)]
        named = "every port" if ranges == ["0-65535"] else list_words(ranges)
        yield f"{protocol} {named} to {list_sources(clients)}".strip()


def _pieces(
    ports: Range,
    sources: Collection[str],
    old: Collection[tuple[Range, Collection[str]]],
    told: Collection[int],
) -> Iterator[tuple[Range, frozenset[str]]]:
    """Split a range of ports where old ones begin and end, and yield the new part of each."""
    cuts = {ports[0], ports[1] + 1, *told, *(port + 1 for port in told)}
    cuts |= {a for (a, _), _ in old} | {b + 1 for (_, b), _ in old}
    edges = sorted(cut for cut in cuts if ports[0] <= cut <= ports[1] + 1)
    for first, end in pairwise(edges):
        known = {one for (a, b), held in old if a <= first and end - 1 <= b for one in held}
        added = find_beyond(sources, known) - {MEMBERS}
        if known & EVERYBODY:
            added -= {UNKNOWN}
        if added and first not in told:
            yield (first, end - 1), added


def _joined(ranges: list[Range]) -> Iterator[Range]:
    """Yield ranges in order, adjacent ones joined."""
    begin, end = -1, -2
    for first, last in sorted(ranges):
        if first > end + 1:
            if begin >= 0:
                yield begin, end
            begin, end = first, last
        else:
            end = max(end, last)
    yield begin, end
