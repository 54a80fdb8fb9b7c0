"""One change set executed, exactly once, and what is to be watched from then on.

The request's token is made from the change set's ARN, so that whoever comes later, after a
kill or on another machine, finds the same operation by the same token.
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.arn import read_name
from sslstack.aws.refusals import Refused
from sslstack.changes import Action
from sslstack.deploy import change_set as change_sets
from sslstack.deploy import status
from sslstack.deploy.events import Operation
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
_OVER = frozenset({"EXECUTE_COMPLETE", "EXECUTE_FAILED"})
_BEGUN = _OVER | {"EXECUTE_IN_PROGRESS"}
_STARTED_ALREADY = frozenset({"TokenAlreadyExistsException", "TokenAlreadyExists"})
_MARGIN = datetime.timedelta(seconds=5)
"""Between the first event of an operation and the stack's LastUpdatedTime."""
_TYPES = {"REVIEW_IN_PROGRESS": "CREATE"}
_STALE_HINT = "create and review a new one: 'sslstack deploy'"


def make_token(arn: str) -> str:
    """Return the request token of a change set's execution (128 characters at most)."""
    return f"sslstack-{read_name(arn)}"[:128]


def find(aws: Aws, arn: str) -> tuple[ChangeSet | None, DeployedStack]:
    """Return a change set and its stack; None for a change set that was executed and deleted.

    Raises SslstackError when no stack knows it.
    """
    found = change_sets.read(aws, arn)
    stack = _last_executing(aws, arn) if found is None else status.read(aws, found.stack_id)
    if stack is None:
        raise _absent(arn)
    return found and _completed(found, stack), stack


def _completed(found: ChangeSet, stack: DeployedStack) -> ChangeSet:
    """Return a change set with what AWS does not tell of it: its type, and what it does to tags.

    Without any tags it may as well leave those that the stack has: then nothing is said of them.
    """
    word = (
        stack.status.partition("_")[0] if is_started(found) else _TYPES.get(stack.status, "UPDATE")
    )
    if any(change.action is Action.IMPORT for change in found.changes):
        word = "IMPORT"
    told = found.wanted and not is_started(found)
    tags = tuple(change_sets.describe_tag_changes(stack.tags, found.wanted)) if told else ()
    return replace(found, type="CREATE" if word == "ROLLBACK" else word, tags=tags)


def _absent(arn: str) -> SslstackError:
    return SslstackError(
        f"change set not found: {arn}",
        hint=f"it was deleted, or its stack was deployed since; {_STALE_HINT}",
    )


def _last_executing(aws: Aws, arn: str) -> DeployedStack | None:
    """Find the stack that a change set was executed on last; the ARN does not say."""
    for page in aws.pages(_SERVICE, "describe_stacks"):
        for stack in page["Stacks"]:
            if stack.get("ChangeSetId") == arn:
                return status.from_answer(stack)
    return None


def is_started(found: ChangeSet | None) -> bool:
    """Return whether a change set was executed already: there is only its end to wait for."""
    return found is None or found.execution in _BEGUN


def is_finished(found: ChangeSet | None) -> bool:
    """Return whether a change set has been executed to the end, whatever that is."""
    return found is None or found.execution in _OVER


def build_operation(found: ChangeSet | None, stack: DeployedStack, arn: str) -> Operation:
    """Return what to watch for a change set that is, or was, executed."""
    created = None if found is None else found.created
    since = stack.changed - _MARGIN if created is None else created
    return Operation(stack_id=stack.id, token=make_token(arn), since=since, change_set=arn)


def execute(aws: Aws, arn: str, ready: Callable[[], None] = lambda: None) -> Operation:
    """Execute exactly this change set, or find it under way, and give what to watch.

    `ready` is called once it is sure that it can be executed, right before it is. Raises
    SslstackError when it is stale: not whole, not available, or made for a stack that has
    changed since. Nothing has happened then.
    """
    found, stack = find(aws, arn)
    running = build_operation(found, stack, arn)
    if found is None or is_started(found):
        return running
    check_state(aws, found, stack)
    ready()

    def done() -> Answer | None:
        return {} if _has_begun(aws, arn, stack) else None

    try:
        aws.write_once(
            done, _SERVICE, "execute_change_set",
            ChangeSetName=arn, ClientRequestToken=running.token,
        )  # fmt: skip
    except Refused as refused:
        if refused.code not in _STARTED_ALREADY and not _has_begun(aws, arn, stack):
            raise _absent(arn) if change_sets.is_not_found(refused) else refused from None
    return running


def _has_begun(aws: Aws, arn: str, stack: DeployedStack) -> bool:
    """Return whether a change set is, or was, executed.

    One that is gone may have been executed, or taken away by the execution of another: the
    stack knows which it was.
    """
    if (found := change_sets.read(aws, arn)) is not None:
        return is_started(found)
    now = status.read(aws, stack.id)
    return now is not None and now.change_set == arn


def check_state(aws: Aws, found: ChangeSet, stack: DeployedStack) -> None:
    """Refuse what nobody has reviewed: another state of the change set or of the stack.

    Raises SslstackError.
    """
    if not found.executable:
        reason = f": {found.reason}" if found.reason else ""
        raise SslstackError(
            f"change set {found.name} cannot be executed: it is {found.status}, "
            f"{found.execution}{reason}",
            hint=_STALE_HINT,
        )
    if status.in_progress(stack.status):
        raise SslstackError(
            f"stack {stack.name} {stack.meaning.words}: {stack.status}", hint=aws.hint(stack.hint)
        )
    if found.created is not None and stack.changed > found.created and _deployed(stack):
        raise SslstackError(
            f"stack {stack.name} has changed since change set {found.name} was made "
            f"({found.created:%Y-%m-%d %H:%M:%S} against {stack.changed:%Y-%m-%d %H:%M:%S} UTC)",
            hint=_STALE_HINT,
        )


def _deployed(stack: DeployedStack) -> bool:
    return stack.status != "REVIEW_IN_PROGRESS"
