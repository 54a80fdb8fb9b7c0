"""Cancelling: a running update turned back, where somebody has changed their mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.aws.refusals import Refused
from sslstack.deploy import status
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.events import Operation


def cancel(aws: Aws, operation: Operation) -> None:
    """Ask CloudFormation to turn back, and tell what it says; the watching goes on either way.

    It can only while an update is in progress (CancelUpdateStack in the API reference).
    """

    def turned() -> Answer | None:
        left = status.read(aws, operation.stack_id)
        return {} if left is None or "ROLLBACK" in left.status else None

    try:
        stack = status.read(aws, operation.stack_id)
        if stack is None or stack.status != "UPDATE_IN_PROGRESS":
            aws.notify(f"cannot be cancelled: the stack is {stack.status if stack else 'gone'}")
            return
        _request(aws, operation, turned)
    except (Refused, UnavailableError) as error:
        aws.notify(f"not cancelled: {error}")
    else:
        aws.notify("cancelled: CloudFormation rolls the stack back")


def _request(aws: Aws, operation: Operation, turned: Callable[[], Answer | None]) -> None:
    try:
        aws.write_once(
            turned, "cloudformation", "cancel_update_stack",
            StackName=operation.stack_id, ClientRequestToken=operation.cancelling,
        )  # fmt: skip
    except Refused:
        if turned() is None:  # else the first request has arrived after all
            raise
