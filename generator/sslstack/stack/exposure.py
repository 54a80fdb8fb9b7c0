"""Who could reach the published ports of a service: addresses, clients, well-known ports."""

from __future__ import annotations

import functools
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.networks import NOT_ROUTED
from sslstack.ports import WellKnownPort, find_sensitive
from sslstack.stack.listeners import is_http

if TYPE_CHECKING:
    from sslstack.compose import Port, Service
    from sslstack.declaration import Declaration
    from sslstack.declaration import model as declaration_model

_WIDEST = 8
"""Bits of the widest public network that counts as a choice of clients."""
_MAPPED = 96
"""Bits before the IPv4 address in an IPv4-mapped IPv6 address (RFC 4291)."""


@dataclass(frozen=True)
class Exposure:
    """A service with what decides about the exposure of its ports."""

    service: Service
    image: str
    settings: declaration_model.Service
    declaration: Declaration

    @functools.cached_property
    def named(self) -> frozenset[int]:
        """The published ports that ssl.yml names under listeners."""
        targets = (target.rpartition(":") for target in self.declaration.ssl.listeners)
        return frozenset(int(port) for name, _, port in targets if name == self.service.name)

    @property
    def is_internal(self) -> bool:
        """Whether its load balancer has private addresses only."""
        return self.settings.scheme == "internal"

    @functools.cached_property
    def clients_are_chosen(self) -> bool:
        """Whether ssl.yml says which clients get in, and that is not everybody."""
        if self.settings.security_groups is not None:
            return True
        return self.settings.ingress is not None and not any(map(_is_wide, self.settings.ingress))

    def find_sensitive(self, port: Port) -> WellKnownPort | None:
        """Find the well-known service of a port that is kept from the public."""
        return find_sensitive(port.target, port.number or 0, self.image, http=is_http(port))

    def hint(self, key: str, value: str) -> str:
        """Return what to add to ssl.yml for a key of the service."""
        name = self.service.name
        if name in self.declaration.ssl.services:
            return f"'{key}: {value}' under services.{name}"
        return f"'{name}: {{{key}: {value}}}' under services"


def find_publishable(service: Service) -> dict[int, Port]:
    """Return the published TCP ports that a load balancer can serve, the first of each number.

    One that is bound to a private address comes after the others of its number.
    """
    found: dict[int, Port] = {}
    for port in sorted(service.ports, key=is_private):
        if port.number is not None and port.protocol == "tcp" and not port.is_loopback:
            found.setdefault(port.number, port)
    return found


def is_private(port: Port) -> bool:
    """Return whether a port is bound to an address that the internet does not reach."""
    try:
        address = ipaddress.ip_address(port.host_ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in NOT_ROUTED)


def _is_wide(cidr: str) -> bool:
    """Return whether a network holds public addresses and is wider than /8."""
    network = ipaddress.ip_network(cidr)
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= _MAPPED:
            network = ipaddress.ip_network((mapped, network.prefixlen - _MAPPED))
    is_public = not any(
        network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type] # of one version
        for other in NOT_ROUTED
    )
    return is_public and network.prefixlen < _WIDEST
