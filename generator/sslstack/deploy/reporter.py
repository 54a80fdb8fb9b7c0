"""Whoever watches a deployment, and decides: a terminal, a pipe, a test see the same steps."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import Operation, StackEvent
    from sslstack.deploy.status import DeployedStack


class Interrupted(enum.Enum):
    """What to do when somebody presses Ctrl-C while a stack is updating."""

    DETACH = "detach"
    CANCEL = "cancel"
    WATCH = "watch"


class Detached(KeyboardInterrupt):
    """Somebody stopped watching; the operation goes on at AWS. `arn` is its change set."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class Reporter(Protocol):
    """Whoever watches a deployment, and decides."""

    def removes(self, stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
        """Return whether a stack that failed may be deleted, with the load balancers it has."""

    def review(self, change_set: ChangeSet) -> bool:
        """Show what would change and tell whether to go on."""

    def announce(self, arn: str) -> None:
        """Report that a change set is about to be executed, and how to come back to it."""

    def begin(self, change_set: ChangeSet, operation: Operation) -> None:
        """Show that the operation runs; there is no way back from here."""

    def event(self, event: StackEvent) -> None:
        """Show one step."""

    def interrupted(self, arn: str) -> Interrupted:
        """Choose what becomes of a running operation after Ctrl-C."""
