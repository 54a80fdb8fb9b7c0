"""A running deployment on a terminal: a line a resource, kept up to date, gone when it is done.

Replaces and removes stand first. Colours and width are rich's affair: it honours NO_COLOR and
the terminal's size, and a terminal that is too small shows what fits. Only colours that a theme
sets for its background are used, never white or black, and every state is said in words as well.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sslstack.deploy import review
from sslstack.views.deployment import verb

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from rich.console import RenderableType

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import StackEvent

_STYLES = {"FAILED": "bold red", "ROLLBACK": "red", "COMPLETE": "green", "PROGRESS": "yellow"}
_PER_SECOND = 4


@dataclass(slots=True)
class _Row:
    verb: str
    type: str
    status: str = ""
    reason: str = ""
    begun: datetime.datetime | None = None
    last: datetime.datetime | None = None
    seen: float = 0.0


@dataclass(slots=True)
class Progress:
    """What is known of a running operation, resource by resource.

    `clock` gives seconds since whenever: what runs gets older between two events.
    """

    title: str
    rows: dict[str, _Row] = field(default_factory=dict)
    stack: str = ""
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, change_set: ChangeSet | None, title: str) -> Progress:
        """Begin with the resources of a change set, the gravest first."""
        changes = review.by_gravity(change_set.changes) if change_set else ()
        rows = {change.logical_id: _Row(verb(change), change.type) for change in changes}
        return cls(title=title, rows=rows)

    def take(self, event: StackEvent) -> None:
        """Note one step."""
        if event.of_stack:
            self.stack = event.status
            return
        row = self.rows.setdefault(event.logical_id, _Row("", event.type))
        row.status, row.last = event.status, event.time
        if row.begun is None:
            row.begun, row.seen = event.time, self.clock()
        if event.failed:
            row.reason = event.reason

    def render(self, height: int | None = None) -> RenderableType:
        """Give the table, with what failed below it, in at most so many lines.

        Where not all fits, what failed and what runs stays longest, what is done goes first.
        """
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        rows = list(self.rows.items())  # a step may come in while this is drawn
        failed = [
            Text(
                f"{name}: {row.reason}",
                style="red",
                overflow="ellipsis",
                no_wrap=height is not None,
            )
            for name, row in rows
            if row.reason
        ]
        shown = rows
        if height is not None and len(rows) > (room := max(height - 2 - len(failed), 1)):
            shown = sorted(rows, key=lambda entry: _urgency(entry[1]))[:room]
        for name, row in shown:
            table.add_row(row.verb, name, _styled(row.status or "waits"), self._spent(row))
        done = sum(row.status.endswith("_COMPLETE") for _, row in rows)
        head = Text.assemble(
            (self.title, "bold"), f"  {done} of {len(rows)}  ", _styled(self.stack)
        )
        if hidden := len(rows) - len(shown):
            head.append(f"  ({hidden} not shown)", style="dim")
        return Group(head, table, *failed)

    def _spent(self, row: _Row) -> str:
        """Give what a resource took by AWS's clock, or has taken so far by ours."""
        if row.begun is None or row.last is None:
            return ""
        if row.status.endswith("_IN_PROGRESS"):
            return f"{self.clock() - row.seen:.0f} s"
        return f"{(row.last - row.begun).total_seconds():.0f} s"


def _urgency(row: _Row) -> int:
    """Rank a row: failed, running, waiting, done."""
    marks = ("_FAILED" in row.status, row.status.endswith("_IN_PROGRESS"), not row.status)
    return marks.index(True) if True in marks else len(marks)


def _styled(status: str) -> Text:
    style = next((style for word, style in _STYLES.items() if word in status), "dim")
    return Text(status, style=style)


def console(*, plain: bool) -> Console:
    """Give the terminal behind stderr; a plain one shows no colours."""
    return Console(stderr=True, no_color=plain or None)


class LiveView:
    """Shows a `Progress` on a terminal's stderr until it is stopped; then nothing of it is left."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._live = Live(
            get_renderable=lambda: progress.render(console.size.height - 1),
            console=console,
            refresh_per_second=_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def take(self, event: StackEvent) -> None:
        """Show one step more."""
        self._progress.take(event)
        self._live.refresh()
