"""A stack that was never created whole, deleted so that it can be created: only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.deploy import status
from sslstack.deploy.events import Operation
from sslstack.deploy.status import Course
from sslstack.deploy.watch import Watch
from sslstack.errors import DeploymentFailed

if TYPE_CHECKING:
    from sslstack.deploy.aws import Answer, Aws


def remove_failed(aws: Aws, name: str) -> bool:
    """Delete a stack whose creation failed; tells whether there was one to delete.

    Nothing of such a stack serves anybody. A stack in any other state is left alone. Raises
    DeploymentFailed when a resource would not go.
    """
    stack = status.read(aws, name)
    if stack is None or stack.meaning.course is not Course.RECREATE:
        return False
    aws.tell(f"deleting stack {stack.name}, which is {stack.status}")
    token = f"sslstack-recreate-{stack.id.rpartition('/')[2]}"[:128]

    def gone() -> Answer | None:
        left = status.read(aws, stack.id)
        return {} if left is None or left.status.startswith("DELETE") else None

    aws.once(gone, "cloudformation", "delete_stack", StackName=stack.id, ClientRequestToken=token)
    watch = Watch(aws, Operation(stack_id=stack.id, token=token, since=stack.changed))
    for _ in watch:
        pass
    if watch.end.status != "DELETE_COMPLETE":
        cause = watch.end.root_cause
        reason = f": {cause.logical_id}: {cause.reason}" if cause else ""
        raise DeploymentFailed(f"stack {name} could not be deleted: {watch.end.status}{reason}")
    return True
