"""The deployed stack, and what its status means for a deployment.

The words are StackStatus in the API reference; what may follow which is in the guide's page
on stack status codes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.aws.client import ATTEMPTS, to_utc
from sslstack.aws.refusals import Refused

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from sslstack.aws.client import Answer, Aws


class Course(enum.Enum):
    """What a deployment can do with a stack."""

    CREATE = "create"
    UPDATE = "update"
    RECREATE = "recreate"
    WAIT = "wait"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status means; `words` go after "the stack", `hint` says what would help.

    In the hint STACK and CHANGE_SET stand for the name and the ARN.
    """

    course: Course
    words: str = ""
    hint: str = ""


_RECREATE_HINT = "deploy with --recreate to delete it with all its resources and create it again"
_NEVER_SERVED = "failed to be created, so CloudFormation cannot update it"
_BUSY_HINT = "wait until it has finished, or watch it: 'sslstack execute CHANGE_SET'"

STATUSES: Mapping[str, Meaning] = {
    "REVIEW_IN_PROGRESS": Meaning(Course.CREATE),
    "DELETE_COMPLETE": Meaning(Course.CREATE),
    **dict.fromkeys(
        (
            "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE",
            "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE",
        ),
        Meaning(Course.UPDATE),
    ),
    **dict.fromkeys(
        ("ROLLBACK_COMPLETE", "CREATE_FAILED"),
        Meaning(Course.RECREATE, _NEVER_SERVED, _RECREATE_HINT),
    ),
    "ROLLBACK_FAILED": Meaning(
        Course.RECREATE,
        f"{_NEVER_SERVED}; some of its resources could not be removed either",
        _RECREATE_HINT,
    ),
    "DELETE_FAILED": Meaning(
        Course.STUCK,
        "is partly deleted: a resource could not be deleted",
        "see 'aws cloudformation describe-stack-events', release the resource, delete the stack "
        "again",
    ),
    "UPDATE_FAILED": Meaning(
        Course.STUCK,
        "is partly updated and cannot be updated with rollback",
        "'aws cloudformation rollback-stack --stack-name STACK' restores its last working state",
    ),
    "UPDATE_ROLLBACK_FAILED": Meaning(
        Course.STUCK,
        "could not be rolled back and cannot be updated until it is",
        "correct what failed, then 'aws cloudformation continue-update-rollback --stack-name "
        "STACK'; "
        "--resources-to-skip LOGICAL_ID skips a resource",
    ),
    "IMPORT_ROLLBACK_FAILED": Meaning(
        Course.STUCK,
        "could not be rolled back after an import",
        "'aws cloudformation continue-update-rollback --stack-name STACK' tries again",
    ),
    **dict.fromkeys(
        ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"),
        Meaning(Course.WAIT, "is being created or rolled back", _BUSY_HINT),
    ),
    "DELETE_IN_PROGRESS": Meaning(Course.WAIT, "is being deleted", "wait until it has finished"),
    **dict.fromkeys(
        (
            "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        ),
        Meaning(Course.WAIT, "is being updated", _BUSY_HINT),
    ),
    **dict.fromkeys(
        ("IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS"),
        Meaning(Course.WAIT, "is importing resources", _BUSY_HINT),
    ),
}  # fmt: skip
_SUCCESSES = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedStack:
    """A stack as CloudFormation describes it; times are aware.

    `changed` is when an operation last began on it, its creation before the first.
    """

    id: str
    name: str
    status: str
    reason: str
    changed: datetime.datetime
    change_set: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    tags: Mapping[str, str]
    termination_protection: bool

    @property
    def meaning(self) -> Meaning:
        """What the status means; one that is not known here is waited for or left alone."""
        return interpret(self.status)

    @property
    def hint(self) -> str:
        """What would help, in words that can be typed."""
        return find_hint(self.status, self.name, self.change_set)


def interpret(status: str) -> Meaning:
    """Describe what a status means for a deployment."""
    if (known := STATUSES.get(status)) is not None:
        return known
    course = Course.WAIT if in_progress(status) else Course.STUCK
    return Meaning(course, f"has an unknown status: {status}")


def find_hint(status: str, stack: str, change_set: str) -> str:
    """Describe what would help a stack in this status; `change_set` is the ARN of the last one."""
    said = interpret(status).hint.replace("STACK", stack)
    return said.replace("CHANGE_SET", change_set) if change_set else said


def in_progress(status: str) -> bool:
    """Return whether an operation is under way; a stack under review waits for its first."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def is_settled(status: str) -> bool:
    """Return whether nothing is under way, nor left half rolled back to what was before."""
    return not in_progress(status) and not status.endswith(("_ROLLBACK_FAILED", "UPDATE_FAILED"))


def is_success(status: str) -> bool:
    """Return whether an operation came to the end that was asked for."""
    return status in _SUCCESSES


def read(aws: Aws, name: str, *, attempts: int = ATTEMPTS) -> DeployedStack | None:
    """Return the stack of a name or ARN, None where there is none; raises UnavailableError."""
    try:
        answer = aws.read("cloudformation", "describe_stacks", attempts=attempts, StackName=name)
    except Refused as refused:
        if refused.code == "ValidationError" and "does not exist" in str(refused):
            return None
        raise
    return from_answer(answer["Stacks"][0]) if answer["Stacks"] else None


def from_answer(stack: Answer) -> DeployedStack:
    """Return the value of one of the stacks in an answer of DescribeStacks."""
    return DeployedStack(
        id=stack["StackId"],
        name=stack["StackName"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        changed=to_utc(stack.get("LastUpdatedTime") or stack["CreationTime"]),
        change_set=stack.get("ChangeSetId", ""),
        parameters=_mapping(stack, "Parameters", "ParameterKey", "ParameterValue"),
        outputs=_mapping(stack, "Outputs", "OutputKey", "OutputValue"),
        tags=_mapping(stack, "Tags", "Key", "Value"),
        termination_protection=bool(stack.get("EnableTerminationProtection")),
    )


def _mapping(stack: Answer, member: str, key: str, value: str) -> dict[str, str]:
    return {entry[key]: entry.get(value, "") for entry in stack.get(member) or ()}
