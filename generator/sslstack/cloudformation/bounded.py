"""Work that is done in a process of its own, and ended where it takes too long.

A copy of this process (fork) shares all that was imported, costs some milliseconds, and may
crash, run out of memory or loop without harm to its parent. It works in the root folder with
no home, so that no file of a repository is taken for a setting.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

MEMORY = 4 * 1024**3
"""Bytes of address space."""
_PIECE = 65_536


class Ended(Exception):  # noqa: N818 - it is no error of ours
    """The work did not come to its end: in words that follow "cfn-lint"."""


def run(work: Callable[[], Result], *, seconds: float) -> Result:
    """Do the work in a process of its own; raises Ended where it fails or takes too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    try:
        answer = _read(reading, time.monotonic() + seconds)
    except TimeoutError:
        raise Ended(f"took longer than {seconds:g} s") from None
    finally:
        os.kill(child, signal.SIGKILL)  # a child that has ended waits for waitpid
        os.close(reading)
        os.waitpid(child, 0)
    if not answer:
        raise Ended("ran out of memory or crashed")
    result: Result | Ended = pickle.loads(answer)  # noqa: S301 - written by a copy of this process
    if isinstance(result, Ended):
        raise result
    return result


def _answer(work: Callable[[], object], writing: int) -> None:
    """Work, write the result and leave, in the copy."""
    try:
        os.environ["HOME"] = "/nonexistent"
        os.chdir("/")
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        least = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (least, hard))
        try:
            result: object = work()
        except RecursionError:
            result = Ended("found the template nested too deeply")
        except MemoryError:
            result = Ended("ran out of memory")
        except Exception as error:  # noqa: BLE001 - whatever a stranger's template does to it
            result = Ended(f"failed: {type(error).__name__}")
        content = pickle.dumps(result)
        while content:
            content = content[os.write(writing, content) :]
    finally:
        os._exit(0)


def _read(reading: int, end: float) -> bytes:
    """Read to the end; raises TimeoutError where that is not reached in time."""
    pieces: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(reading, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
