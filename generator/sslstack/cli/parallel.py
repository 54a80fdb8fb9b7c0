"""Work on many stacks: both cores, a progress bar on a terminal, memory that stays flat."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from sslstack.cli.output import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 8
"""Up to here one process is done before a second has started."""


def each(
    items: Sequence[Item],
    *,
    known: Callable[[Item], Result | None],
    work: Callable[[Item], Result],
    label: str,
    warm_up: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Give a result for each item, in order: what is `known`, else what `work` finds out.

    `warm_up` runs before other processes begin as copies of this one.
    """
    results = [known(item) for item in items]
    rest = [item for item, result in zip(items, results, strict=True) if result is None]
    found = iter(_all(rest, work, label, warm_up))
    return [next(found) if result is None else result for result in results]


def _all(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    label: str,
    warm_up: Callable[[], None],
) -> Iterable[Result]:
    processes = min(os.cpu_count() or 1, len(items))
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    if len(items) <= FEW or processes == 1 or not can_fork:
        return map(work, items)
    warm_up()
    with (
        multiprocessing.get_context("fork").Pool(processes) as pool,
        click.progressbar(
            pool.imap(work, items, chunksize=4),
            length=len(items),
            label=label,
            file=unguarded(sys.stderr),
            hidden=not sys.stderr.isatty(),
        ) as results,
    ):
        return list(results)
