"""Delete what a run has made and nobody wants.

Only what this run has made is deleted: an empty or failed change set, and a stack
under review only if it came with it and nobody has put another change set into it since.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sslstack.aws.refusals import Refused
from sslstack.deploy import change_set as change_sets
from sslstack.deploy import status
from sslstack.deploy.proposal import PREFIX
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.change_set import ChangeSet

_SERVICE = "cloudformation"
_POLLS, _WAIT = 60, 2.0
"""Looks at a change set in the making, and the seconds between them."""


def discard(aws: Aws, change_set: ChangeSet) -> None:
    """Delete a change set of ours, and the stack under review that came with it.

    What another run has made, or somebody else, stays. Never raises for what is gone already;
    what cannot be deleted, or only without whoever interrupts, is named.
    """
    if not (change_set.ours and change_set.name.startswith(PREFIX)):
        return
    try:
        if _delete_change_set(aws, change_set) and change_set.type != "UPDATE":
            _delete_empty_stack(aws, change_set)
    except BaseException as error:
        reason = str(error) or "interrupted"
        named = change_set.arn or f"{change_set.name} --stack-name {change_set.stack}"
        told = (
            f"change set {change_set.arn or change_set.name} of stack {change_set.stack} may "
            f"still exist: {reason}; "
        )
        command = f"'aws cloudformation delete-change-set --change-set-name {named}' deletes it"
        aws.notify(told + aws.hint(command))
        raise


def abandon(aws: Aws, change_set: ChangeSet) -> None:
    """Discard a change set while another error is being raised, which is the one to report."""
    with contextlib.suppress(SslstackError):
        discard(aws, change_set)


def _delete_change_set(aws: Aws, change_set: ChangeSet) -> bool:
    """Delete it; returns whether it is gone, and not another run's, or under way.

    One in the making is waited for: it cannot be deleted (InvalidChangeSetStatus in the API
    reference).
    """
    found = _wait_until_settled(aws, change_set)
    if found is None:
        return bool(change_set.arn)
    theirs = not change_set.arn and found.description != change_set.description
    if theirs or found.execution.startswith("EXECUTE"):
        return False

    def gone() -> Answer | None:
        return {} if change_sets.read(aws, found.arn) is None else None

    try:
        aws.write_once(gone, _SERVICE, "delete_change_set", ChangeSetName=found.arn)
    except Refused as refused:
        if not change_sets.is_not_found(refused):
            raise
    return True


def _wait_until_settled(aws: Aws, change_set: ChangeSet) -> ChangeSet | None:
    """Wait for a change set in the making and return it, by its name where its ARN is unknown."""
    stack, name = change_set.stack_id or change_set.stack, change_set.arn or change_set.name
    found = change_sets.find(aws, stack, name, whole=False)
    polls = 0
    while found is not None and found.status in change_sets.PENDING and polls < _POLLS:
        aws.sleep(_WAIT)
        polls += 1
        found = change_sets.find(aws, stack, name, whole=False)
    return found


def _delete_empty_stack(aws: Aws, change_set: ChangeSet) -> None:
    """Delete a stack under review that nobody has a change set in, if it came with ours."""
    stack = status.read(aws, change_set.stack)
    if stack is None or stack.status != "REVIEW_IN_PROGRESS":
        return
    if change_set.stack_id not in ("", stack.id) or any(change_sets.list_change_sets(aws, stack)):
        return
    if not change_set.stack_ours:
        command = f"'aws cloudformation delete-stack --stack-name {stack.name}' deletes it"
        told = f"stack {stack.name} of another run has no change set left: "
        aws.notify(told + aws.hint(command))
        return

    def gone() -> Answer | None:
        left = status.read(aws, stack.id)
        return {} if left is None or left.status.startswith("DELETE") else None

    aws.write_once(gone, _SERVICE, "delete_stack", StackName=stack.id)
