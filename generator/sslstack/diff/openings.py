"""What security groups open: ports, protocols, and the clients that they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.intrinsics import logical_id
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import mappings, numbers, scalars, values
from sslstack.cloudformation.resource_types import (
    PREFIX_LIST,
    SECURITY_GROUP,
    SECURITY_GROUP_INGRESS,
)
from sslstack.diff.clients import MEMBERS, UNKNOWN, is_network

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LISTED = "SourcePrefixListId"
_MEMBERS = ("SourceSecurityGroupId", "SourceSecurityGroupName")
TCP, UDP = frozenset({"tcp", "6"}), frozenset({"udp", "17"})
ALL = frozenset({"-1", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ports that a rule of a security group opens, for which protocol, and to which clients."""

    group: str
    protocol: str
    first: int
    last: int
    sources: frozenset[str]

    def lets_in(self, port: int, protocols: frozenset[str]) -> bool:
        """Return whether the rule opens a port for one of the protocols."""
        return self.protocol in ALL | protocols and self.first <= port <= self.last


def read_openings(template: Mapping[str, Any]) -> Iterator[Opening]:
    """Read the rules of all security groups, including rules that are separate resources."""
    for name, properties in resources_of(template, SECURITY_GROUP):
        for rule in mappings(properties.get("SecurityGroupIngress"), template):
            yield from _opening(name, rule, template)
    for _, rule in resources_of(template, SECURITY_GROUP_INGRESS):
        for group in values(rule.get("GroupId", rule.get("GroupName")), template):
            yield from _opening(logical_id(group), rule, template)


def _opening(group: str, rule: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Opening]:
    """Read a rule; an unknown first or last port counts as every port."""
    first = min(numbers(rule.get("FromPort"), template), default=0)
    last = max(numbers(rule.get("ToPort"), template), default=65535)
    sources = frozenset(_sources(rule, template))
    for protocol in scalars(rule.get("IpProtocol"), template) or {"-1"}:
        every = protocol.lower() in ALL or first < 0
        yield Opening(
            group=group,
            protocol=protocol.lower(),
            first=0 if every else first,
            last=65535 if every else last,
            sources=sources,
        )


def _sources(rule: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    for key in ("CidrIp", "CidrIpv6"):
        if key in rule:
            yield from _cidrs(rule[key], template)
    for listed in values(rule.get(_LISTED), template) if _LISTED in rule else ():
        yield from _entries(logical_id(listed).removesuffix(".PrefixListId"), template)
    if any(key in rule for key in _MEMBERS):
        yield MEMBERS


def _entries(name: str, template: Mapping[str, Any]) -> Iterator[str]:
    """Read a prefix list; one that is not in the template may hold every network.

    The ID does not help: AWS's own lists hold the addresses of whole services.
    """
    held = dict(resources_of(template, PREFIX_LIST)).get(name)
    if held is None or not isinstance(held.get("Entries"), list):
        yield UNKNOWN
        return
    for entry in mappings(held["Entries"], template):
        yield from _cidrs(entry.get("Cidr"), template)


def _cidrs(value: Any, template: Mapping[str, Any]) -> Iterator[str]:
    """Yield networks as text; other values, such as a dynamic reference, are unknown."""
    for one in values(value, template):
        yield one.strip() if isinstance(one, str) and is_network(one.strip()) else UNKNOWN
