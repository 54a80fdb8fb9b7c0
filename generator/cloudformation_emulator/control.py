"""How a test or a demonstration steers the emulator: failures to come, places to wait at."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.checkpoints import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from cloudformation_emulator.checkpoints import Checkpoints

PREFIX = "/_emulator/"


@dataclass(slots=True, kw_only=True)
class Failure:
    """A failure to come: of which resource, in which operation (empty: any), how often."""

    logical_id: str
    reason: str
    operation: str
    times: int


class Control:
    """Failures, refusals and holds, asked by the engine, set over HTTP below `/_emulator/`."""

    def __init__(self, provide: Callable[[str, str], None], checkpoints: Checkpoints) -> None:
        self._provide = provide
        self._checkpoints = checkpoints
        self._lock = threading.Lock()
        self._failures: list[Failure] = []
        self._invalid: dict[str, str] = {}
        self._gates: dict[str, threading.Event] = {}

    def take_failure(self, logical_id: str, operation: str) -> str:
        """Give the reason for which the operation is to fail, and count it; empty if none."""
        with self._lock:
            for failure in self._failures:
                if (
                    failure.logical_id == logical_id
                    and failure.operation in ("", operation)
                    and failure.times > 0
                ):
                    failure.times -= 1
                    return failure.reason
        return ""

    def invalid(self, logical_id: str) -> str:
        """Give the reason for which a resource is not valid; empty if it is."""
        with self._lock:
            return self._invalid.get(logical_id, "")

    def wait(self, logical_id: str) -> None:
        """Wait as long as the resource is held."""
        with self._lock:
            gate = self._gates.get(logical_id)
        if gate:
            gate.wait()

    def fail(self, argument: dict[str, Any]) -> None:
        """Note a failure to come."""
        failure = Failure(
            logical_id=argument["id"],
            reason=argument["reason"],
            operation=argument["operation"],
            times=argument["times"],
        )
        with self._lock:
            self._failures.append(failure)

    def invalidate(self, argument: dict[str, Any]) -> None:
        """Note that a resource is not valid."""
        with self._lock:
            self._invalid[argument["id"]] = argument["reason"]

    def hold(self, argument: dict[str, Any]) -> None:
        """Shut the gate before a resource."""
        with self._lock:
            self._gates.setdefault(argument["id"], threading.Event())

    def release(self, argument: dict[str, Any]) -> None:
        """Open the gate before a resource, and take it away."""
        with self._lock:
            gate = self._gates.pop(argument["id"], None)
        if gate:
            gate.set()

    def relent(self, argument: dict[str, Any]) -> None:
        """Take back all failures and holds."""
        del argument
        with self._lock:
            gates = list(self._gates.values())
            for kept in (self._failures, self._invalid, self._gates):
                kept.clear()
        for gate in gates:
            gate.set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the requests of `Emulation`: WSGI."""
        commands: dict[str, Callable[[dict[str, Any]], object]] = {
            "provide": lambda argument: self._provide(argument["name"], argument["region"]),
            "fail": self.fail,
            "invalidate": self.invalidate,
            "hold": self.hold,
            "release": self.release,
            "relent": self.relent,
            "checkpoint": lambda _: self._checkpoints.make(),
            "restore": lambda argument: self._checkpoints.go_back(argument["port"]),
        }
        name = environ["PATH_INFO"].removeprefix(PREFIX)
        command = commands.get(name)
        if command is None:
            return _answer(start_response, HTTPStatus.NOT_FOUND)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            given = command(json.loads(body))
        except (BusyError, OSError):
            return _answer(start_response, HTTPStatus.CONFLICT)
        answer = _answer(start_response, HTTPStatus.OK, json.dumps(given).encode())
        return _last(answer) if name == "restore" else answer


def _answer(
    start_response: StartResponse, status: HTTPStatus, content: bytes = b""
) -> Iterable[bytes]:
    headers = [("Content-Length", str(len(content)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [content]


def _last(answer: Iterable[bytes]) -> Iterator[bytes]:
    """Give an answer, and end the process when it is sent: a copy is serving by now."""
    yield from answer
    os._exit(0)
