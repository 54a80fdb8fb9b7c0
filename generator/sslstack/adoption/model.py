"""A classic load balancer as it is at AWS, whoever made it what it is.

Words are those of the Elastic Load Balancing API, version 2012-06-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.balancers.model import Classic, Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy of the load balancer; attributes in AWS's order, some names several times."""

    name: str
    type: str
    attributes: tuple[tuple[str, str], ...]

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the values of an attribute."""
        return tuple(value for name, value in self.attributes if name == attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLoadBalancer:
    """All of a load balancer that a template can say.

    `balancer` is what it does, its certificates named by their ARNs; the rest is how that came
    about: `named` are names of policies by the port of a listener, `backends` by instance port.
    `cookies` maps the name of a stickiness policy to its cookie, `periods` to the seconds that its
    cookie lasts, None: the browser's session.
    """

    name: str
    dns_name: str
    vpc: str
    subnets: tuple[str, ...]
    instances: int
    balancer: Classic
    policies: tuple[Policy, ...]
    named: Mapping[int, tuple[str, ...]]
    backends: Mapping[int, tuple[str, ...]]
    cookies: Mapping[str, str]
    periods: Mapping[str, int | None]

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The listeners, by port."""
        return self.balancer.listeners

    @property
    def security_groups(self) -> tuple[str, ...]:
        """The IDs of the security groups."""
        return tuple(map(str, self.balancer.security_groups))

    def policy(self, name: str) -> Policy | None:
        """Return the policy of a name, None for those of cookies and for none."""
        return next((one for one in self.policies if one.name == name), None)
