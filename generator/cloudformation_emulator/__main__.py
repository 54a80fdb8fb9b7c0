"""The emulator's process: listen, tell the port, load moto, serve until standard input ends."""

from __future__ import annotations

import os
import socket
import sys

from cloudformation_emulator.checkpoints import end_with_caller
from cloudformation_emulator.settings import Settings

_WAITING = 128
"""Connections that may wait while moto is being loaded."""


def main() -> None:
    """Serve until whoever started the process closes its standard input, or is gone.

    A child serves, which another one can replace: see `checkpoints`.
    """
    settings = Settings.loads(_line())
    with socket.create_server(("127.0.0.1", 0), backlog=_WAITING) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        serving: list[int] = []
        ending = end_with_caller(lambda: _wait_for_end(serving))

        from cloudformation_emulator import loading  # noqa: PLC0415 - the port is told first

        loading.read_each_file_once()
        from cloudformation_emulator import server  # noqa: PLC0415 - takes a second

        loading.share_memory()
        open_while_serving, held = os.pipe()
        if os.fork() == 0:
            end_with_caller()
            server.serve(listening, settings)
        os.close(held)
        serving.append(open_while_serving)
    ending.join()


def _wait_for_end(serving: list[int]) -> None:
    """Wait until no process serves any more: all of them hold the other end of a pipe."""
    for descriptor in serving:
        os.read(descriptor, 1)


def _line() -> bytes:
    """Read a line of standard input, and nothing behind it."""
    read = b""
    while not read.endswith(b"\n") and (more := os.read(0, 1)):
        read += more
    return read


main()
