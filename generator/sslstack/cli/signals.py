"""What ends a command: Ctrl-C, SIGTERM, and a terminal that is closed."""

from __future__ import annotations

import errno
import os
import signal
from typing import NoReturn

from sslstack.cli.output import silence

_POLITE = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else ())]
"""Windows has no SIGHUP."""
_OUTPUTS = (1, 2)


class Terminated(KeyboardInterrupt):
    """Something ends the command where nobody sits to be asked."""


def install() -> None:
    """Let what asks a process to end end a command as Ctrl-C does: it cleans up.

    What is ignored stays so: nohup does that to SIGHUP.
    """
    for number in _POLITE:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, frame: object) -> NoReturn:
    del frame
    if number != signal.SIGTERM:
        for descriptor in filter(_closed, _OUTPUTS):
            silence(descriptor)  # else the first word of the clean-up would be its end
    raise Terminated


def _closed(descriptor: int) -> bool:
    """Tell whether a terminal is gone: every question about it is an error then."""
    try:
        os.tcgetpgrp(descriptor)
    except OSError as error:
        return error.errno == errno.EIO
    return False
