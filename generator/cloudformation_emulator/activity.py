"""How many requests and operations are running: a checkpoint waits until there are no others."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_changed = threading.Condition()
_running: set[object] = set()


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Count what is done within as running."""
    one = object()
    with _changed:
        _running.add(one)
    try:
        yield
    finally:
        with _changed:
            _running.discard(one)
            _changed.notify_all()


def forget() -> None:
    """Begin anew in a copy of the process, in which nothing is running."""
    _running.clear()


def wait_until_alone(patience: float) -> bool:
    """Wait until only the caller is running; tells whether it is, after `patience` seconds."""
    with _changed:
        return _changed.wait_for(lambda: len(_running) == 1, patience)
