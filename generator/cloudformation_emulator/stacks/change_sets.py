"""Change sets: proposed, described, deleted, executed."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from cloudformation_emulator import activity
from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.resources import ProvisioningError
from cloudformation_emulator.stacks.difference import changes_anything, difference
from cloudformation_emulator.stacks.errors import INVALID, NO_CHANGES, invalid
from cloudformation_emulator.stacks.execution import Execution
from cloudformation_emulator.stacks.model import ChangeSet, Invalid, Operation, now
from cloudformation_emulator.stacks.proposals import propose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cloudformation_emulator.stacks.model import Stack
    from cloudformation_emulator.stacks.proposals import Request
    from cloudformation_emulator.stacks.region import Region
    from cloudformation_emulator.stacks.template import Template

UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE", "UPDATE_FAILED", "CREATE_FAILED",
    }
)  # fmt: skip
_UNFINISHED = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
_PENDING = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})
_OPERATIONS = {"CREATE": "CREATE_STACK", "UPDATE": "UPDATE_STACK", "IMPORT": "UPDATE_STACK"}


def create(region: Region, request: Request) -> dict[str, Any]:
    """CreateChangeSet: the answer comes at once, the difference a moment later."""
    name, kind = request["ChangeSetName"], request.get("ChangeSetType", "UPDATE")
    with region.lock:
        stack = region.find(request["StackName"])
        _refuse_kind(request["StackName"], name, kind, stack)
        if stack and (
            twin := next((c for c in stack.change_sets.values() if c.name == name), None)
        ):
            if request.get("ClientToken") and request["ClientToken"] == twin.token:
                return {"Id": twin.arn, "StackId": stack.arn}
            raise RefusedError(
                "AlreadyExistsException",
                f"ChangeSet {name} cannot be created due to a mismatch with existing attribute",
            )
        deployed = stack if stack and stack.status != "REVIEW_IN_PROGRESS" else None
        proposal = propose(region, deployed, request)
        if stack is None:
            stack = region.add(request["StackName"])
            stack.begin(Operation(kind="CREATE_CHANGESET"))
            stack.become("REVIEW_IN_PROGRESS", "User Initiated")
        made = ChangeSet(
            arn=region.arn("changeSet", name),
            name=name,
            kind=kind,
            proposal=proposal,
            token=request.get("ClientToken", ""),
            description=request.get("Description", ""),
        )
        stack.change_sets[made.arn] = made
    in_background(lambda: _compare(region, stack, made))
    return {"Id": made.arn, "StackId": stack.arn}


def delete(region: Region, request: Request) -> dict[str, Any]:
    """DeleteChangeSet; one that is not there is no error, one being made or executed is."""
    with region.lock:
        try:
            stack, found = region.change_set(request["ChangeSetName"], request.get("StackName"))
        except ServiceException as error:
            if error.code == "ChangeSetNotFound":
                return {}
            raise
        if found.execution == "EXECUTE_IN_PROGRESS" or found.status in _PENDING:
            raise _not_executable(found)
        del stack.change_sets[found.arn]
    return {}


def execute(region: Region, request: Request) -> dict[str, Any]:
    """ExecuteChangeSet: begins at once; the stack's other change sets are deleted."""
    with region.lock:
        stack, found = region.change_set(request["ChangeSetName"], request.get("StackName"))
        token = request.get("ClientRequestToken", "")
        if token and token == found.executed_by:
            return {}  # the answer to the first attempt got lost
        if found.execution != "AVAILABLE":
            raise _not_executable(found)
        if stack.in_progress:
            raise invalid(f"Stack:{stack.arn} is in {stack.status} state and can not be updated.")
        if request.get("DisableRollback") and found.proposal.on_failure:
            raise invalid("DisableRollback cannot be specified when OnStackFailure was")
        refuse_unfinished(stack, request)
        stack.disable_rollback = bool(request.get("DisableRollback"))
        found.proposal = replace(found.proposal, disable_rollback=stack.disable_rollback)
        found.execution = "EXECUTE_IN_PROGRESS"
        stack.change_sets = {found.arn: found}
        stack.executed = found.arn
        found.executed_by = token
        execution = begin(region, stack, found, token)
    in_background(lambda: _finish(region, found, execution))
    return {}


def begin(region: Region, stack: Stack, change_set: ChangeSet, token: str) -> Execution:
    """Note that an execution begins: the stack's status changes before the call is answered."""
    kind = change_set.kind
    stack.begin(Operation(kind=_OPERATIONS[kind], token=token))
    stack.updated = None if kind == "CREATE" else now()
    if kind == "CREATE":
        stack.parameters = change_set.proposal.parameters
        stack.template, stack.tags = change_set.proposal.template, change_set.proposal.tags
    stack.become(f"{kind}_IN_PROGRESS", "User Initiated")
    return Execution(region=region, stack=stack, proposal=change_set.proposal, verb=kind)


def in_background(act: Callable[[], object]) -> None:
    """Do something while requests go on being answered."""
    running = contextlib.ExitStack()
    running.enter_context(activity.running())  # from now on: the thread may begin later

    def run() -> None:
        with running:
            act()

    threading.Thread(target=run, daemon=True).start()


def _finish(region: Region, change_set: ChangeSet, execution: Execution) -> None:
    status = execution.run()
    with region.lock:
        good = status.endswith("_COMPLETE") and "ROLLBACK" not in status
        change_set.execution = "EXECUTE_COMPLETE" if good else "EXECUTE_FAILED"


def _compare(region: Region, stack: Stack, change_set: ChangeSet) -> None:
    """Work out what a change set changes; it is FAILED where that is nothing, or not valid."""
    with region.lock:
        change_set.status = "CREATE_IN_PROGRESS"
        change_set.invalid = tuple(_early_validation(region, change_set.proposal.template))
        changes, reason = (
            ((), INVALID) if change_set.invalid else _difference(region, stack, change_set)
        )
        change_set.changes, change_set.reason = changes, reason
        change_set.status = "FAILED" if reason else "CREATE_COMPLETE"
        change_set.execution = "UNAVAILABLE" if reason else "AVAILABLE"


def _early_validation(region: Region, template: Template) -> Iterator[Invalid]:
    for name, definition in template.section("Resources").items():
        if reason := region.control.invalid(name):
            yield Invalid(logical_id=name, type=definition["Type"], reason=reason)


def _difference(
    region: Region, stack: Stack, change_set: ChangeSet
) -> tuple[tuple[Mapping[str, Any], ...], str]:
    """Give what is changed, or the reason why it cannot be."""
    try:
        changes = difference(region, stack, change_set.proposal)
        if change_set.kind != "UPDATE" or changes:
            return tuple(changes), ""
        return (), "" if changes_anything(region, stack, change_set.proposal) else NO_CHANGES
    except (ServiceException, ProvisioningError) as error:
        return (), str(getattr(error, "message", error))
    except Exception as error:  # noqa: BLE001 - a change set must not stay in progress for ever
        return (), f"Internal Failure ({type(error).__name__})"


def _refuse_kind(name: str, change_set: str, kind: str, stack: Stack | None) -> None:
    """Refuse a change set whose type does not fit the status of the stack."""
    review = stack is not None and stack.status == "REVIEW_IN_PROGRESS"
    if kind == "UPDATE" and stack is None:
        raise invalid(f"Stack [{name}] does not exist")
    if kind == "CREATE" and stack is not None and not review:
        raise invalid(
            f"Stack [{name}] already exists and cannot be created again with the changeSet "
            f"[{change_set}]."
        )
    if stack is None or (review and kind != "UPDATE"):
        return
    if stack.status not in UPDATABLE:
        raise invalid(f"Stack:{stack.arn} is in {stack.status} state and can not be updated.")


def refuse_unfinished(stack: Stack, request: Request) -> None:
    """Refuse an update that could be rolled back, where one that failed has not been."""
    if stack.status in _UNFINISHED and not request.get("DisableRollback"):
        raise invalid(
            f"This stack is currently in a non-terminal [{stack.status}] state. To update the "
            "stack from this state, please use the disable-rollback parameter with update-stack "
            "API. To rollback to the last known good state, use the rollback-stack API"
        )


def _not_executable(change_set: ChangeSet) -> RefusedError:
    return RefusedError(
        "InvalidChangeSetStatus",
        f"ChangeSet [{change_set.arn}] cannot be executed in its current execution status of "
        f"[{change_set.execution}] and status of [{change_set.status}]",
    )
