"""A change set as AWS describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sslstack.arn import parse_arn
from sslstack.aws.client import read_time
from sslstack.aws.refusals import Refused
from sslstack.deploy import describe

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from sslstack.aws.client import Answer, Aws
    from sslstack.changes import ResourceChange
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
PENDING = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})
"""Statuses of a change set in the making."""
_GONE = "DELETE_COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What CloudFormation would do, in its words; times are aware.

    `empty` when nothing is to be changed: then there is no such change set any more. Without
    `changes` it may still set tags, `tags` says which; `wanted` are all that the stack is to have.
    `ours` and `stack_ours` tell what this run has made.
    """

    arn: str
    name: str
    stack: str
    stack_id: str
    type: str
    status: str
    execution: str
    reason: str = ""
    created: datetime.datetime | None = None
    description: str = ""
    changes: tuple[ResourceChange, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    empty: bool = False
    ours: bool = False
    stack_ours: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether AWS tells of it no longer, nor of its changes."""
        return self.status == _GONE

    @property
    def executable(self) -> bool:
        """Whether CloudFormation would execute it."""
        return (self.status, self.execution) == ("CREATE_COMPLETE", "AVAILABLE")


def find(aws: Aws, stack: str, name: str, *, whole: bool = True) -> ChangeSet | None:
    """Return the change set of a name, None when the stack has none of it.

    Its changes only where the `whole` is asked for.
    """
    try:
        answer = aws.read(_SERVICE, "describe_change_set", ChangeSetName=name, StackName=stack)
        if stack not in (answer.get("StackName", stack), answer.get("StackId")):
            return None
        if not whole:
            return from_answer(answer)
        return from_answer(*describe.read_changes(aws, answer["ChangeSetId"]))
    except Refused as refused:
        if is_not_found(refused):
            return None
        raise


def read(aws: Aws, arn: str) -> ChangeSet | None:
    """Return the change set of an ARN, None when there is none (any more)."""
    try:
        return from_answer(*describe.read_changes(aws, arn))
    except Refused as refused:
        if is_not_found(refused):
            return None
        raise


def list_change_sets(aws: Aws, stack: DeployedStack) -> Iterator[Answer]:
    """Return an entry for each change set of a stack (ChangeSetSummary in the API reference)."""
    for page in aws.pages(_SERVICE, "list_change_sets", StackName=stack.id):
        for entry in page.get("Summaries") or ():
            if entry.get("StackId", stack.id) == stack.id:
                yield entry


def list_executable(aws: Aws, stack: DeployedStack) -> tuple[str, ...]:
    """Return the ARNs of a stack's change sets that can be executed."""
    found = list_change_sets(aws, stack)
    return tuple(one["ChangeSetId"] for one in found if one.get("ExecutionStatus") == "AVAILABLE")


def build_deleted(arn: str, stack: DeployedStack) -> ChangeSet:
    """Return what is still known of a change set that was executed on a stack."""
    return ChangeSet(
        arn=arn, name=parse_arn(arn).path[1], stack=stack.name, stack_id=stack.id, type="",
        status=_GONE, execution="",
    )  # fmt: skip


def build_empty(stack: DeployedStack) -> ChangeSet:
    """Return what stands for a change set where none was made."""
    return ChangeSet(
        arn="", name="", stack=stack.name, stack_id=stack.id, type="", status="", execution="",
        empty=True,
    )  # fmt: skip


def describe_tag_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Describe what becomes of a stack's tags."""
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            old, new = (known.get(key, "nothing") for known in (before, after))
            yield f"{key}: {old} -> {new}"


def is_not_found(refused: Refused) -> bool:
    """Return whether there is no such change set, or no such stack."""
    not_found = refused.code in ("ChangeSetNotFound", "ChangeSetNotFoundException")
    return not_found or (refused.code == "ValidationError" and "does not exist" in str(refused))


def from_answer(answer: Answer, changes: tuple[ResourceChange, ...] = ()) -> ChangeSet:
    """Return the value of an answer of DescribeChangeSet, and of its changes."""
    return ChangeSet(
        arn=answer["ChangeSetId"],
        name=answer.get("ChangeSetName", ""),
        stack=answer.get("StackName", ""),
        stack_id=answer.get("StackId", ""),
        type="",
        status=answer["Status"],
        execution=answer.get("ExecutionStatus", ""),
        reason=answer.get("StatusReason", ""),
        description=answer.get("Description", ""),
        created=read_time(answer, "CreationTime"),
        wanted={one["Key"]: one["Value"] for one in answer.get("Tags") or ()},
        changes=changes,
    )
