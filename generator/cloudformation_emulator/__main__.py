"""The emulator's process: listen, tell the port, load moto, serve until standard input ends."""

from __future__ import annotations

import os
import socket
import sys
import threading

from cloudformation_emulator.settings import Settings

_WAITING = 128
"""Connections that may wait while moto is being loaded."""


def main() -> None:
    """Serve until whoever started the process closes its standard input, or is gone."""
    settings = Settings.loads(sys.stdin.buffer.readline())
    with socket.create_server(("127.0.0.1", 0), backlog=_WAITING) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=_end_with_caller, daemon=True).start()

        from cloudformation_emulator import loading  # noqa: PLC0415 - the port is told first

        loading.read_each_file_once()
        from cloudformation_emulator import server  # noqa: PLC0415 - takes a second

        server.serve(listening, settings)


def _end_with_caller() -> None:
    """Leave at once when standard input ends: there is no state worth saving."""
    sys.stdin.buffer.read()
    os._exit(0)


main()
