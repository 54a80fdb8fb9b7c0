"""What happens to a stack while an operation runs, as a stream of events.

Polls DescribeStackEvents and the stack's status. A poll that fails says nothing about the
deployment (aws-cdk-cli#1777): it is told once, credentials are opened anew, and the next poll
tries again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.deploy import status
from sslstack.deploy.redaction import redact
from sslstack.deploy.refusals import NotAuthenticated, Refused
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Sequence

    from sslstack.deploy.aws import Answer, Aws
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
_STACK = "AWS::CloudFormation::Stack"
_SHORTEST, _LONGEST, _GROWTH = 1.0, 5.0, 1.5
"""Seconds between polls: short while something happens (aws-cli#2948: throttled at less)."""
_FAILED_POLLS = 720
"""Polls in a row that may fail: an hour, in which somebody may log in again."""
_LATE_POLLS = 3
"""Polls granted to the last event once the stack's status is final."""
_CANCELLED = ("cancelled", "canceled")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One step of one resource; `time` is aware, `token` that of the request that began it."""

    id: str
    time: datetime.datetime
    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    token: str = ""

    @property
    def of_stack(self) -> bool:
        """Tell whether this is about the stack itself, and not about a resource in it."""
        return self.type == _STACK and self.physical_id == self.stack_id

    @property
    def failed(self) -> bool:
        """Tell whether something went wrong here, and not in consequence of another failure."""
        if not self.status.endswith("_FAILED") or self.of_stack:
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
        """Tell whether an event comes from this request, or from one that cancelled it."""
        return event.token in (self.token, self.cancelling)

    @property
    def cancelling(self) -> str:
        """The token of the request that cancels this operation."""
        return f"{self.token}-cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an operation ended: the stack's status and every event of the operation, in order."""

    status: str
    reason: str
    events: tuple[StackEvent, ...]

    @property
    def succeeded(self) -> bool:
        """Tell whether it came to the end that was asked for."""
        return status.succeeded(self.status)

    @property
    def root_cause(self) -> StackEvent | None:
        """The earliest failure that no other failure brought about, None where none is known."""
        return next((event for event in self.events if event.failed), None)


class Watch:
    """Follows an operation: iterate for its events, then read `end`."""

    def __init__(self, aws: Aws, operation: Operation, secrets: Sequence[str] = ()) -> None:
        self._aws = aws
        self._operation = operation
        self._secrets = secrets
        self._seen: dict[str, StackEvent] = {}
        self._pending: list[StackEvent] = []
        self._told = ""
        self._end: End | None = None

    @property
    def end(self) -> End:
        """How the operation ended; only after the last event."""
        if self._end is None:
            raise RuntimeError("the operation has not ended")
        return self._end

    def __iter__(self) -> Iterator[StackEvent]:
        """Give every event of the operation once, until it has ended.

        Whoever was interrupted iterates again and misses nothing. Raises UnavailableError
        when AWS cannot be reached for an hour.
        """
        wait, failures, late = _SHORTEST, 0, 0
        while True:
            try:
                stack, fresh = self._poll()
            except (UnavailableError, Refused) as error:
                failures += 1
                self._excuse(error, failures)
                self._aws.sleep(_LONGEST)
                continue
            failures, self._told = 0, ""
            self._pending += fresh
            while self._pending:
                yield self._pending.pop(0)
            if self._is_over(stack):
                late += 1
                if self._last_event() is not None or late > _LATE_POLLS:
                    self._end = self._concluded(stack)
                    return
            wait = _SHORTEST if fresh else min(wait * _GROWTH, _LONGEST)
            self._aws.sleep(wait)

    def _poll(self) -> tuple[DeployedStack | None, list[StackEvent]]:
        """Read the status first: all that led to it is then among the events."""
        stack = status.read(self._aws, self._operation.stack_id)
        news = {e.id: e for e in self._events() if e.id not in self._seen}
        self._seen.update(news)
        ours = {event.id for event in _of(self._operation, self._seen.values())}
        return stack, [event for event in news.values() if event.id in ours]

    def _events(self) -> list[StackEvent]:
        """Give the events since the operation began, oldest first; AWS lists newest first."""
        found: list[StackEvent] = []
        stack_id = self._operation.stack_id
        for page in self._aws.pages(_SERVICE, "describe_stack_events", StackName=stack_id):
            events = [_event(answer, self._secrets) for answer in page["StackEvents"]]
            found += [e for e in events if e.time >= self._operation.since]
            if not events or events[-1].time < self._operation.since or events[-1].id in self._seen:
                break
        found.reverse()
        found.sort(key=lambda event: event.time)
        return found

    def _excuse(self, error: UnavailableError | Refused, failures: int) -> None:
        """Go on after a failed poll: say why, once, and open the credentials anew."""
        if failures >= _FAILED_POLLS:
            raise UnavailableError(
                f"{error}; whether the stack is still updating cannot be told", hint=error.hint
            ) from error
        if isinstance(error, NotAuthenticated):
            self._aws.renew()
        if str(error) != self._told:
            self._told = str(error)
            hint = f" ({error.hint})" if error.hint else ""
            self._aws.tell(f"the stack is still updating, but it cannot be seen: {error}{hint}")

    def _is_over(self, stack: DeployedStack | None) -> bool:
        """Tell whether the operation has ended, whatever runs on the stack by now.

        Right after a request the status is still that of before: it counts only once the
        change set says that it was executed, or an event that it has begun.
        """
        if self._last_event() is not None or stack is None:
            return True
        if status.in_progress(stack.status) or stack.status == "REVIEW_IN_PROGRESS":
            return False
        if any(event.of_stack for event in _of(self._operation, self._seen.values())):
            return True
        return not self._waits()

    def _waits(self) -> bool:
        """Tell whether the change set says that it has not been executed to the end."""
        if not self._operation.change_set:
            return False
        try:
            answer = self._aws.read(
                _SERVICE, "describe_change_set", ChangeSetName=self._operation.change_set
            )
        except Refused:
            return False  # executed change sets are taken away
        return answer.get("ExecutionStatus") in ("AVAILABLE", "EXECUTE_IN_PROGRESS")

    def _last_event(self) -> StackEvent | None:
        """Give the stack's own event that ends the operation, None before it is there."""
        own = [e for e in _of(self._operation, self._seen.values()) if e.of_stack]
        last = max(own, key=lambda event: event.time, default=None)
        return None if last is None or last.status.endswith("_IN_PROGRESS") else last

    def _concluded(self, stack: DeployedStack | None) -> End:
        last = self._last_event()
        if last is not None:  # what is read of the stack may be older, or of the next operation
            word, reason = last.status, last.reason
        elif stack is None:
            word, reason = "DELETE_COMPLETE", ""
        else:
            word, reason = stack.status, redact(stack.reason, self._secrets)
        events = sorted(_of(self._operation, self._seen.values()), key=lambda event: event.time)
        return End(status=word, reason=reason, events=tuple(events))


def _of(operation: Operation, events: Iterable[StackEvent]) -> list[StackEvent]:
    """Give the events of an operation: those with its token, or all since where none has it."""
    events = list(events)
    if any(map(operation.began, events)):
        return [event for event in events if operation.began(event)]
    return [e for e in events if not e.token and e.status != "REVIEW_IN_PROGRESS"]


def _event(answer: Answer, secrets: Sequence[str]) -> StackEvent:
    return StackEvent(
        id=answer["EventId"],
        time=answer["Timestamp"],
        stack_id=answer["StackId"],
        logical_id=answer.get("LogicalResourceId", ""),
        physical_id=answer.get("PhysicalResourceId", ""),
        type=answer.get("ResourceType", ""),
        status=answer.get("ResourceStatus") or answer.get("HookStatus", ""),
        reason=redact(
            answer.get("ResourceStatusReason") or answer.get("HookStatusReason", ""), secrets
        ),
        token=answer.get("ClientRequestToken", ""),
    )
