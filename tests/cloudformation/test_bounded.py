"""Work in a process of its own comes back, or is ended."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import NoReturn

import pytest

from sslstack.cloudformation import bounded


def _loop() -> NoReturn:
    while True:
        pass


def _sleep() -> None:
    signal.pause()


def _recurse() -> None:
    _recurse()


def test_a_result_comes_back_whatever_its_size() -> None:
    assert bounded.run(lambda: "x" * 1_000_000, seconds=60) == "x" * 1_000_000


def test_it_works_away_from_the_repository() -> None:
    """No file of the folder or of the home is taken for a setting."""
    assert bounded.run(lambda: (Path.cwd(), Path.home()), seconds=60) == (
        Path("/"),
        Path("/nonexistent"),
    )


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (_loop, "took longer than 1 s"),
        (_sleep, "took longer than 1 s"),
        (_recurse, "nested too deeply"),
        (lambda: bytearray(bounded.MEMORY), "ran out of memory"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "ran out of memory or crashed"),
        (lambda: int("x"), "failed: ValueError"),
    ],
)
def test_what_does_not_end_well(work: object, why: str) -> None:
    with pytest.raises(bounded.Ended, match=why):
        bounded.run(work, seconds=1 if work in (_loop, _sleep) else 60)  # type: ignore[arg-type]
