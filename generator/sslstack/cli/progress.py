"""A progress bar on a terminal."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sslstack.cli.output import unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.app.parallel import Progress


def progress_bar(label: str) -> Progress:
    """Return what shows how many results have come, in a bar with a label."""
    return partial(_show, label=label)


def _show(results: Iterable[Any], length: int, *, label: str) -> Iterator[Any]:
    with click.progressbar(
        results,
        length=length,
        label=label,
        file=unguarded(sys.stderr),
        hidden=not sys.stderr.isatty(),
    ) as shown:
        yield from shown
