"""Which well-known ports public clients can reach, according to a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from sslstack import ports
from sslstack.balancers.protocols import HTTP
from sslstack.cloudformation.forwarding import forwarded_to
from sslstack.cloudformation.intrinsics import logical_id
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import items, mappings, numbers, scalars, values
from sslstack.cloudformation.resource_types import (
    CLASSIC,
    LISTENER,
    LOAD_BALANCER,
    SECURITY_GROUP,
    kind_of_type,
)
from sslstack.diff.clients import UNKNOWN, find_beyond, find_outside, is_public
from sslstack.diff.openings import TCP, UDP, read_openings
from sslstack.networks import EVERYBODY, EVERYBODY_IPV4

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.diff.openings import Opening
    from sslstack.kinds import Kind
    from sslstack.ports import WellKnownPort

_PROTOCOLS = {"UDP": UDP, "TCP_UDP": TCP | UDP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A listener of a load balancer: its port, where it leads, and its security groups."""

    load_balancer: str
    port: int
    targets: frozenset[int]
    protocol: str
    groups: tuple[str, ...] | None
    """None if the load balancer has no security groups at all: it is open to everybody."""
    internal: bool = False


Reach = dict[tuple[str, str], tuple["WellKnownPort", frozenset[str]]]
"""Sources outside private networks by place and service: `("WebLoadBalancer:6379", "Redis")`.

Check all of them together to find out whether they are the public.
"""

_OPENED = tuple(
    one for one in ports.WELL_KNOWN if one.is_sensitive and not (one.images or one.shared)
)
"""Well-known ports that the number alone identifies."""


def by_listener(template: Mapping[str, Any], images: Mapping[str, str]) -> Reach:
    """Return the well-known ports that outside clients reach through load balancers.

    `images` maps the logical ID of a load balancer to the image of its containers, if known.
    """
    found: Reach = {}
    openings = list(read_openings(template))
    for way in read_ways(template):
        if way.internal:
            continue
        sources = find_outside(sources_of(way, openings, template))
        for target in sorted(way.targets) or [way.port] if sources else ():
            image = images.get(way.load_balancer, "")
            entry = ports.find_sensitive(target, way.port, image, http=way.protocol in HTTP)
            if entry is not None:
                key = (f"{way.load_balancer}:{way.port}", entry.service)
                known = found.get(key, (entry, frozenset()))[1]
                found[key] = entry, known | sources
    return found


def by_group(template: Mapping[str, Any]) -> Reach:
    """Return the well-known ports that security groups open to outside clients.

    Groups of internal load balancers are left out: the public does not reach those.
    """
    inside = _internal_groups(template)
    found: dict[tuple[str, str], set[str]] = {}
    for opening in read_openings(template):
        sources = find_outside(opening.sources) if opening.group not in inside else frozenset()
        for entry in _OPENED if sources else ():
            if opening.lets_in(entry.port, TCP | UDP):
                service = f"{entry.service} ({entry.port})"
                found.setdefault((opening.group, service), set()).update(sources)
    entries = {f"{entry.service} ({entry.port})": entry for entry in _OPENED}
    return {key: (entries[key[1]], frozenset(sources)) for key, sources in found.items()}


def groups_of(template: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    """Return the security groups of each load balancer, by logical ID."""
    return {
        name: frozenset(map(logical_id, items(properties.get("SecurityGroups"), template)))
        for kind in (CLASSIC, LOAD_BALANCER)
        for name, properties in resources_of(template, kind)
    }


def newly(old: Reach, new: Reach) -> Iterator[tuple[tuple[str, str], WellKnownPort, list[str]]]:
    """Yield place, service and the public sources that could not reach it before.

    The added sources are the public, or become it together with the known ones.
    """
    for key, (entry, sources) in new.items():
        known = old[key][1] if key in old else frozenset[str]()
        if known & EVERYBODY or not is_public(sources):
            continue
        added = find_beyond(sources, known)
        if added and (is_public(added) or not is_public(known)):
            yield key, entry, sorted(added)


def sources_of(way: Way, openings: list[Opening], template: Mapping[str, Any]) -> frozenset[str]:
    """Return the clients that the security groups of a listener's load balancer allow."""
    if way.groups is None:
        return frozenset({EVERYBODY_IPV4})
    protocols = _PROTOCOLS.get(way.protocol, TCP)
    here = {name for name, _ in resources_of(template, SECURITY_GROUP)}
    found: set[str] = set() if set(way.groups) <= here and way.groups else {UNKNOWN}
    for opening in openings:
        if opening.group in way.groups and opening.lets_in(way.port, protocols):
            found |= opening.sources
    return frozenset(found)


def is_internal(properties: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    """Return whether a load balancer certainly has no public addresses."""
    return "Scheme" in properties and scalars(properties["Scheme"], template) == {"internal"}


def _internal_groups(template: Mapping[str, Any]) -> set[str]:
    inside: set[str] = set()
    outside: set[str] = set()
    groups = groups_of(template)
    for kind in (CLASSIC, LOAD_BALANCER):
        for name, properties in resources_of(template, kind):
            (inside if is_internal(properties, template) else outside).update(groups[name])
    return inside - outside


def read_ways(template: Mapping[str, Any]) -> Iterator[Way]:
    """Yield the listeners of load balancers, one for each port that they can have."""
    groups = groups_of(template)
    for name, properties in resources_of(template, CLASSIC):
        internal = is_internal(properties, template)
        for one in mappings(properties.get("Listeners"), template):
            targets = frozenset(numbers(one.get("InstancePort"), template))
            for port in numbers(one.get("LoadBalancerPort"), template):
                protocol = "".join(sorted(scalars(one.get("Protocol"), template))[:1]).upper()
                yield Way(
                    load_balancer=name, port=port, targets=targets, protocol=protocol,
                    groups=tuple(groups[name]), internal=internal,
                )  # fmt: skip
    yield from _modern(template, groups)


def _modern(template: Mapping[str, Any], groups: Mapping[str, frozenset[str]]) -> Iterator[Way]:
    balancers = dict(resources_of(template, LOAD_BALANCER))
    for name, properties in resources_of(template, LISTENER):
        targets = frozenset(_targets(name, properties, template))
        protocols = scalars(properties.get("Protocol"), template)
        for arn in values(properties.get("LoadBalancerArn"), template):
            balancer = logical_id(arn)
            known = balancers.get(balancer)
            open_to_all = known is not None and _is_open_to_all(known, template)
            for port in numbers(properties.get("Port"), template):
                yield Way(
                    load_balancer=balancer, port=port, targets=targets,
                    protocol="".join(sorted(protocols)[:1]).upper(),
                    groups=None if open_to_all else tuple(groups.get(balancer, ())),
                    internal=known is not None and is_internal(known, template),
                )  # fmt: skip


def _is_open_to_all(balancer: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    """Return whether a load balancer is open to everybody: it has no security group."""
    kinds = map(kind_of_type, scalars(balancer.get("Type"), template))
    return "SecurityGroups" not in balancer and any(_may_lack_groups(one) for one in kinds if one)


def _may_lack_groups(kind: Kind) -> bool:
    """Return whether a load balancer of a kind can have no security groups: its guide."""
    match kind:
        case "classic" | "application":
            return False
        case "network":
            return True
        case _:
            assert_never(kind)


def _targets(
    listener: str, properties: Mapping[str, Any], template: Mapping[str, Any]
) -> Iterator[int]:
    """Yield the ports of the target groups behind a listener, and of single targets."""
    for group in forwarded_to(listener, properties, template):
        yield from numbers(group.get("Port"), template)
        for target in mappings(group.get("Targets"), template):
            yield from numbers(target.get("Port"), template)
