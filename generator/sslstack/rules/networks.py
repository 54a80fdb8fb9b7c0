"""Rules for the security groups of load balancers: the ports that they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.resource_types import CLASSIC, SECURITY_GROUP, SECURITY_GROUP_INGRESS
from sslstack.networks import EVERYBODY
from sslstack.rules.definition import rule
from sslstack.rules.reading import find_items, find_resources, find_values, read_key, read_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot

_ALL = {"-1", "all"}
_TCP = {"tcp", "6"}


@dataclass(frozen=True, slots=True)
class _Opening:
    """Ports that a rule of a group opens for TCP, whether to everybody, and its path."""

    ports: range
    everybody: bool
    path: Path


def _find_openings(balancer: Resource) -> list[_Opening] | None:
    """Return all that the groups of a load balancer open; None where that cannot be known."""
    found: list[_Opening] = []
    named = [*balancer.find_items("SecurityGroups")]
    groups = {group.name: group for group in find_resources(balancer.template, SECURITY_GROUP)}
    elsewhere = {
        target[0]
        for rule_ in find_resources(balancer.template, SECURITY_GROUP_INGRESS)
        for spot in rule_.find_values("GroupId")
        if (target := reference(spot.value)) is not None
    }
    for spot in named:
        target = reference(spot.value)
        group = groups.get(target[0]) if target else None
        if group is None or group.name in elsewhere or not spot.certain:
            return None
        for ingress in group.find_values("SecurityGroupIngress"):
            if not isinstance(ingress.value, list):
                return None
        for item in group.find_items("SecurityGroupIngress"):
            opening = _read_opening(item, group)
            if opening is None:
                return None
            found.append(opening)
    return found if named else None


def _read_opening(item: Spot, group: Resource) -> _Opening | None:
    template = group.template
    said = {
        key: read_key(item, key, group.template) for key in ("IpProtocol", "CidrIp", "CidrIpv6")
    }
    protocol = said["IpProtocol"]
    if protocol is None or not item.certain:
        return None
    everybody = bool(EVERYBODY & {said["CidrIp"], said["CidrIpv6"]})
    if protocol.lower() in _ALL:
        return _Opening(range(65536), everybody, item.path)
    if protocol.lower() not in _TCP:
        return _Opening(range(0), everybody, item.path)
    ends = [
        read_number(spot, template)
        for key in ("FromPort", "ToPort")
        for spot in find_values(item, key)
    ]
    if len(ends) != 2 or None in ends:  # noqa: PLR2004 - from and to
        return None
    first, last = ends
    return _Opening(range(first or 0, (last or 0) + 1), everybody, item.path)


def _find_listened_ports(balancer: Resource) -> dict[int, Path] | None:
    """Return the ports of all listeners; None where one cannot be known."""
    found: dict[int, Path] = {}
    lists = [*balancer.find_values("Listeners")]
    if len(lists) != 1 or not isinstance(lists[0].value, list):
        return None
    for listener in find_items(balancer.properties, "Listeners"):
        ports = [*find_values(listener, "LoadBalancerPort")]
        value = read_number(ports[0], balancer.template) if len(ports) == 1 else None
        if value is None:
            return None
        if listener.certain:
            found[value] = ports[0].path
    return found


@rule("W9171", source="security group", types=(CLASSIC,))
def closed_port(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the ports of listeners with those that are open to any client."""
    openings, listened = _find_openings(balancer), _find_listened_ports(balancer)
    if openings is None or listened is None:
        return
    for port, path in listened.items():
        if not any(port in opening.ports for opening in openings):
            yield path, f"no rule of the security groups opens port {port}"


@rule("W9172", source="security group", types=(CLASSIC,))
def needlessly_open(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare what is open to everybody with the ports of listeners."""
    openings, listened = _find_openings(balancer), _find_listened_ports(balancer)
    if openings is None or not listened:
        return
    for opening in openings:
        extra = [port for port in opening.ports if port not in listened]
        if opening.everybody and extra:
            shown = f"{len(opening.ports)} ports" if len(opening.ports) > 1 else str(extra[0])
            yield (
                opening.path,
                f"opens {shown} to everybody; the listeners use {_list_ports(listened)}",
            )


def _list_ports(ports: dict[int, Path]) -> str:
    return ", ".join(map(str, sorted(ports)))
