"""Run work in a child process, and end it if it takes too long.

A copy of this process (fork) shares all imported modules, takes some milliseconds, and may
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
_PATIENCE = 2.0
"""Limit of elapsed time as a multiple of CPU time: other processes may keep the CPU busy."""
_PIECE = 65_536


class Ended(Exception):  # noqa: N818 - not an error of this tool
    """The work did not finish; the message continues a sentence that begins with "cfn-lint"."""


def run(work: Callable[[], Result], *, seconds: int) -> Result:
    """Do the work in a child process; raises Ended if it fails or takes too long.

    `seconds` are CPU time, so a busy machine does not matter; after twice as many seconds of
    elapsed time the child is ended in any case.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(work, writing, seconds)
    os.close(writing)
    late, answer = False, b""
    try:
        answer = _read(reading, time.monotonic() + _PATIENCE * seconds)
    except TimeoutError:
        late = True
    finally:
        os.kill(child, signal.SIGKILL)  # a child that has ended waits for wait4
        os.close(reading)
        _, _, used = os.wait4(child, 0)
    if late or (not answer and used.ru_utime + used.ru_stime >= seconds):
        raise Ended(f"took longer than {seconds} s")
    if not answer:
        raise Ended("ran out of memory or crashed")
    result: Result | Ended = pickle.loads(answer)  # noqa: S301 - written by a copy of this process
    if isinstance(result, Ended):
        raise result
    return result


def _answer(work: Callable[[], object], writing: int, seconds: int) -> None:
    """In the child: work, write the result and exit."""
    try:
        os.environ["HOME"] = "/nonexistent"
        os.chdir("/")
        _limit(resource.RLIMIT_AS, MEMORY)
        _limit(resource.RLIMIT_CPU, seconds)
        _limit(resource.RLIMIT_CORE, 0)
        try:
            result: object = work()
        except RecursionError:
            result = Ended("found the template nested too deeply")
        except MemoryError:
            result = Ended("ran out of memory")
        except Exception as error:  # noqa: BLE001 - any failure that a template causes
            result = Ended(f"failed: {type(error).__name__}")
        content = pickle.dumps(result)
        while content:
            content = content[os.write(writing, content) :]
    finally:
        os._exit(0)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (least, hard))


def _read(reading: int, end: float) -> bytes:
    """Read to the end; raises TimeoutError if that takes too long."""
    pieces: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(reading, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
