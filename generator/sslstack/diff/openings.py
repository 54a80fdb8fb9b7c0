"""What security groups open, and which of the clients they let in are the public."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.resource_types import SECURITY_GROUP, SECURITY_GROUP_INGRESS
from sslstack.diff.possible import mappings, numbers, scalars, values
from sslstack.diff.references import logical_id, resources_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN = "clients that the template does not name"
"""Source where the groups or their rules are not in the template."""
EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})
_INSIDE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
         "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"),
    )
)  # fmt: skip
"""Networks that the internet does not route: RFC 1918, 6598, 3927, 1122, 4193, 4291."""
_ALLOW_LIST = {4: 16, 6: 32}
"""Shortest prefix of a network that is one organization's; a wider one is the public."""
TCP, UDP = frozenset({"tcp", "6"}), frozenset({"udp", "17"})
_ALL = frozenset({"-1", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ports that a rule of a security group opens, for which protocol, and to which clients."""

    group: str
    protocol: str
    first: int
    last: int
    sources: frozenset[str]

    def lets_in(self, port: int, protocols: frozenset[str]) -> bool:
        """Tell whether the rule opens a port for one of some protocols."""
        return self.protocol in _ALL | protocols and self.first <= port <= self.last


def read_openings(template: Mapping[str, Any]) -> Iterator[Opening]:
    """Read the rules of every security group, those that are resources of their own, too."""
    for name, properties in resources_of(template, SECURITY_GROUP):
        for rule in mappings(properties.get("SecurityGroupIngress"), template):
            yield from _opening(name, rule, template)
    for _, rule in resources_of(template, SECURITY_GROUP_INGRESS):
        for group in values(rule.get("GroupId", rule.get("GroupName")), template):
            yield from _opening(logical_id(group), rule, template)


def _opening(group: str, rule: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[Opening]:
    """Read a rule; ends that are not known are taken for every port."""
    first = min(numbers(rule.get("FromPort"), template), default=0)
    last = max(numbers(rule.get("ToPort"), template), default=65535)
    sources = frozenset(
        one for key in ("CidrIp", "CidrIpv6") if key in rule for one in _cidrs(rule[key], template)
    )
    for protocol in scalars(rule.get("IpProtocol"), template) or {"-1"}:
        every = protocol.lower() in _ALL or first < 0
        yield Opening(
            group=group,
            protocol=protocol.lower(),
            first=0 if every else first,
            last=65535 if every else last,
            sources=sources,
        )


def _cidrs(value: Any, template: Mapping[str, Any]) -> Iterator[str]:
    for one in values(value, template):
        yield one.strip() if isinstance(one, str) else UNKNOWN


def find_public(sources: frozenset[str]) -> Iterator[str]:
    """Give the sources that are, or may be, the public and not a network of one's own."""
    for one in sources:
        network = _network(one)
        if network is None:
            if one == UNKNOWN:
                yield one
        elif network.prefixlen < _ALLOW_LIST[network.version] and not any(
            is_within(one, str(inside)) for inside in _INSIDE
        ):
            yield one


def is_covered(source: str, known: frozenset[str]) -> bool:
    """Tell whether clients of a source were let in before."""
    return bool(known & EVERYBODY) or any(is_within(source, one) for one in known)


def is_within(one: str, other: str) -> bool:
    """Tell whether a source lies in another one."""
    if one == other:
        return True
    inner, outer = _network(one), _network(other)
    if inner is None or outer is None or inner.version != outer.version:
        return False
    return inner.subnet_of(outer)  # type: ignore[arg-type] # of one version


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
