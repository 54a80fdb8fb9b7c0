"""Which stack has a load balancer, read from CloudFormation.

Its tags do not tell: a resource that a stack has released keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.aws.refusals import Refused
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.deploy import status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.status import DeployedStack

_RELEASED = frozenset({"DELETE_SKIPPED", "DELETE_COMPLETE"})
"""ResourceStatus (API reference) of resources that a stack still lists but no longer has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack: its names in the template and at AWS."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The stack that has a load balancer, with its logical ID there."""

    stack_id: str
    stack: str
    logical_id: str


def read_resources(aws: Aws, stack: DeployedStack | None) -> tuple[Resource, ...]:
    """Return the resources that a stack has, none where no stack exists; raises SslstackError."""
    if stack is None:
        return ()
    pages = aws.pages("cloudformation", "list_stack_resources", StackName=stack.id)
    return tuple(_existing(one for page in pages for one in page["StackResourceSummaries"]))


def find_owner(
    aws: Aws, load_balancer: str, stack: DeployedStack | None, resources: Iterable[Resource]
) -> Owner | None:
    """Return the stack that has a load balancer, None where none has; raises SslstackError.

    `stack` is the one that shall have it, with its `resources`: these are looked at first,
    because elsewhere a name may be that of several things.
    """
    if stack is not None and (found := _find_logical_id(load_balancer, resources)):
        return Owner(stack_id=stack.id, stack=stack.name, logical_id=found)
    for stack_id in _find_related_stacks(aws, load_balancer):
        other = status.read(aws, stack_id)
        if other is None or other.status == "DELETE_COMPLETE":
            continue
        if found := _find_logical_id(load_balancer, read_resources(aws, other)):
            return Owner(stack_id=stack_id, stack=other.name, logical_id=found)
    return None


def _find_related_stacks(aws: Aws, load_balancer: str) -> Collection[str]:
    """Return the IDs of the stacks that have, or had, a resource of a name.

    DescribeStackResources in the API reference: deleted stacks for 90 days, and of a stack the
    first 100 resources only.
    """
    try:
        answer = aws.read(
            "cloudformation", "describe_stack_resources", PhysicalResourceId=load_balancer
        )
    except Refused as refused:
        if refused.code == "ValidationError" and "does not exist" in str(refused):
            return ()
        raise
    return dict.fromkeys(one["StackId"] for one in answer["StackResources"])


def _existing(entries: Iterable[Answer]) -> Iterator[Resource]:
    for one in entries:
        if one["ResourceStatus"] not in _RELEASED:
            yield Resource(
                logical_id=one["LogicalResourceId"],
                type=one["ResourceType"],
                physical_id=one.get("PhysicalResourceId", ""),
            )


def _find_logical_id(load_balancer: str, resources: Iterable[Resource]) -> str:
    """Return the logical ID of a load balancer, empty where it is not among the resources."""
    wanted = (CLASSIC, load_balancer)
    return next((one.logical_id for one in resources if (one.type, one.physical_id) == wanted), "")
