"""A running operation, followed as a stream of events.

Polls the stack's status and DescribeStackEvents. A poll that fails says nothing about the
deployment (aws-cdk-cli#1777): it is told once, credentials are opened anew, and the next poll
tries again.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sslstack.aws.refusals import NotAuthenticated, Refused
from sslstack.deploy import events, status
from sslstack.deploy.events import End, Operation, StackEvent
from sslstack.errors import UnavailableError
from sslstack.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.aws.client import Aws
    from sslstack.deploy.status import DeployedStack

_SERVICE = "cloudformation"
_SHORTEST, _LONGEST, _GROWTH = 1.0, 5.0, 1.5
"""Seconds between polls: short while something happens (aws-cli#2948: throttled at less)."""
_ATTEMPTS = 2
"""Of each request of a poll: the next poll is another."""
_FAILED_POLLS = 720
"""Polls in a row that may fail: about an hour, in which somebody may log in again."""
_LATE_POLLS = 3
"""Polls granted to the last event once the stack's status is final."""
_UNSEEN_POLLS = 12
"""As many, a minute, where the events cannot be read."""
_UNDER_WAY = frozenset({"AVAILABLE", "EXECUTE_IN_PROGRESS"})
_FAILED = "EXECUTE_FAILED"


class Watch:
    """Follows an operation: iterate for its events, then read `end`."""

    def __init__(self, aws: Aws, operation: Operation) -> None:
        self._aws = aws
        self._operation = operation
        self._seen: dict[str, StackEvent] = {}
        self._pending: list[StackEvent] = []
        self._stack: DeployedStack | None = None
        self._blind = False
        self._told = ""
        self._end: End | None = None

    @property
    def end(self) -> End:
        """How the operation ended; only after the last event."""
        if self._end is None:
            raise RuntimeError("the operation has not ended")
        return self._end

    def __iter__(self) -> Iterator[StackEvent]:
        """Return every event of the operation once, until it has ended.

        Whoever was interrupted iterates again and misses nothing. Raises UnavailableError
        when AWS cannot be reached for an hour.
        """
        wait, failures, late = _SHORTEST, 0, 0
        while True:
            over = False
            try:
                over = self._poll()
                failures = 0
            except (UnavailableError, Refused) as error:
                failures += 1
                self._excuse(error, failures)
            wait = _SHORTEST if self._pending else min(wait * _GROWTH, _LONGEST)
            while self._pending:
                yield self._pending.pop(0)
            if over:
                late += 1
                patience = _UNSEEN_POLLS if self._blind else _LATE_POLLS
                if self._last_event() is not None or late > patience:
                    self._end = self._concluded(self._stack)
                    return
            self._aws.sleep(_LONGEST if failures else wait)

    def _poll(self) -> bool:
        """Look once, and tell whether the operation has ended.

        The status is read first: all that led to it is then among the events. Where these cannot
        be read, the end can be told all the same.
        """
        self._stack = status.read(self._aws, self._operation.stack_id, attempts=_ATTEMPTS)
        try:
            news = {e.id: e for e in self._events() if e.id not in self._seen}
        except (UnavailableError, Refused) as error:
            self._blind = True
            self._excuse(error)
        else:
            self._blind, self._told = False, ""
            self._seen.update(news)
            self._pending += [event for event in self._ours() if event.id in news]
        return self._is_over(self._stack)

    def _events(self) -> list[StackEvent]:
        """Return the events since the operation began, oldest first; AWS lists newest first."""
        found: list[StackEvent] = []
        stack_id = self._operation.stack_id
        for page in self._aws.pages(
            _SERVICE, "describe_stack_events", attempts=_ATTEMPTS, StackName=stack_id
        ):
            listed = [
                events.from_answer(answer, self._aws.hidden) for answer in page["StackEvents"]
            ]
            found += [e for e in listed if e.time >= self._operation.since]
            if not listed or listed[-1].time < self._operation.since or listed[-1].id in self._seen:
                break
        found.reverse()
        found.sort(key=lambda event: event.time)
        return found

    def _excuse(self, error: UnavailableError | Refused, failures: int = 0) -> None:
        """Go on after a failed poll: say why, once, and open the credentials anew."""
        if failures >= _FAILED_POLLS:
            raise UnavailableError(
                f"{error}; it is unknown whether the stack is still updating", hint=error.hint
            ) from error
        if isinstance(error, NotAuthenticated):
            self._aws.renew()
        if str(error) != self._told:
            self._told = str(error)
            hint = f" ({error.hint})" if error.hint else ""
            self._aws.notify(f"the stack is still updating, but AWS cannot be asked: {error}{hint}")

    def _ours(self) -> list[StackEvent]:
        """Return the events of the operation that were seen so far, in order."""
        return events.select_events(self._operation, self._seen.values())

    def _is_over(self, stack: DeployedStack | None) -> bool:
        """Return whether the operation has ended, whatever runs on the stack by now.

        Right after a request the status is still that of before: it counts only once the
        change set says that it was executed, or an event that it has begun.
        """
        if self._last_event() is not None or stack is None:
            return True
        if status.in_progress(stack.status) or stack.status == "REVIEW_IN_PROGRESS":
            return False
        if any(event.of_stack for event in self._ours()):
            return True
        return self._execution() not in _UNDER_WAY

    def _execution(self) -> str:
        """Return what the change set says of its execution, nothing where there is none (any more).

        Executed ones may be taken away.
        """
        if not self._operation.change_set:
            return ""
        try:
            answer = self._aws.read(
                _SERVICE,
                "describe_change_set",
                attempts=_ATTEMPTS,
                ChangeSetName=self._operation.change_set,
            )
        except Refused:
            return ""
        return str(answer.get("ExecutionStatus", ""))

    def _last_event(self) -> StackEvent | None:
        """Return the stack's own event that ends the operation, None before it is there."""
        return next((event for event in self._ours() if event.ends), None)

    def _concluded(self, stack: DeployedStack | None) -> End:
        last = self._last_event()
        if last is not None:  # what is read of the stack may be older, or of the next operation
            word, reason = last.status, last.reason
        elif stack is None:
            word, reason = "DELETE_COMPLETE", ""
        elif status.is_success(stack.status) and self._has_failed():
            word, reason = _FAILED, f"the stack has since become {stack.status}"
        else:
            word, reason = stack.status, redact(stack.reason, self._aws.hidden)
        return End(status=word, reason=reason, events=tuple(self._ours()), stack=stack)

    def _has_failed(self) -> bool:
        with contextlib.suppress(UnavailableError):
            return self._execution() == _FAILED
        return False
