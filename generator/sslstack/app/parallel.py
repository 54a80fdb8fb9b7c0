"""Work on many stacks: on every core, with progress on a terminal, with memory that stays flat."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Progress = Callable[[Iterable[Any], int], Iterable[Any]]
    """Passes results on, with their number, and shows how many have come."""

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 8
"""Up to this number one process is faster than starting a second."""


def show_nothing(results: Iterable[Any], length: int) -> Iterable[Any]:
    """Pass results on without showing progress."""
    del length
    return results


def map_items(
    items: Sequence[Item],
    *,
    recall: Callable[[Item], Result | None],
    work: Callable[[Item], Result],
    warm_up: Callable[[], None],
    progress: Progress = show_nothing,
) -> list[Result]:
    """Return a result for each item, in order: the one that `recall` has, else that of `work`.

    `warm_up` runs before other processes begin as copies of this one.
    """
    results = [recall(item) for item in items]
    rest = [item for item, result in zip(items, results, strict=True) if result is None]
    found = iter(_work_on(rest, work, warm_up, progress))
    return [next(found) if result is None else result for result in results]


def _work_on(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    warm_up: Callable[[], None],
    progress: Progress,
) -> Iterable[Result]:
    processes = min(os.cpu_count() or 1, len(items))
    if len(items) <= FEW or processes == 1:
        return map(work, items)
    import multiprocessing  # noqa: PLC0415 - late, a run on few stacks does not need it

    if "fork" not in multiprocessing.get_all_start_methods():
        return map(work, items)
    warm_up()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return list(progress(pool.imap(work, items, chunksize=4), len(items)))
