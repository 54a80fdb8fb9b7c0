"""Which calls of which scenarios meet which faults.

Each pair of an operation and a fault is tried once, in one of the scenarios that have the
operation, at one of its calls. Which one changes with every commit. SSLSTACK_FAULTS is `all` for
every call of every scenario (`make test-faults`), or a number, to try again what a commit tried.
"""

from __future__ import annotations

import functools
import os
import subprocess
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _pytest.mark import ParameterSet

ALL = os.environ.get("SSLSTACK_FAULTS") == "all"
_ROUND = len(SCENARIOS)
"""Commits after which each pair was tried in all its scenarios; then another call is struck."""


@functools.cache
def turn() -> int:
    """Give the number of the commit in its history; 0 outside a repository."""
    given = os.environ.get("SSLSTACK_FAULTS", "")
    if given.isdecimal():
        return int(given)
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return int(counted.stdout) if counted.returncode == 0 else 0


def alternates(operation: str, fault: str) -> bool:
    """Tell which of two forms of a fault is tried: the other once all scenarios had this one."""
    return bool((turn() // _ROUND + zlib.crc32(f"{operation} {fault}".encode())) % 2)


def parameters(
    faults: Iterable[str],
    scenarios: Iterable[str] = SCENARIOS,
    only: Callable[[str, str], bool] = lambda _operation, _fault: True,
) -> list[ParameterSet]:
    """Give scenario, fault, and the operations that the fault strikes there.

    `only` tells of an operation and a fault whether they are a pair to try.
    """
    names, found = list(scenarios), []
    for kind, fault in enumerate(faults):
        for name in names:
            operations = tuple(sorted(SCENARIOS[name].operations))
            met = tuple(
                one
                for one in (operations if ALL else _met(operations, kind, name, names))
                if only(one, fault)
            )
            if met:
                group = pytest.mark.xdist_group(name)
                found.append(pytest.param(name, fault, met, marks=group, id=f"{name}-{fault}"))
    return found


def _met(operations: tuple[str, ...], kind: int, name: str, names: list[str]) -> Iterator[str]:
    """Give the operations that meet a fault in this scenario and in no other."""
    for operation in operations:
        having = [one for one in names if operation in SCENARIOS[one].operations]
        if having[(turn() + kind) % len(having)] == name:
            yield operation


def calls(seen: list[tuple[str, int]], operations: tuple[str, ...]) -> list[tuple[str, int]]:
    """Give the calls to strike: one of each operation, or all of them."""
    if ALL:
        return [one for one in seen if one[0] in operations]
    found = []
    for operation in operations:
        several = [one for one in seen if one[0] == operation]
        found.append(several[turn() // (2 * _ROUND) % len(several)])
    return found
