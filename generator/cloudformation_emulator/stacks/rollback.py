"""Taking an execution back, and deleting a stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cloudformation_emulator.resources import ProvisioningError
from cloudformation_emulator.stacks.model import now
from cloudformation_emulator.stacks.scopes import ordered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cloudformation_emulator.stacks.model import Proposal, Resource
    from cloudformation_emulator.stacks.work import Work


@dataclass(slots=True, kw_only=True)
class Step:
    """What an execution did, or tried to do, to one resource."""

    verb: str
    after: Resource
    before: Resource | None = None
    replaces: bool = False
    done: bool = False


def roll_back(work: Work, verb: str, proposal: Proposal, steps: list[Step], reason: str) -> None:
    """Bring a stack back to where it was, or leave it failed if that was asked for."""
    on_failure = proposal.on_failure or ("DO_NOTHING" if proposal.disable_rollback else "ROLLBACK")
    if on_failure == "DO_NOTHING":
        with work.region.lock:
            _leave(work, steps)
            work.stack.become(f"{verb}_FAILED", reason)
    elif verb == "CREATE" and on_failure == "DELETE":
        with work.region.lock:
            work.stack.become("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
        delete(work, ())
    elif verb == "CREATE":
        _roll_back_creation(work, reason)
    else:
        prefix = "IMPORT" if verb == "IMPORT" else "UPDATE"
        with work.region.lock:
            work.stack.become(f"{prefix}_ROLLBACK_IN_PROGRESS", reason)
        resume(work, list(reversed(steps)), prefix)


def _leave(work: Work, steps: list[Step]) -> None:
    """Let what was not done be as it was; what was done stays done."""
    for step in steps:
        if step.before and not step.done:
            step.before.status, step.before.reason = step.after.status, step.after.reason
            work.stack.resources[step.after.logical_id] = step.before


def resume(work: Work, steps: list[Step], prefix: str = "UPDATE") -> None:
    """Take steps back, the last first; where one cannot be taken back the rest is kept.

    ContinueUpdateRollback comes here again with the rest.
    """
    for index, step in enumerate(steps):
        try:
            _take_back(work, step)
        except ProvisioningError as error:
            with work.region.lock:
                work.stack.note(step.after, "UPDATE_FAILED", str(error))
                work.stack.unfinished = steps[index:]
                work.stack.become(
                    "UPDATE_ROLLBACK_FAILED",
                    f"The following resource(s) failed to update: [{step.after.logical_id}]. ",
                )
            return
    with work.region.lock:
        work.stack.unfinished = []
        if prefix == "UPDATE":
            work.stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    _clean_up(work, steps)
    with work.region.lock:
        work.stack.become(f"{prefix}_ROLLBACK_COMPLETE")


def delete(work: Work, retained: Collection[str]) -> None:
    """Delete a stack with its resources, those that need others first.

    A deleted stack's resources are told of for 90 days more: DescribeStackResources in the API
    reference.
    """
    with work.region.lock:
        resources = dict(work.stack.resources)
    failed = _delete_resources(work, retained)
    with work.region.lock:
        if failed:
            work.stack.become("DELETE_FAILED", _failed_to_delete(failed))
            return
        work.stack.deleted = now()
        work.stack.resources = resources
        work.stack.become("DELETE_COMPLETE")


def _roll_back_creation(work: Work, reason: str) -> None:
    with work.region.lock:
        work.stack.become("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    failed = _delete_resources(work, ())
    with work.region.lock:
        if failed:
            work.stack.become("ROLLBACK_FAILED", _failed_to_delete(failed))
        else:
            work.stack.become("ROLLBACK_COMPLETE")


def _failed_to_delete(names: Sequence[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "


def _delete_resources(work: Work, retained: Collection[str]) -> list[str]:
    """Delete the stack's resources; give the names of those that stay, against the wish."""
    with work.region.lock:
        resources = dict(work.stack.resources)
    waves = ordered({name: one.definition for name, one in resources.items()})
    failed: list[str] = []
    for name in (name for wave in reversed(waves) for name in wave):
        resource = resources[name]
        if name in retained:
            work.note(resource, "DELETE_SKIPPED")
        elif left := work.delete_all([resource]):
            failed += left
            continue
        with work.region.lock:
            work.stack.resources.pop(name, None)
    return failed


def _take_back(work: Work, step: Step) -> None:
    """Give a resource back what it had; what was newly made is deleted later."""
    before, name = step.before, step.after.logical_id
    if before is None:
        return
    if not step.replaces:
        work.note(before, "UPDATE_IN_PROGRESS")
        work.pause(name)
    with work.region.lock:
        if step.done and not step.replaces:
            before.provisioned = work.update(before)
        work.stack.resources[name] = before
        work.stack.note(before, "UPDATE_COMPLETE")


def _clean_up(work: Work, steps: Sequence[Step]) -> None:
    """Delete what the execution made, and forget what it imported."""
    for step in steps:
        made, name = step.after, step.after.logical_id
        if step.before is None:
            if step.verb == "CREATE":
                work.delete_all([made])
            with work.region.lock:
                work.stack.resources.pop(name, None)
        elif step.replaces and step.done:
            work.delete_all([made])
