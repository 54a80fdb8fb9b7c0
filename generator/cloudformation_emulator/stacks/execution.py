"""Executing a proposal: resources wave by wave, then the clean-up, or the rollback."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from cloudformation_emulator.resources import ProvisioningError, ReplacementNeededError
from cloudformation_emulator.stacks import outputs, policy
from cloudformation_emulator.stacks.functions import resolve
from cloudformation_emulator.stacks.model import Resource
from cloudformation_emulator.stacks.paths import differences
from cloudformation_emulator.stacks.rollback import Step, roll_back
from cloudformation_emulator.stacks.schemas import ALWAYS, recreation
from cloudformation_emulator.stacks.scopes import effective, ordered, scope
from cloudformation_emulator.stacks.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cloudformation_emulator.stacks.model import Proposal, Stack
    from cloudformation_emulator.stacks.region import Region

_REPLACING = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)

_LEFT_BEHIND = "Update successful. One or more resources could not be deleted."
_NAMES = {
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ElasticLoadBalancing::LoadBalancer": "LoadBalancerName",
    "AWS::IAM::ServerCertificate": "ServerCertificateName",
    "AWS::SecretsManager::Secret": "Name",
}
"""The property that names a resource; names are unique in an account."""


class _FailedError(Exception):
    """The execution cannot go on; the text is the reason of the rollback."""


@dataclass(slots=True, kw_only=True)
class Execution:
    """One proposal being carried out; `verb` is CREATE, UPDATE or IMPORT."""

    region: Region
    stack: Stack
    proposal: Proposal
    verb: str
    steps: list[Step] = field(default_factory=list)

    @property
    def work(self) -> Work:
        """What can be done to the stack's resources."""
        return Work(region=self.region, stack=self.stack)

    def run(self) -> str:
        """Carry the proposal out, or roll it back; give the stack's status at the end."""
        try:
            wanted = effective(self.proposal, scope(self.region, self.stack, self.proposal))
            for wave in ordered(wanted):
                self._wave({name: wanted[name] for name in wave})
                self._stop_if_cancelled()
            self._commit(wanted)
        except _FailedError as failure:
            self._fail(str(failure))
        except (ServiceException, ProvisioningError) as error:  # a reference or an output
            self._fail(f"{getattr(error, 'message', error)}. ")
        except Exception as error:  # noqa: BLE001 - a stack must not stay in progress for ever
            self._fail(f"Internal Failure ({type(error).__name__}). ")
        return self.stack.status

    def _wave(self, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        """Do what no resource of the wave must wait for another with: all begin, then end."""
        begun = []
        with self.region.lock:
            for name, definition in definitions.items():
                if step := self._begin(name, definition):
                    begun.append(step)
                    self.steps.append(step)
        for index, step in enumerate(begun):
            self.work.pause(step.after.logical_id)
            try:
                with self.region.lock:
                    self._perform(step)
            except ProvisioningError as error:
                self._note_failure(step, str(error), begun[index + 1 :])
                kind = "create" if step.verb == "CREATE" else step.verb.lower()
                raise _FailedError(
                    f"The following resource(s) failed to {kind}: [{step.after.logical_id}]. "
                ) from None

    def _begin(self, name: str, definition: Mapping[str, Any]) -> Step | None:
        """Note that a resource is being made or changed; None where there is nothing to do."""
        before = self.stack.resources.get(name)
        after = self._resource(name, definition)
        if before is None:
            verb = "IMPORT" if name in self.proposal.imports else "CREATE"
            self.stack.resources[name] = after
            self.stack.note(after, f"{verb}_IN_PROGRESS")
            return Step(verb=verb, after=after)
        after.provisioned, after.status = before.provisioned, before.status
        after.updated = before.updated
        self.stack.resources[name] = after
        changed = {str(path[0]) for path in differences(before.properties, after.properties, ())}
        if not changed:
            return None
        replaces = any(recreation(after.type, one) == ALWAYS for one in changed)
        self.stack.note(after, "UPDATE_IN_PROGRESS", _REPLACING if replaces else "")
        return Step(verb="UPDATE", before=before, after=after, replaces=replaces)

    def _resource(self, name: str, definition: Mapping[str, Any]) -> Resource:
        properties = definition.get("Properties", {})
        plain, masked = (
            scope(self.region, self.stack, self.proposal, masked=masked) for masked in (False, True)
        )
        return Resource(
            logical_id=name,
            type=definition["Type"],
            definition=definition,
            properties=resolve(properties, plain),
            shown=resolve(properties, masked),
        )

    def _perform(self, step: Step) -> None:
        after = step.after
        if step.before:
            action = policy.REPLACE if step.replaces else policy.MODIFY
            policy.refuse(self.stack.policy, after, action)
        if step.verb == "IMPORT":
            identifier = dict(self.proposal.imports[after.logical_id])
            after.provisioned = self.work.adopt(after, identifier)
        elif step.verb == "UPDATE" and not step.replaces:
            self._update(step)
        else:
            self._create(step)
        step.done = True
        self.stack.note(after, f"{step.verb}_COMPLETE")

    def _create(self, step: Step) -> None:
        _refuse_same_name(step)
        step.after.provisioned = self.work.create(step.after)
        self.stack.note(step.after, f"{step.verb}_IN_PROGRESS", "Resource creation Initiated")

    def _update(self, step: Step) -> None:
        """Change a resource in place; where its handler cannot, make a new one."""
        try:
            step.after.provisioned = self.work.update(step.after)
        except ReplacementNeededError:
            step.replaces = True
            policy.refuse(self.stack.policy, step.after, policy.REPLACE)
            self.stack.note(step.after, "UPDATE_IN_PROGRESS", _REPLACING)
            self._create(step)

    def _note_failure(self, step: Step, reason: str, others: Iterable[Step]) -> None:
        """Note why a resource failed, and that those begun with it are cancelled."""
        self.work.note(step.after, f"{step.verb}_FAILED", reason)
        for other in others:
            word = "creation" if other.verb == "CREATE" else other.verb.lower()
            self.work.note(other.after, f"{other.verb}_FAILED", f"Resource {word} cancelled")

    def _stop_if_cancelled(self) -> None:
        with self.region.lock:
            if self.stack.cancelled is None:
                return
            self.stack.turn_back(self.stack.cancelled)
            raise _FailedError("User Initiated")

    def _fail(self, reason: str) -> None:
        roll_back(self.work, self.verb, self.proposal, self.steps, reason)

    def _commit(self, wanted: Mapping[str, Any]) -> None:
        """Make the proposal the stack's own, then delete what it no longer has."""
        with self.region.lock:
            stack, proposal = self.stack, self.proposal
            removed = [one for name, one in stack.resources.items() if name not in wanted]
            for one in removed:
                policy.refuse(stack.policy, one, policy.DELETE)
            made = outputs.of(proposal.template, scope(self.region, stack, proposal, masked=True))
            old = {step.before.logical_id: step.before for step in self.steps
                   if step.replaces and step.before}  # fmt: skip
            stack.outputs = made
            stack.template, stack.parameters = proposal.template, proposal.parameters
            stack.tags, stack.capabilities = proposal.tags, proposal.capabilities
            if self.verb != "UPDATE":
                stack.become(f"{self.verb}_COMPLETE")
                return
            stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        left = self._clean_up([*old.values(), *removed], kept=set(wanted))
        with self.region.lock:
            stack.become("UPDATE_COMPLETE", _LEFT_BEHIND if left else "")

    def _clean_up(self, resources: Iterable[Resource], kept: set[str]) -> list[str]:
        """Delete what was replaced or removed; give the names of what is left behind."""
        left: list[str] = []
        unwanted = {one.logical_id: one for one in resources}
        waves = ordered({name: one.definition for name, one in unwanted.items()})
        for name in (name for wave in reversed(waves) for name in wave):
            retained = {"DeletionPolicy": unwanted[name].definition.get("UpdateReplacePolicy")}
            if name in kept:  # it was replaced: another policy decides
                unwanted[name].definition = {**unwanted[name].definition, **retained}
            left += self.work.delete_all([unwanted[name]])
            if name not in kept:
                with self.region.lock:
                    self.stack.resources.pop(name, None)
        return left


def _refuse_same_name(step: Step) -> None:
    """Refuse to make a resource beside the one of its name that it is to replace."""
    key = _NAMES.get(step.after.type, "")
    name = step.after.properties.get(key)
    if step.before and name and name == step.before.properties.get(key):
        raise ProvisioningError(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {name} and update the stack again."
        )
