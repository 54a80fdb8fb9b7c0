"""Delete a stack whose creation failed, so that it can be created again: only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.cloudformation.resource_types import LOAD_BALANCERS
from sslstack.deploy import status
from sslstack.deploy.events import Operation
from sslstack.deploy.status import Course
from sslstack.deploy.watch import Watch
from sslstack.errors import DeploymentFailed, SslstackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.status import DeployedStack

_THERE = frozenset({"CREATE_COMPLETE", "DELETE_FAILED"})
"""ResourceStatus (API reference) of what a stack has whose creation failed."""


def remove_failed(
    aws: Aws, stack: DeployedStack | None, agreed: Callable[[DeployedStack, tuple[str, ...]], bool]
) -> bool:
    """Delete a stack whose creation failed; returns whether there was one to delete.

    A stack in any other state is left alone. `agreed` is asked with the stack and the logical IDs
    of load balancers that it has: where nothing was rolled back, they serve. Raises SslstackError
    where that is declined, DeploymentFailed when a resource would not go.
    """
    if stack is None or stack.meaning.course is not Course.RECREATE:
        return False
    if not agreed(stack, _load_balancers(aws, stack)):
        raise SslstackError(f"declined; stack {stack.name} is unchanged: {stack.status}")
    aws.notify(f"deleting stack {stack.name}, which is {stack.status}")
    token = f"sslstack-recreate-{stack.id.rpartition('/')[2]}"[:128]

    def gone() -> Answer | None:
        left = status.read(aws, stack.id)
        return {} if left is None or left.status.startswith("DELETE") else None

    aws.write_once(
        gone, "cloudformation", "delete_stack", StackName=stack.id, ClientRequestToken=token
    )
    watch = Watch(aws, Operation(stack_id=stack.id, token=token, since=stack.changed))
    for _ in watch:
        pass
    if watch.end.status != "DELETE_COMPLETE":
        cause = watch.end.root_cause
        reason = f": {cause.logical_id}: {cause.reason}" if cause else ""
        raise DeploymentFailed(
            f"stack {stack.name} could not be deleted: {watch.end.status}{reason}"
        )
    return True


def _load_balancers(aws: Aws, stack: DeployedStack) -> tuple[str, ...]:
    pages = aws.pages("cloudformation", "list_stack_resources", StackName=stack.id)
    return tuple(
        one["LogicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] in LOAD_BALANCERS and one["ResourceStatus"] in _THERE
    )
