"""Checkpoints: copies of the serving process that wait, and serve when they are asked to.

A copy is made by fork, so it holds all that moto and the engine hold, whatever that is, and takes
milliseconds. It waits on a port of its own on loopback. To go back to it is to let it fork once
more and to end the process that has served until then: both accept on the same socket.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import socket
import threading
from typing import TYPE_CHECKING, NoReturn

from cloudformation_emulator import activity

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Serving(Protocol):
        """What serves in a process."""

        def run(self) -> NoReturn:
            """Serve, for ever."""
            ...

        def stop(self) -> None:
            """Accept no more connections."""
            ...


_LOOPBACK = "127.0.0.1"
_PATIENCE = 10
"""Seconds until what runs has ended, or a copy has answered."""
_READY = b"+"


class BusyError(Exception):
    """Something is running, and has not ended: no copy can be made."""


class Checkpoints:
    """Makes copies of this process, and lets one of them take its place."""

    def __init__(self, access_key: str, serving: Serving) -> None:
        self._key = access_key.encode()
        self._serving = serving

    def make(self) -> int:
        """Leave a copy of the process waiting, and give its port; raises BusyError."""
        if not activity.wait_until_alone(_PATIENCE):
            raise BusyError
        with socket.create_server((_LOOPBACK, 0)) as waiting:
            port: int = waiting.getsockname()[1]
            if os.fork() == 0:
                self._wait(waiting)
            return port

    def go_back(self, port: int) -> None:
        """Let the copy at a port serve from now on; raises OSError where there is none."""
        with socket.create_connection((_LOOPBACK, port), _PATIENCE) as copy:
            copy.sendall(self._key)
            if copy.recv(1) != _READY:
                raise ConnectionError("no checkpoint answers there")
        self._serving.stop()

    def _wait(self, waiting: socket.socket) -> NoReturn:
        """Wait in the copy for those who know the key."""
        activity.forget()
        end_with_caller()
        while True:
            asking, _ = waiting.accept()
            with asking, contextlib.suppress(OSError):
                asking.settimeout(_PATIENCE)
                if not hmac.compare_digest(_received(asking, len(self._key)), self._key):
                    continue
                if os.fork() == 0:
                    waiting.close()
                    asking.sendall(_READY)
                    asking.close()
                    end_with_caller()
                    self._serving.run()
            _forget_ended()


def end_with_caller(before: Callable[[], None] = lambda: None) -> threading.Thread:
    """Leave at once when standard input ends: there is no state worth saving.

    `before` is done first.
    """

    def wait() -> None:
        os.read(0, 1)  # unbuffered: a buffer would be locked in a copy of the process
        before()
        os._exit(0)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def _received(asking: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length and (more := asking.recv(length - len(found))):
        found += more
    return found


def _forget_ended() -> None:
    """Let the system forget those of our copies that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
