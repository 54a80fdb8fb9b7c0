"""Cancel a running update: CloudFormation rolls it back."""

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
    """Ask CloudFormation to cancel an update and report the outcome; watching continues anyway.

    It can only while an update is in progress (CancelUpdateStack in the API reference).
    """

    def is_rolling_back() -> Answer | None:
        left = status.read(aws, operation.stack_id)
        return {} if left is None or "ROLLBACK" in left.status else None

    try:
        stack = status.read(aws, operation.stack_id)
        if stack is None or stack.status != "UPDATE_IN_PROGRESS":
            aws.notify(
                "cannot be cancelled: stack status is "
                f"{stack.status if stack else 'DELETE_COMPLETE'}"
            )
            return
        _request(aws, operation, is_rolling_back)
    except (Refused, UnavailableError) as error:
        aws.notify(f"not cancelled: {error}")
    else:
        aws.notify("cancelled: CloudFormation rolls the stack back")


def _request(aws: Aws, operation: Operation, is_rolling_back: Callable[[], Answer | None]) -> None:
    try:
        aws.write_once(
            is_rolling_back, "cloudformation", "cancel_update_stack",
            StackName=operation.stack_id, ClientRequestToken=operation.cancelling,
        )  # fmt: skip
    except Refused:
        if is_rolling_back() is None:  # else the first request has arrived after all
            raise
