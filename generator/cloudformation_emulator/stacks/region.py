"""The stacks of a region, how they are found, and what the engine shares between requests."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.stacks.errors import invalid, missing_stack
from cloudformation_emulator.stacks.model import ChangeSet, Stack

if TYPE_CHECKING:
    from cloudformation_emulator.control import Control
    from cloudformation_emulator.settings import Settings


class Region:
    """Stacks by ARN. Whoever reads or changes them holds `lock`, but never while waiting."""

    def __init__(self, name: str, settings: Settings, control: Control) -> None:
        self.name = name
        self.account = settings.account
        self.delay = settings.delay
        self.page_size = settings.page_size
        self.control = control
        self.lock = threading.RLock()
        self.stacks: dict[str, Stack] = {}

    def arn(self, kind: str, name: str) -> str:
        """Give a new ARN of a stack or a change set."""
        return f"arn:aws:cloudformation:{self.name}:{self.account}:{kind}/{name}/{uuid.uuid4()}"

    def find(self, name: str) -> Stack | None:
        """Give a stack by its ARN, or by its name while it is not deleted."""
        if name in self.stacks:
            return self.stacks[name]
        living = (one for one in self.stacks.values() if one.deleted is None)
        return next((one for one in living if one.name == name), None)

    def stack(self, name: str) -> Stack:
        """Give a stack as `find` does; raises ValidationError where there is none."""
        found = self.find(name)
        if found is None:
            raise missing_stack(name)
        return found

    def owner(self, physical_id: str) -> Stack | None:
        """Give the stack that has a resource, else one that had it when it was deleted."""
        having = [
            one
            for one in self.stacks.values()
            if any(resource.physical_id == physical_id for resource in one.resources.values())
        ]
        return min(having, key=lambda one: one.deleted is not None, default=None)

    def stack_of(self, physical_id: str) -> Stack:
        """Give a stack as `owner` does; raises ValidationError where there is none."""
        if (found := self.owner(physical_id)) is None:
            raise invalid(f"Stack for {physical_id} does not exist")
        return found

    def add(self, name: str) -> Stack:
        """Make an empty stack."""
        made = Stack(arn=self.arn("stack", name), name=name)
        self.stacks[made.arn] = made
        return made

    def change_set(self, name: str, stack_name: str | None) -> tuple[Stack, ChangeSet]:
        """Give a change set by its ARN, or by its name and its stack's; or ChangeSetNotFound."""
        stacks = [self.stack(stack_name)] if stack_name else list(self.stacks.values())
        for stack in stacks:
            for one in stack.change_sets.values():
                if name == one.arn or (stack_name and name == one.name):
                    return stack, one
        raise RefusedError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")
