"""What happens to a stack: one step of one resource, the operation it belongs to, its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.aws.client import to_utc
from sslstack.cloudformation.resource_types import STACK
from sslstack.deploy import status
from sslstack.redaction import redact

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    from sslstack.aws.client import Answer
    from sslstack.deploy.status import DeployedStack

_BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"})
_CANCELLED = ("cancelled", "canceled")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One step of one resource; `time` is aware, `token` that of the request that began it.

    `hook` when it is what a hook says, of the stack or of a resource, and no step of it;
    `tolerated` when that hook was told to warn only.
    """

    id: str
    time: datetime.datetime
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    token: str = ""
    hook: bool = False
    tolerated: bool = False

    @property
    def of_stack(self) -> bool:
        """Whether this is about the stack itself, and not about a resource in it."""
        return self.type == STACK and self.physical_id == self.stack_id

    @property
    def begins(self) -> bool:
        """Whether an operation on the stack begins here."""
        return self.of_stack and not self.hook and self.status in _BEGINNINGS

    @property
    def ends(self) -> bool:
        """Whether an operation on the stack ends here."""
        return self.of_stack and not (self.hook or self.status.endswith("_IN_PROGRESS"))

    @property
    def turns(self) -> bool:
        """Whether the stack says here why it does not come to the end that was asked for."""
        back = "ROLLBACK" in self.status or self.status.endswith("_FAILED")
        return self.of_stack and not self.hook and back and bool(self.reason)

    @property
    def failed(self) -> bool:
        """Whether something went wrong here, and not in consequence of another failure."""
        consequence = self.of_stack and not self.hook
        if not self.status.endswith("_FAILED") or consequence or self.tolerated:
            return False
        return not any(word in self.reason.lower() for word in _CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that runs on a stack; `since` (aware) comes before its first event."""

    stack_id: str
    token: str
    since: datetime.datetime
    change_set: str = ""

    def began(self, event: StackEvent) -> bool:
        """Return whether an event comes from this request, or from one that cancelled it."""
        return event.token in (self.token, self.cancelling)

    @property
    def cancelling(self) -> str:
        """The token of the request that cancels this operation."""
        return f"{self.token}-cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an operation ended: the stack's status and every event of the operation, in order.

    `stack` is the stack as it was read last; its status may be older than this one.
    """

    status: str
    reason: str
    events: tuple[StackEvent, ...]
    stack: DeployedStack | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it came to the end that was asked for."""
        return status.is_success(self.status)

    @property
    def root_cause(self) -> StackEvent | None:
        """The earliest failure that no other failure brought about, None where none is known.

        Where none is of a resource, cancelling for one, it is what the stack says of itself.
        """
        if self.succeeded:
            return None
        causes = (*self.failures, *(one for one in self.events if one.turns))
        return causes[0] if causes else None

    @property
    def failures(self) -> tuple[StackEvent, ...]:
        """What went wrong; in a success, what could not be cleaned up after it."""
        return tuple(event for event in self.events if event.failed)


def select_events(operation: Operation, events: Iterable[StackEvent]) -> list[StackEvent]:
    """Return the events of an operation, in order: from its first to the stack's final one.

    A stack has one operation at a time. Its first event has the token of the request; where
    somebody else has executed the change set, in the console say, it is the first beginning
    since. What comes after may have the token of whoever has cancelled it.
    """
    found = sorted(events, key=lambda event: event.time)
    begun = [at for at, event in enumerate(found) if operation.began(event)]
    if not begun and operation.change_set:
        begun = [at for at, event in enumerate(found) if event.begins]
    if not begun:
        return []
    ours = found[begun[0] :]
    end = next((at for at, event in enumerate(ours) if event.ends), len(ours))
    return ours[: end + 1]


def from_answer(answer: Answer, hidden: Sequence[str]) -> StackEvent:
    """Return the value of one of the events in an answer, without the values that are `hidden`."""
    hook = answer.get("HookStatus", "")
    said = [answer.get(key, "") for key in ("HookStatusReason", "ResourceStatusReason")]
    return StackEvent(
        id=f"{answer['EventId']} {hook}".rstrip(),  # one hook may tell several under one id
        time=to_utc(answer["Timestamp"]),
        stack_id=answer["StackId"],
        logical_id=answer.get("LogicalResourceId", ""),
        physical_id=answer.get("PhysicalResourceId", ""),
        type=answer.get("ResourceType", ""),
        status=hook or answer.get("ResourceStatus", ""),
        reason=redact(": ".join(dict.fromkeys(filter(None, said))), hidden),
        token=answer.get("ClientRequestToken", ""),
        hook=bool(hook),
        tolerated=answer.get("HookFailureMode") == "WARN",
    )
