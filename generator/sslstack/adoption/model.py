"""A classic load balancer as it is at AWS, whoever made it what it is.

Words are those of the Elastic Load Balancing API, version 2012-06-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy of the load balancer; attributes in AWS's order, some names several times."""

    name: str
    type: str
    attributes: tuple[tuple[str, str], ...]

    def values(self, attribute: str) -> tuple[str, ...]:
        """Give the values of an attribute."""
        return tuple(value for name, value in self.attributes if name == attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A listener; `certificate` is an ARN or empty, `policies` are names."""

    port: int
    protocol: str
    instance_port: int
    instance_protocol: str
    certificate: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """A health check; `target` in AWS's form, `HTTP:3000/health`; seconds and counts."""

    target: str
    interval: int
    timeout: int
    healthy: int
    unhealthy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogs:
    """Where access logs go; `interval` in minutes."""

    bucket: str
    prefix: str
    interval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLoadBalancer:
    """All of a load balancer that a template can say.

    `backends` are names of policies by instance port. `cookies` maps the name of a stickiness
    policy to its cookie, `periods` to the seconds its cookie lasts, None: the browser's session.
    `draining` is in seconds, None when off.
    """

    kind: ClassVar[Kind] = "classic"
    name: str
    dns_name: str
    scheme: str
    vpc: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    instances: int
    listeners: tuple[Listener, ...]
    policies: tuple[Policy, ...]
    backends: Mapping[int, tuple[str, ...]]
    cookies: Mapping[str, str]
    periods: Mapping[str, int | None]
    health_check: HealthCheck
    idle_timeout: int
    draining: int | None
    cross_zone: bool
    access_logs: AccessLogs | None

    def policy(self, name: str) -> Policy | None:
        """Give the policy of a name, None for those of cookies and for none."""
        return next((one for one in self.policies if one.name == name), None)
