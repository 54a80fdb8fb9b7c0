"""A running deployment on a terminal: a line a resource, kept up to date, gone when it is done.

Replaces and removes stand first. Colours and width are rich's affair: it honours NO_COLOR and
the terminal's size, and a terminal that is too small shows what fits. Only colours that can be
read on a light background as on a dark one are used, and every state is said in words as well.
"""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Self

from rich.console import Console
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType
from rich.text import Text

from sslstack import escaping
from sslstack.changes import by_gravity
from sslstack.views import banner
from sslstack.views.deployment.stack import status_color
from sslstack.views.deployment.words import verb

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import StackEvent

_PER_SECOND = 4
_ECHOED = 2
"""Columns left free at the right: a terminal echoes ^C there, and must not begin a line for it."""
_WIDE = 60
"""Columns from which there is room for what happens, beside what it happens to."""
_SHORTEST = 8
"""Characters that are left of a name."""


@dataclass(slots=True)
class _Row:
    verb: str
    type: str
    status: str = ""
    other: str = ""
    begun: datetime.datetime | None = None
    last: datetime.datetime | None = None
    seen: float = 0.0
    deleted: bool = False
    undone: bool = False

    @property
    def done(self) -> bool:
        """Tell whether what was to happen has happened."""
        return self.status.endswith("_COMPLETE") and not self.undone


@dataclass(slots=True)
class Progress:
    """What is known of a running operation, resource by resource.

    `banner` is a line that stands above it; `clock` gives seconds since whenever: what runs gets
    older between two events.
    """

    title: str
    banner: str = ""
    rows: dict[str, _Row] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    stack: str = ""
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, change_set: ChangeSet | None, title: str, banner: str = "") -> Progress:
        """Begin with the resources of a change set, the gravest first."""
        changes = by_gravity(change_set.changes) if change_set else ()
        rows = {change.logical_id: _Row(verb(change), change.type) for change in changes}
        return cls(title=title, banner=banner, rows=rows)

    def take(self, event: StackEvent) -> None:
        """Note one step."""
        if event.failed:
            self.failures[event.logical_id] = escaping.escape_line(event.reason)
        if event.of_stack:
            self.stack = self.stack if event.hook else event.status
            return
        row = self.rows.setdefault(event.logical_id, _Row("", event.type))
        deletion = event.status.startswith("DELETE_")
        if deletion and row.status.startswith("UPDATE_"):  # of two, the one that is not to stay
            row.other = f"{'new' if 'ROLLBACK' in self.stack else 'old'} one: {event.status}"
            return
        if row.begun is None:
            row.begun, row.seen, row.deleted = event.time, self.clock(), deletion
        row.status, row.last = event.status, event.time
        row.undone = "ROLLBACK" in self.stack or (deletion and not row.deleted)

    def lines(self, width: int, height: int | None = None) -> list[Text]:
        """Give the table, with what failed below it, in so many columns and at most so many lines.

        Where not all fits, what failed and what runs stays longest, what is done goes first.
        """
        rows = list(self.rows.items())  # a step may come in while this is drawn
        failed = [
            Text(line, style="red")
            for name, why in [*self.failures.items()]
            for line in textwrap.wrap(f"{name}: {why}", width)
        ]
        shown = rows
        if height is not None:
            left = height - 1 - bool(self.banner)
            failed = failed[: max(left - len(rows), left // 3, 1)]
            if len(rows) > (room := max(left - len(failed), 1)):
                shown = sorted(rows, key=lambda entry: _urgency(entry[1]))[:room]
        found = [
            *([Text(self.banner, style=f"bold {banner.STYLE}")] if self.banner else ()),
            self._head(rows, len(rows) - len(shown), width),
            *self._table(shown, width),
            *failed,
        ][:height]
        for line in found:
            line.truncate(width, overflow="ellipsis")
        return found

    def _head(self, rows: list[tuple[str, _Row]], hidden: int, width: int) -> Text:
        """Say how far it is; where there is no room for all, its name gets shorter."""
        rest = Text(f"  {sum(row.done for _, row in rows)} of {len(rows)}  ")
        rest.append_text(_styled(self.stack))
        title = Text(self.title, style="bold")
        title.truncate(max(width - rest.cell_len, 0), overflow="ellipsis")
        title.append_text(rest)
        note = f"  ({hidden} not shown)" if hidden else ""
        return title.append(note if title.cell_len + len(note) <= width else "", style="dim")

    def _table(self, rows: list[tuple[str, _Row]], width: int) -> Iterator[Text]:
        """Give the rows in columns; states stay whole as long as a name can be cut."""
        spent = [self._spent(row) for _, row in rows]
        verbs = max((len(row.verb) + 2 for _, row in rows if row.verb), default=0)
        verbs = verbs if width >= _WIDE else 0
        times = max(map(len, spent), default=0) + 2
        states = max((len(row.status) for _, row in rows), default=0)
        names = max((len(name) for name, _ in rows), default=0)
        names = min(names, max(width - verbs - times - states - 2, _SHORTEST))
        for (name, row), seconds in zip(rows, spent, strict=True):
            cut = name if len(name) <= names else f"{name[: names - 1]}…"
            line = Text(f"{row.verb:{verbs}}"[:verbs] + f"{cut:{names}}  {seconds:>{times - 2}}  ")
            line.append_text(_styled(row.status or "waits", undone=row.undone))
            if row.other:
                line.append_text(Text(", ")).append_text(_styled(row.other))
            yield line

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


def _styled(status: str, *, undone: bool = False) -> Text:
    color = "red" if undone else status_color(status) or "dim"
    return Text(status, style=f"bold {color}" if "FAILED" in status else color)


def console(file: IO[str], *, plain: bool) -> Console:
    """Give the terminal behind a stream; a plain one shows no colours."""
    return Console(file=file, no_color=plain or None)


class LiveView:
    """Shows a `Progress` on a terminal's stderr until it is stopped; then nothing of it is left."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._drawn: list[int] = []
        self._live = Live(
            get_renderable=self._draw,
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

    def say(self, words: str) -> None:
        """Print above it what is to stay."""
        self._live.refresh()  # where the terminal has another width by now, it is drawn anew first
        self._console.print(Text.from_ansi(words.removesuffix("\n")), soft_wrap=True)

    def _draw(self) -> Text:
        """Give what is to be drawn next, once what was drawn before can be erased whole."""
        width, height = self._console.size
        self._climb(width)
        lines = self._progress.lines(width - _ECHOED, height - 1)
        self._drawn = [line.cell_len for line in lines]
        return Text("\n", no_wrap=True, overflow="crop").join(lines)

    def _climb(self, width: int) -> None:
        """Erase the lines that others were broken into when the terminal got narrower.

        rich erases as many as it has drawn, from where the cursor is upwards.
        """
        broken = sum(max(-(-length // width), 1) - 1 for length in self._drawn)
        if broken:
            up = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
            self._console.control(Control(*up * broken))
