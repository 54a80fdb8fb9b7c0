"""Work on many stacks: both cores, a progress bar on a terminal, memory that stays flat."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 8
"""Up to here one process is done before a second has started."""


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    label: str,
    warm_up: Callable[[], None] = lambda: None,
) -> Iterator[Result]:
    """Give `work(item)` for each item, in order; `warm_up` runs before processes fork."""
    processes = min(os.cpu_count() or 1, len(items))
    if len(items) <= FEW or processes == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, items)
        return
    warm_up()
    context = multiprocessing.get_context("fork")
    with (
        context.Pool(processes) as pool,
        click.progressbar(
            pool.imap(work, items, chunksize=4),
            len(items),
            label=label,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as results,
    ):
        yield from results
