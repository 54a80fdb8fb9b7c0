"""What is done to a stack without a change set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.stacks import rollback
from cloudformation_emulator.stacks.change_sets import (
    UPDATABLE,
    begin,
    in_background,
    refuse_unfinished,
)
from cloudformation_emulator.stacks.difference import changes_anything, difference
from cloudformation_emulator.stacks.errors import NO_UPDATES, invalid
from cloudformation_emulator.stacks.model import ChangeSet, Operation
from cloudformation_emulator.stacks.proposals import propose
from cloudformation_emulator.stacks.work import Work

if TYPE_CHECKING:
    from cloudformation_emulator.stacks.model import Stack
    from cloudformation_emulator.stacks.proposals import Request
    from cloudformation_emulator.stacks.region import Region

_UNTOUCHABLE = frozenset(
    {
        "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "IMPORT_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
    }
)  # fmt: skip
"""Statuses in which a stack is at work; AWS allows a few of them to be cut short, we do not."""


def create(region: Region, request: Request) -> dict[str, Any]:
    """CreateStack."""
    name = request["StackName"]
    with region.lock:
        if region.find(name):
            raise RefusedError("AlreadyExistsException", f"Stack [{name}] already exists")
        request = {**request, "OnStackFailure": request.get("OnFailure", "")}
        proposal = propose(region, None, request)
        stack = region.add(name)
        stack.protected = bool(request.get("EnableTerminationProtection"))
        stack.policy = request.get("StackPolicyBody", "")
        _run(region, stack, "CREATE", proposal, request)
    return {"StackId": stack.arn}


def update(region: Region, request: Request) -> dict[str, Any]:
    """UpdateStack: the stack's change sets become obsolete."""
    with region.lock:
        stack = region.stack(request["StackName"])
        if stack.status not in UPDATABLE:
            raise invalid(f"Stack:{stack.arn} is in {stack.status} state and can not be updated.")
        refuse_unfinished(stack, request)
        proposal = propose(region, stack, request)
        if not difference(region, stack, proposal) and not changes_anything(
            region, stack, proposal
        ):
            raise invalid(NO_UPDATES)
        for change_set in stack.change_sets.values():
            change_set.execution = "OBSOLETE"
        _run(region, stack, "UPDATE", proposal, request)
    return {"StackId": stack.arn}


def delete(region: Region, request: Request) -> dict[str, Any]:
    """DeleteStack; a stack that is not there is no error."""
    with region.lock:
        stack = region.find(request["StackName"])
        if stack is None or stack.deleted:
            return {}
        if stack.protected:
            raise invalid(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.status in _UNTOUCHABLE:
            raise invalid(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
        retained = request.get("RetainResources", [])
        if retained and stack.status != "DELETE_FAILED":
            raise invalid("RetainResources can only be specified for a stack in DELETE_FAILED")
        stack.begin(_operation("DELETE_STACK", request))
        stack.change_sets.clear()
        stack.become("DELETE_IN_PROGRESS", "User Initiated")
    in_background(lambda: rollback.delete(_work(region, stack), retained))
    return {}


def cancel_update(region: Region, request: Request) -> dict[str, Any]:
    """CancelUpdateStack: the update is rolled back as soon as it can be."""
    with region.lock:
        stack = region.stack(request["StackName"])
        if stack.status != "UPDATE_IN_PROGRESS":
            raise invalid(
                f"CancelUpdateStack cannot be called from current stack status {stack.status}"
            )
        stack.cancelled = request.get("ClientRequestToken", "")
    return {}


def continue_rollback(region: Region, request: Request) -> dict[str, Any]:
    """ContinueUpdateRollback: takes the rest back, without the resources to skip."""
    with region.lock:
        stack = region.stack(request["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise invalid(
                f"Stack:{stack.arn} is in {stack.status} state and can not continue its rollback."
            )
        skipped = request.get("ResourcesToSkip", [])
        steps = [one for one in stack.unfinished if one.after.logical_id not in skipped]
        stack.begin(_operation("CONTINUE_ROLLBACK", request))
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    in_background(lambda: rollback.resume(_work(region, stack), steps))
    return {}


def protect(region: Region, request: Request) -> dict[str, Any]:
    """UpdateTerminationProtection."""
    with region.lock:
        stack = region.stack(request["StackName"])
        stack.protected = bool(request["EnableTerminationProtection"])
    return {"StackId": stack.arn}


def set_policy(region: Region, request: Request) -> dict[str, Any]:
    """SetStackPolicy."""
    with region.lock:
        region.stack(request["StackName"]).policy = request.get("StackPolicyBody", "")
    return {}


def _run(region: Region, stack: Stack, kind: str, proposal: Any, request: Request) -> None:
    """Execute a proposal that came without a change set."""
    change_set = ChangeSet(arn="", name="", kind=kind, proposal=proposal, token="", description="")
    execution = begin(region, stack, change_set, request.get("ClientRequestToken", ""))
    in_background(execution.run)


def _operation(kind: str, request: Request) -> Operation:
    return Operation(kind=kind, token=request.get("ClientRequestToken", ""))


def _work(region: Region, stack: Stack) -> Work:
    return Work(region=region, stack=stack)
