"""Discarding: what a run has made and nobody wants.

We delete what this run has made, and nothing else: an empty or failed change set, and a stack
under review only if it came with it and nobody has put another change set into it since.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sslstack.deploy import change_set as change_sets
from sslstack.deploy import status
from sslstack.deploy.proposal import PREFIX
from sslstack.deploy.refusals import Refused
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from sslstack.deploy.aws import Answer, Aws
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"


def discard(aws: Aws, change_set: ChangeSet) -> None:
    """Delete a change set of ours, and the stack under review that came with it.

    What another run has made, or somebody else, stays. Never raises for what is gone already;
    what cannot be deleted, or only without whoever interrupts, is named.
    """
    if not (change_set.ours and change_set.name.startswith(PREFIX)):
        return
    try:
        _delete_change_set(aws, change_set)
        if change_set.stack_ours:
            _delete_empty_stack(aws, change_set)
    except BaseException as error:
        reason = str(error) or "interrupted"
        aws.tell(
            f"change set {change_set.arn or change_set.name} of stack {change_set.stack} may be "
            f"left behind: {reason}; the next 'sslstack deploy' uses it or takes it away"
        )
        raise


def abandon(aws: Aws, change_set: ChangeSet) -> None:
    """Discard while another error is on its way, which is the one to be told of."""
    with contextlib.suppress(SslstackError):
        discard(aws, change_set)


def _delete_change_set(aws: Aws, change_set: ChangeSet) -> None:
    found = change_sets.find(
        aws, change_set.stack_id or change_set.stack, change_set.name, whole=False
    )
    if found is None or found.execution.startswith("EXECUTE"):
        return

    def gone() -> Answer | None:
        return {} if change_sets.read(aws, found.arn) is None else None

    try:
        aws.once(gone, _SERVICE, "delete_change_set", ChangeSetName=found.arn)
    except Refused as refused:
        if not change_sets.says_gone(refused):
            raise


def _delete_empty_stack(aws: Aws, change_set: ChangeSet) -> None:
    stack = status.read(aws, change_set.stack)
    if stack is None or stack.status != "REVIEW_IN_PROGRESS":
        return
    if change_set.stack_id not in ("", stack.id) or _has_change_sets(aws, stack):
        return

    def gone() -> Answer | None:
        left = status.read(aws, stack.id)
        return {} if left is None or left.status.startswith("DELETE") else None

    aws.once(gone, _SERVICE, "delete_stack", StackName=stack.id)


def _has_change_sets(aws: Aws, stack: DeployedStack) -> bool:
    pages = aws.pages(_SERVICE, "list_change_sets", StackName=stack.id)
    summaries = [entry for page in pages for entry in page.get("Summaries") or ()]
    return any(entry.get("StackId", stack.id) == stack.id for entry in summaries)
