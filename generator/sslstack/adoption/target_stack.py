"""The stack that shall have a load balancer, and what forbids that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.adoption.owner import find_owner, read_resources
from sslstack.cloudformation import loads
from sslstack.deploy.deployed import read_deployed
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.adoption.model import LiveLoadBalancer
    from sslstack.adoption.owner import Resource
    from sslstack.aws.client import Aws
    from sslstack.deploy.deployed import Deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStack:
    """The stack that shall have a load balancer, as it is deployed, with its resources.

    `template` is the deployed template in long form, empty where no stack exists.
    """

    name: str
    deployed: Deployed
    template: Mapping[str, Any]
    resources: tuple[Resource, ...]

    @property
    def values(self) -> Mapping[str, str]:
        """The values of its parameters."""
        return self.deployed.stack.parameters if self.deployed.stack else {}


def read_target(aws: Aws, name: str) -> TargetStack:
    """Read a stack by its name; raises SslstackError."""
    found = read_deployed(aws, name)
    return TargetStack(
        name=name,
        deployed=found,
        template=loads(found.template, name) if found.template else {},
        resources=read_resources(aws, found.stack),
    )


def has_load_balancer(aws: Aws, stack: TargetStack, live: LiveLoadBalancer, title: str) -> bool:
    """Return whether a stack already has a load balancer, under its `title` in the template.

    Raises SslstackError where another stack has it, or this one under another logical ID.
    """
    deployed = stack.deployed.stack
    found = find_owner(aws, live.name, deployed, stack.resources)
    if found is None and title in stack.template.get("Resources", {}):
        raise SslstackError(
            f"stack {stack.name} already has another load balancer {title} for this service",
            hint="choose another service with --service, or another stack with `stack:` in "
            "ssl.yml or "
            "in an environment",
        )
    if found is None:
        return False
    if deployed is None or found.stack_id != deployed.id:
        raise SslstackError(
            f"{live.name} belongs to stack {found.stack}, as {found.logical_id}",
            hint="set DeletionPolicy: Retain there and deploy, remove it from that template and "
            "deploy "
            "again; then adopt it",
        )
    if found.logical_id != title:
        raise SslstackError(
            f"stack {stack.name} has {live.name} as {found.logical_id}; the template calls it "
            f"{title}",
            hint="set DeletionPolicy: Retain there and deploy, then deploy without it",
        )
    return True
