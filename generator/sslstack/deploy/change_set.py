"""Change sets: proposed, found again, discarded.

We delete what this run has made, and nothing else: an empty or failed change set, and a stack
under review only if it came with it and nobody has put another change set into it since.
"""

from __future__ import annotations

import contextlib
import itertools
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.deploy import describe, status
from sslstack.deploy.proposal import PREFIX, name, parameters, request
from sslstack.deploy.redaction import redact
from sslstack.deploy.refusals import Refused
from sslstack.deploy.status import Course
from sslstack.errors import SslstackError, UnavailableError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from sslstack.changes import ResourceChange
    from sslstack.deploy.aws import Answer, Aws
    from sslstack.deploy.proposal import Proposal
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_PENDING = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})
_SPENT = frozenset({"FAILED", "DELETE_COMPLETE"})
_EXISTS = frozenset({"AlreadyExistsException"})
_POLLS = 240
"""Looks at a change set in the making: some 15 minutes."""
_NOT_KNOWN_YET = 5
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What CloudFormation would do, in its words; times are aware.

    `empty` when nothing is to be changed: then there is no such change set any more. Without
    `changes` it may still set tags, `tags` says which. `ours` and `stack_ours` tell what this
    run has made.
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
    tags: tuple[str, ...] = ()
    empty: bool = False
    ours: bool = False
    stack_ours: bool = False

    @property
    def executable(self) -> bool:
        """Tell whether CloudFormation would execute it."""
        return (self.status, self.execution) == ("CREATE_COMPLETE", "AVAILABLE")


def propose(aws: Aws, proposal: Proposal) -> ChangeSet:
    """Have CloudFormation work out what a proposal changes; an empty one is no error.

    One that says the same is taken as it is, and waited for while another run makes it. Raises
    SslstackError where the stack's state forbids it or CloudFormation refuses the template,
    InputError for parameters, UnavailableError. Leaves nothing of this run behind then.
    """
    deployed = status.read(aws, proposal.stack)
    kind = _kind(proposal, deployed)
    chosen = parameters(proposal, deployed)
    draft = ChangeSet(
        arn="", name=name(proposal, chosen, deployed), stack=proposal.stack, stack_id="",
        type=kind, status="", execution="", tags=tuple(_tags(proposal, deployed)),
        ours=True, stack_ours=deployed is None or deployed.status == "DELETE_COMPLETE",
    )  # fmt: skip
    found = None if deployed is None else _find(aws, proposal.stack, draft.name)
    if found is not None and proposal.secrets:
        # Whether its hidden values are these nobody can tell: it stays, this is another.
        draft, found = replace(draft, name=_free_name(aws, draft)), None
    if found is not None and (found.status in _SPENT or found.execution == "OBSOLETE"):
        discard(aws, replace(found, ours=True))
        found = None
    if found is None:
        made = _created(aws, draft, request(aws, proposal, chosen))
    else:
        made = replace(draft, arn=found.arn, stack_id=found.stack_id, ours=False, stack_ours=False)
    if made.empty:
        return made
    try:
        finished = _finished(aws, made)
        return _failed(aws, finished, proposal) if finished.status == "FAILED" else finished
    except BaseException:
        # Whatever stopped us, Ctrl-C included: it is there, and it may be ours.
        abandon(aws, made)
        raise


def _free_name(aws: Aws, draft: ChangeSet) -> str:
    """Count on until no change set of the stack has the name."""
    numbers = itertools.count(2)
    names = (f"{draft.name}-{number}" for number in numbers)
    return next(one for one in names if _find(aws, draft.stack, one, whole=False) is None)


def _tags(proposal: Proposal, deployed: DeployedStack | None) -> Iterator[str]:
    """Say what becomes of the stack's tags."""
    before = {} if deployed is None else deployed.tags
    after = before if proposal.tags is None else proposal.tags
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            old, new = (known.get(key, "nothing") for known in (before, after))
            yield f"{key}: {old} -> {new}"


def _kind(proposal: Proposal, deployed: DeployedStack | None) -> str:
    """Choose the type of the change set by the stack's status, or say why there is none."""
    stack = proposal.stack
    if deployed is None:
        return "IMPORT" if proposal.imports else "CREATE"
    meaning = deployed.meaning
    if meaning.course in (Course.CREATE, Course.UPDATE):
        return "IMPORT" if proposal.imports else meaning.course.name
    reason = f" ({redact(deployed.reason)})" if deployed.reason else ""
    raise SslstackError(
        f"stack {stack} {meaning.words}: {deployed.status}{reason}",
        hint=meaning.hint.replace("NAME", stack),
    )


def _created(aws: Aws, draft: ChangeSet, wanted: Answer) -> ChangeSet:
    """Ask for a change set; one that another run has just asked for is not ours."""
    asked_again = False

    def look() -> Answer | None:
        nonlocal asked_again
        asked_again = True
        return _look(aws, draft)

    try:
        answer = aws.once(
            look, _SERVICE, "create_change_set", ChangeSetName=draft.name,
            ChangeSetType=draft.type, ClientToken=f"{PREFIX}{uuid.uuid4()}", **wanted,
        )  # fmt: skip
    except Refused as refused:
        if any(words in str(refused) for words in _NO_CHANGES):
            return replace(draft, empty=True, status="FAILED", reason=str(refused))
        found = _look(aws, draft) if refused.code in _EXISTS or asked_again else None
        if found is None:
            raise
        if not asked_again:  # and so it cannot have been us
            draft = replace(draft, ours=False, stack_ours=False)
        answer = found
    except BaseException:
        abandon(aws, draft)
        raise
    return replace(draft, arn=answer["Id"], stack_id=answer.get("StackId", ""))


def _look(aws: Aws, draft: ChangeSet) -> Answer | None:
    """Give what stands for the lost answer of CreateChangeSet."""
    found = _find(aws, draft.stack, draft.name, whole=False)
    return None if found is None else {"Id": found.arn, "StackId": found.stack_id}


def _finished(aws: Aws, draft: ChangeSet) -> ChangeSet:
    """Wait until a change set is worked out."""
    wait = _FIRST_WAIT
    for poll in range(_POLLS):
        try:
            answer = aws.read(_SERVICE, "describe_change_set", ChangeSetName=draft.arn)
        except Refused as refused:
            # Just made, it may not be known everywhere yet.
            if poll >= _NOT_KNOWN_YET or not _says_gone(refused):
                raise
            answer = {"Status": "CREATE_PENDING"}
        if answer["Status"] not in _PENDING:
            answer, changes = describe.described(aws, draft.arn)
            return _value(answer, changes, draft)
        aws.sleep(wait)
        wait = min(wait * 1.5, _LONGEST_WAIT)
    raise UnavailableError(
        f"change set {draft.name} of stack {draft.stack} is not worked out after a quarter hour",
        hint="run the same again: it goes on from there",
    )


def _failed(aws: Aws, made: ChangeSet, proposal: Proposal) -> ChangeSet:
    """Take a failed change set away; give an empty one if nothing was to be changed."""
    if any(words in made.reason for words in _NO_CHANGES):
        discard(aws, made)
        return replace(made, empty=True)
    reasons = [redact(made.reason, proposal.secrets), *_validation(aws, made)]
    raise SslstackError(
        f"CloudFormation refuses the change to stack {made.stack}: "
        + "; ".join(dict.fromkeys(filter(None, reasons)))
    )


def _validation(aws: Aws, made: ChangeSet) -> list[str]:
    """Give the reasons of early validation and hooks, which only DescribeEvents tells."""
    try:
        pages = list(
            aws.pages(_SERVICE, "describe_events", attempts=2, ChangeSetName=made.arn,
                      Filters={"FailedEvents": True})
        )  # fmt: skip
    except SslstackError:
        return []  # an older endpoint, or no permission: there is the status reason
    events = [event for page in pages for event in page.get("OperationEvents") or ()]
    return [redact(_validation_reason(event)) for event in events]


def _validation_reason(event: Answer) -> str:
    said = (
        event.get("ValidationStatusReason")
        or event.get("HookStatusReason")
        or event.get("ResourceStatusReason")
        or ""
    )
    where = event.get("LogicalResourceId", "") + event.get("ValidationPath", "")
    return f"{where}: {said}" if where and said else said


def _find(aws: Aws, stack: str, name: str, *, whole: bool = True) -> ChangeSet | None:
    """Give the change set of a name, None when the stack has none of it."""
    try:
        answer = aws.read(_SERVICE, "describe_change_set", ChangeSetName=name, StackName=stack)
    except Refused as refused:
        if _says_gone(refused):
            return None
        raise
    if stack not in (answer.get("StackName", stack), answer.get("StackId")):
        return None
    arn = answer["ChangeSetId"]
    found, changes = describe.described(aws, arn) if whole else (answer, ())
    return _value(found, changes, None)


def read(aws: Aws, arn: str) -> ChangeSet | None:
    """Give the change set of an ARN, None when there is none (any more)."""
    try:
        answer, changes = describe.described(aws, arn)
    except Refused as refused:
        if _says_gone(refused):
            return None
        raise
    return _value(answer, changes, None)


def _says_gone(refused: Refused) -> bool:
    """Tell whether there is no such change set, or no such stack."""
    not_found = refused.code in ("ChangeSetNotFound", "ChangeSetNotFoundException")
    return not_found or (refused.code == "ValidationError" and "does not exist" in str(refused))


def _value(
    answer: Answer, changes: tuple[ResourceChange, ...], draft: ChangeSet | None
) -> ChangeSet:
    read_ = ChangeSet(
        arn=answer["ChangeSetId"],
        name=answer.get("ChangeSetName", ""),
        stack=answer.get("StackName", ""),
        stack_id=answer.get("StackId", ""),
        type="",
        status=answer["Status"],
        execution=answer.get("ExecutionStatus", ""),
        reason=answer.get("StatusReason", ""),
        description=answer.get("Description", ""),
        created=answer.get("CreationTime"),
        changes=changes,
    )
    if draft is None:
        return read_
    return replace(
        read_, type=draft.type, tags=draft.tags, ours=draft.ours, stack_ours=draft.stack_ours
    )


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
    found = _find(aws, change_set.stack_id or change_set.stack, change_set.name, whole=False)
    if found is None or found.execution.startswith("EXECUTE"):
        return

    def gone() -> Answer | None:
        return {} if read(aws, found.arn) is None else None

    try:
        aws.once(gone, _SERVICE, "delete_change_set", ChangeSetName=found.arn)
    except Refused as refused:
        if not _says_gone(refused):
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
