"""A compose project in its canonical form."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sslstack.compose.origins import Origin, Origins
    from sslstack.documents import DocumentPath
    from sslstack.findings import Finding, Location


LARGEST = 65535
"""The largest number of a port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port that something can listen on; of a range, one of its ports.

    `published` is "443", or "8000-8002" where a range of host ports leads to one target, or
    "" where the host chooses. `location` is the entry's, the same for all ports of a range.
    """

    target: int
    published: str
    protocol: str
    host_ip: str
    app_protocol: str
    mode: str
    name: str
    location: Location

    @property
    def number(self) -> int | None:
        """The one published port, None where there is none or more than one."""
        return int(self.published) if self.published.isdigit() else None

    @property
    def is_loopback(self) -> bool:
        """Return whether only the host itself can reach the port."""
        try:
            address = ipaddress.ip_address(self.host_ip)
        except ValueError:
            return False
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """How a container is asked whether it is well: `CMD` and words, or `CMD-SHELL` and a line."""

    test: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service: what a load balancer in front of it needs to know.

    A variable of the environment is None where it has no value anywhere. `image` is "" where
    the service is built.
    """

    name: str
    ports: tuple[Port, ...]
    location: Location
    image: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str | None] = field(default_factory=dict)
    healthcheck: Healthcheck = Healthcheck()


def read_service(
    name: str, members: Mapping[str, Any], ports: Iterable[Port], at: Location
) -> Service:
    """Read a service from its canonical form, of the shape that Docker Compose prints."""
    check = members.get("healthcheck") or {}
    return Service(
        name=name,
        ports=tuple(ports),
        location=at,
        image=str(members.get("image") or ""),
        labels=members.get("labels") or {},
        environment=members.get("environment") or {},
        healthcheck=Healthcheck(
            test=tuple(map(str, check.get("test") or ())), disabled=bool(check.get("disable"))
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project: its name, its active services in alphabetical order, and its files.

    `profiles` are those that services name, active or not.

    `findings` are warnings; a project with errors is not made. `model` is the whole
    canonical form, of the shape of `docker compose config --format json`, plain values.
    `inactive` are the profiles of each service that no active profile has.
    """

    name: str
    services: Mapping[str, Service]
    files: tuple[str, ...]
    origins: Origins = field(repr=False, compare=False)
    profiles: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    model: Mapping[str, Any] = field(default_factory=dict, repr=False)
    inactive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, path: DocumentPath) -> Origin:
        """Return where the value at a path of `model` comes from, as ("services", "web", "image").

        Raises KeyError where the model has no such path.
        """
        value: Any = self.model
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                raise KeyError(path) from None
        return self.origins.find(path, value)
