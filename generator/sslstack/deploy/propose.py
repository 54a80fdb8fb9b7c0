"""Proposing: have CloudFormation work out a change set, or take the one that says the same."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.aws.refusals import Refused
from sslstack.deploy import change_set as change_sets
from sslstack.deploy import describe, status
from sslstack.deploy.change_set import PENDING, ChangeSet
from sslstack.deploy.discard import abandon, discard
from sslstack.deploy.proposal import (
    PREFIX,
    build_request,
    choose_parameters,
    describe_proposal,
    name_change_set,
)
from sslstack.deploy.status import Course
from sslstack.errors import SslstackError, UnavailableError
from sslstack.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.aws.client import Answer, Aws
    from sslstack.deploy.deployed import Deployed
    from sslstack.deploy.proposal import Proposal
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_SPENT = frozenset({"FAILED", "DELETE_COMPLETE"})
_EXISTS = frozenset({"AlreadyExistsException"})
_POLLS = 240
"""Looks at a change set in the making: some 15 minutes."""
_NOT_KNOWN_YET = 5
_TURNS = 5
"""Of a proposal that other runs get in the way of."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 4.0


class _Overtaken(Exception):  # noqa: N818 - a turn of events, caught right here
    """Another run has made, or taken away, what this one was about to use."""


def propose(aws: Aws, proposal: Proposal, deployed: Deployed | None = None) -> ChangeSet:
    """Have CloudFormation work out what a proposal changes; an empty one is no error.

    `deployed` is what was read of the stack before; it is read again where another run has
    changed it since.

    One that says the same is taken as it is, and waited for while another run makes it. Raises
    SslstackError where the stack's state forbids it or CloudFormation refuses the template,
    InputError for parameters, UnavailableError. Leaves nothing of this run behind then.
    """
    aws.hidden = proposal.secrets
    for _ in range(_TURNS):
        with contextlib.suppress(_Overtaken):
            return _propose_once(aws, proposal, deployed.stack if deployed else None)
        deployed = None
    raise UnavailableError(
        f"other runs create and delete the same change set of stack {proposal.stack}",
        hint="run the same command again when they have finished",
    )


def _propose_once(aws: Aws, proposal: Proposal, known: DeployedStack | None) -> ChangeSet:
    # Whether a new stack is ours has to be known to the moment, so that one is read again.
    deployed = known or status.read(aws, proposal.stack)
    kind = _kind(aws, proposal, deployed)
    chosen = choose_parameters(proposal, deployed)
    draft = ChangeSet(
        arn="", name=name_change_set(proposal, chosen, deployed), stack=proposal.stack, stack_id="",
        type=kind, status="", execution="", description=describe_proposal(proposal, _run()),
        tags=tuple(_tags(proposal, deployed)), ours=True,
        stack_ours=deployed is None or deployed.status == "DELETE_COMPLETE",
    )  # fmt: skip
    found = None if deployed is None else change_sets.find(aws, proposal.stack, draft.name)
    if found is not None and proposal.secrets:
        # Whether its hidden values are these nobody can tell: it stays, this is another.
        draft, found = replace(draft, name=_free_name(aws, draft)), None
    if found is not None and (found.status in _SPENT or found.execution == "OBSOLETE"):
        discard(aws, replace(found, ours=True))
        if _says_no_changes(found.reason):
            return replace(found, empty=True)
        found = None
    if found is None:
        wanted = build_request(aws, proposal, chosen)
        try:
            made = _created(aws, draft, wanted, secret=bool(proposal.secrets))
        except Refused:
            if known is not None and status.read(aws, proposal.stack) != known:
                raise _Overtaken from None
            raise
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


def _run() -> str:
    """Return a name to this attempt: whose a change set is stands in its description."""
    return uuid.uuid4().hex


def _free_name(aws: Aws, draft: ChangeSet) -> str:
    """Count on until no change set of the stack has the name."""
    numbers = itertools.count(2)
    names = (f"{draft.name}-{number}" for number in numbers)
    return next(
        one for one in names if change_sets.find(aws, draft.stack, one, whole=False) is None
    )


def _tags(proposal: Proposal, deployed: DeployedStack | None) -> Iterator[str]:
    """Describe what becomes of the stack's tags."""
    before = {} if deployed is None else deployed.tags
    return change_sets.describe_tag_changes(
        before, before if proposal.tags is None else proposal.tags
    )


def _kind(aws: Aws, proposal: Proposal, deployed: DeployedStack | None) -> str:
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
        hint=aws.hint(deployed.hint),
    )


def _created(aws: Aws, draft: ChangeSet, wanted: Answer, *, secret: bool) -> ChangeSet:
    """Ask for a change set; one that another run has just asked for is not ours."""

    def look() -> Answer | None:
        found = change_sets.find(aws, draft.stack, draft.name, whole=False)
        ours = found is not None and found.description == draft.description
        return {"Id": found.arn, "StackId": found.stack_id} if found and ours else None

    try:
        answer = aws.write_once(
            look, _SERVICE, "create_change_set", ChangeSetName=draft.name,
            ChangeSetType=draft.type, Description=draft.description,
            ClientToken=f"{PREFIX}{uuid.uuid4()}", **wanted,
        )  # fmt: skip
    except Refused as refused:
        if _says_no_changes(str(refused)):
            return replace(draft, empty=True, status="FAILED", reason=str(refused))
        if refused.code not in _EXISTS:
            raise
        if (mine := look()) is None:
            return _theirs(aws, draft, secret=secret)
        answer = mine
    except BaseException:
        abandon(aws, draft)
        raise
    return replace(draft, arn=answer["Id"], stack_id=answer.get("StackId", ""))


def _theirs(aws: Aws, draft: ChangeSet, *, secret: bool) -> ChangeSet:
    """Return the one that another run was faster to make; not where hidden values may differ."""
    found = change_sets.find(aws, draft.stack, draft.name, whole=False)
    if found is None or secret:
        raise _Overtaken
    return replace(draft, arn=found.arn, stack_id=found.stack_id, ours=False, stack_ours=False)


def _says_no_changes(reason: str) -> bool:
    return any(words in reason for words in _NO_CHANGES)


def _finished(aws: Aws, draft: ChangeSet) -> ChangeSet:
    """Wait until a change set is worked out; raises _Overtaken when it is taken away meanwhile."""
    wait, seen = _FIRST_WAIT, False
    for poll in range(_POLLS):
        try:
            answer = aws.read(_SERVICE, "describe_change_set", ChangeSetName=draft.arn)
            seen = True
            if answer["Status"] not in PENDING:
                made = change_sets.from_answer(*describe.read_changes(aws, draft.arn))
                return replace(
                    made, type=draft.type, tags=draft.tags,
                    ours=draft.ours, stack_ours=draft.stack_ours,
                )  # fmt: skip
        except Refused as refused:
            if not change_sets.is_not_found(refused):
                raise
            if seen or poll >= _NOT_KNOWN_YET:  # just made, it may not be known everywhere yet
                raise _Overtaken from None
        aws.sleep(wait)
        wait = min(wait * 1.5, _LONGEST_WAIT)
    raise UnavailableError(
        f"CloudFormation has not finished change set {draft.name} of stack {draft.stack} after 15 "
        "minutes",
        hint="run the same command to continue",
    )


def _failed(aws: Aws, made: ChangeSet, proposal: Proposal) -> ChangeSet:
    """Take a failed change set away; give an empty one if nothing was to be changed."""
    if _says_no_changes(made.reason):
        discard(aws, made)
        return replace(made, empty=True)
    reasons = [redact(made.reason, aws.hidden), *_validation(aws, made, proposal)]
    raise SslstackError(
        f"CloudFormation refuses the change to stack {made.stack}: "
        + "; ".join(dict.fromkeys(filter(None, reasons)))
    )


def _validation(aws: Aws, made: ChangeSet, proposal: Proposal) -> list[str]:
    """Return the reasons of early validation and hooks, which only DescribeEvents tells."""
    try:
        pages = list(
            aws.pages(_SERVICE, "describe_events", attempts=2, ChangeSetName=made.arn,
                      Filters={"FailedEvents": True})
        )  # fmt: skip
    except SslstackError:
        return []  # an older endpoint, or no permission: there is the status reason
    events = [event for page in pages for event in page.get("OperationEvents") or ()]
    return [redact(_event_reason(event, proposal), aws.hidden) for event in events]


def _event_reason(event: Answer, proposal: Proposal) -> str:
    """Describe the place in ssl.yml, the resource and the reason of a validation failure."""
    said = (
        event.get("ValidationStatusReason")
        or event.get("HookStatusReason")
        or event.get("ResourceStatusReason")
        or ""
    )
    name = event.get("LogicalResourceId", "")
    path = event.get("ValidationPath", "").removeprefix(f"/Resources/{name}")
    place = f"{proposal.origins[name]}: " if name in proposal.origins else ""
    return f"{place}{name}{path}: {said}" if name and said else said
