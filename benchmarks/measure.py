"""One whole process, measured: seconds of wall clock, and mebibytes at its peak."""

from __future__ import annotations

import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SSLSTACK = (sys.executable, "-m", "sslstack")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run cost; `memory` is the largest resident set of any process in it."""

    seconds: float
    memory: float
    status: int


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command to its end, output thrown away."""
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.execv(command[0], list(command))  # noqa: S606 - that is what is measured
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    return Run(seconds=seconds, memory=usage.ru_maxrss / 1024, status=code)


def report(
    name: str,
    command: Sequence[str],
    folder: Path,
    *,
    runs: int = 5,
    before: Callable[[], None] = lambda: None,
) -> float:
    """Print the least, the middle and the most of several runs; give the middle in seconds."""
    done = []
    for _ in range(runs):
        before()
        done.append(run([*SSLSTACK, *command], folder))
    seconds = [one.seconds for one in done]
    memory = max(one.memory for one in done)
    codes = sorted({one.status for one in done})
    print(
        f"{name:<34} {min(seconds):7.3f} {statistics.median(seconds):7.3f} {max(seconds):7.3f} s"
        f" {memory:7.1f} MiB" + ("" if codes == [0] else f"  exit {codes}"),
        flush=True,
    )
    return statistics.median(seconds)
