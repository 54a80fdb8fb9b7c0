"""Whose a load balancer is, as CloudFormation itself says.

Its tags tell nothing: they stay on what a stack has let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.aws.refusals import Refused
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.deploy import status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sslstack.aws.door import Answer, Aws
    from sslstack.deploy.status import DeployedStack

_LET_GO = frozenset({"DELETE_SKIPPED", "DELETE_COMPLETE"})
"""ResourceStatus (API reference) of what a stack still lists, and has no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a stack has made: what its template and AWS call it."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The stack that has a load balancer, and what its template calls it."""

    stack_id: str
    stack: str
    logical_id: str


def made(aws: Aws, stack: DeployedStack | None) -> tuple[Resource, ...]:
    """Give what a stack has, nothing where there is no stack; raises SslstackError."""
    if stack is None:
        return ()
    pages = aws.pages("cloudformation", "list_stack_resources", StackName=stack.id)
    return tuple(_held(one for page in pages for one in page["StackResourceSummaries"]))


def owner(
    aws: Aws, load_balancer: str, stack: DeployedStack | None, has: Iterable[Resource]
) -> Owner | None:
    """Give the stack that has a load balancer, None where nobody has it; raises SslstackError.

    `stack` is the one it shall be in, which `has` those resources: it is looked for there
    first, for elsewhere a name may be that of several things.
    """
    if stack is not None and (found := _named(load_balancer, has)):
        return Owner(stack_id=stack.id, stack=stack.name, logical_id=found)
    for stack_id in _related(aws, load_balancer):
        other = status.read(aws, stack_id)
        if other is None or other.status == "DELETE_COMPLETE":
            continue
        if found := _named(load_balancer, made(aws, other)):
            return Owner(stack_id=stack_id, stack=other.name, logical_id=found)
    return None


def _related(aws: Aws, load_balancer: str) -> Collection[str]:
    """Give the ids of the stacks that have, or had, something of a name.

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


def _held(entries: Iterable[Answer]) -> Iterator[Resource]:
    for one in entries:
        if one["ResourceStatus"] not in _LET_GO:
            yield Resource(
                logical_id=one["LogicalResourceId"],
                type=one["ResourceType"],
                physical_id=one.get("PhysicalResourceId", ""),
            )


def _named(load_balancer: str, has: Iterable[Resource]) -> str:
    """Give the logical ID of a load balancer, empty where it is not there."""
    wanted = (CLASSIC, load_balancer)
    return next((one.logical_id for one in has if (one.type, one.physical_id) == wanted), "")
