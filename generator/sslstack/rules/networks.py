"""Rules for the security groups of load balancers: open what is listened to, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.resource_types import CLASSIC, SECURITY_GROUP, SECURITY_GROUP_INGRESS
from sslstack.networks import EVERYBODY
from sslstack.rules.definition import rule
from sslstack.rules.reading import get, items, number, resources, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot

_ALL = {"-1", "all"}
_TCP = {"tcp", "6"}


@dataclass(frozen=True, slots=True)
class _Opening:
    """Ports that a rule of a group opens for TCP, whether to everybody, and where it stands."""

    ports: range
    everybody: bool
    path: Path


def _openings(balancer: Resource) -> list[_Opening] | None:
    """Give all that the groups of a load balancer open; None where that cannot be known."""
    found: list[_Opening] = []
    named = [*balancer.items("SecurityGroups")]
    groups = {group.name: group for group in resources(balancer.template, SECURITY_GROUP)}
    elsewhere = {
        target[0]
        for rule_ in resources(balancer.template, SECURITY_GROUP_INGRESS)
        for spot in rule_.get("GroupId")
        if (target := reference(spot.value)) is not None
    }
    for spot in named:
        target = reference(spot.value)
        group = groups.get(target[0]) if target else None
        if group is None or group.name in elsewhere or not spot.certain:
            return None
        for ingress in group.get("SecurityGroupIngress"):
            if not isinstance(ingress.value, list):
                return None
        for item in group.items("SecurityGroupIngress"):
            opening = _opening(item, group)
            if opening is None:
                return None
            found.append(opening)
    return found if named else None


def _opening(item: Spot, group: Resource) -> _Opening | None:
    template = group.template
    said = {key: _said(item, key, group) for key in ("IpProtocol", "CidrIp", "CidrIpv6")}
    protocol = said["IpProtocol"]
    if protocol is None or not item.certain:
        return None
    everybody = bool(EVERYBODY & {said["CidrIp"], said["CidrIpv6"]})
    if protocol.lower() in _ALL:
        return _Opening(range(65536), everybody, item.path)
    if protocol.lower() not in _TCP:
        return _Opening(range(0), everybody, item.path)
    ends = [number(spot, template) for key in ("FromPort", "ToPort") for spot in get(item, key)]
    if len(ends) != 2 or None in ends:  # noqa: PLR2004 - from and to
        return None
    first, last = ends
    return _Opening(range(first or 0, (last or 0) + 1), everybody, item.path)


def _said(spot: Spot, key: str, group: Resource) -> str | None:
    found = next(get(spot, key), None)
    return found and text(found, group.template)


def _listened(balancer: Resource) -> dict[int, Path] | None:
    """Give the ports of all listeners; None where one cannot be known."""
    found: dict[int, Path] = {}
    lists = [*balancer.get("Listeners")]
    if len(lists) != 1 or not isinstance(lists[0].value, list):
        return None
    for listener in items(balancer.properties, "Listeners"):
        ports = [*get(listener, "LoadBalancerPort")]
        value = number(ports[0], balancer.template) if len(ports) == 1 else None
        if value is None:
            return None
        if listener.certain:
            found[value] = ports[0].path
    return found


@rule("W9171", source="security group", types=(CLASSIC,))
def closed_port(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the ports of listeners with those that are open to anybody at all."""
    openings, listened = _openings(balancer), _listened(balancer)
    if openings is None or listened is None:
        return
    for port, path in listened.items():
        if not any(port in opening.ports for opening in openings):
            yield path, f"no rule of the security groups opens port {port}"


@rule("W9172", source="security group", types=(CLASSIC,))
def needlessly_open(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare what is open to everybody with the ports of listeners."""
    openings, listened = _openings(balancer), _listened(balancer)
    if openings is None or not listened:
        return
    for opening in openings:
        extra = [port for port in opening.ports if port not in listened]
        if opening.everybody and extra:
            shown = f"{len(opening.ports)} ports" if len(opening.ports) > 1 else str(extra[0])
            yield opening.path, f"opens {shown} to everybody, listened to are {_list(listened)}"


def _list(ports: dict[int, Path]) -> str:
    return ", ".join(map(str, sorted(ports)))
