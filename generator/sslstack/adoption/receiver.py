"""The stack that takes a load balancer over, and what it may not take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.adoption.owner import made, owner
from sslstack.cloudformation import loads
from sslstack.deploy import status
from sslstack.deploy import template as templates
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.adoption.model import LiveLoadBalancer
    from sslstack.adoption.owner import Resource
    from sslstack.aws.door import Aws
    from sslstack.deploy.status import DeployedStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A stack as it is deployed, if it is: its template as text and in long form, what it has."""

    name: str
    found: DeployedStack | None
    text: str
    template: Mapping[str, Any]
    has: tuple[Resource, ...]

    @property
    def values(self) -> Mapping[str, str]:
        """The values of its parameters."""
        return self.found.parameters if self.found else {}


def receiver(aws: Aws, name: str) -> Receiver:
    """Read a stack by its name; raises SslstackError."""
    found = status.read(aws, name)
    text = templates.deployed(aws, found) if found else ""
    return Receiver(
        name=name,
        found=found,
        text=text,
        template=loads(text, name) if text else {},
        has=made(aws, found),
    )


def has(aws: Aws, stack: Receiver, live: LiveLoadBalancer, title: str) -> bool:
    """Tell whether a stack has a load balancer already, under its `title` in the template.

    Raises SslstackError for what another stack has, or this one otherwise: nobody imports it
    twice.
    """
    found = owner(aws, live.name, stack.found, stack.has)
    if found is None and title in stack.template.get("Resources", {}):
        raise SslstackError(
            f"stack {stack.name} has another load balancer as {title} already, and a service has "
            "one",
            hint="adopt it for another service (--service), or into another stack ('stack:' of "
            "ssl.yml, or of an environment)",
        )
    if found is None:
        return False
    if stack.found is None or found.stack_id != stack.found.id:
        raise SslstackError(
            f"{live.name} belongs to stack {found.stack}, as {found.logical_id}",
            hint="give it DeletionPolicy: Retain there, deploy, take it out of that template, "
            "deploy again; then adopt it",
        )
    if found.logical_id != title:
        raise SslstackError(
            f"stack {stack.name} has {live.name} as {found.logical_id}; the template would have "
            f"it as {title}, another load balancer",
            hint="release it from that template first: DeletionPolicy: Retain, then without it",
        )
    return True
