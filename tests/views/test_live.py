"""A running deployment: every resource with its state, the gravest first, within the terminal."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

import pki
from sslstack.changes import Action, Replacement, ResourceChange
from sslstack.deploy.events import StackEvent
from sslstack.views.live import LiveView, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANGES = (
    ResourceChange(logical_id="Added", type="T", action=Action.ADD),
    ResourceChange(
        logical_id="Certificate", type="T", action=Action.MODIFY, replacement=Replacement.TRUE
    ),
    ResourceChange(logical_id="Gone", type="T", action=Action.REMOVE),
)


class _Changes:
    """As much of a change set as the view looks at."""

    changes = CHANGES


def _progress() -> Progress:
    return Progress.of(_Changes(), "app: deploying")  # type: ignore[arg-type] # as above


def _event(name: str, status: str, seconds: int = 0, reason: str = "") -> StackEvent:
    return StackEvent(
        id=f"{name}{status}", time=pki.NOW + pki.DAY / 86400 * seconds, stack_id="s",
        logical_id=name, physical_id="p", type="T", status=status, reason=reason,
    )  # fmt: skip


def _shown(progress: Progress, width: int, *, colors: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colors, no_color=not colors, legacy_windows=False
    )
    console.print(progress.render())
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_and_the_gravest_stands_first(width: int) -> None:
    progress = _progress()
    progress.take(_event("Certificate", "UPDATE_IN_PROGRESS"))
    progress.take(_event("Certificate", "UPDATE_COMPLETE", 3))
    lines = _shown(progress, width).splitlines()
    assert max(map(len, lines)) <= width
    names = ("Cert", "Gone", "Added")  # cut short where there is no room
    assert [name for line in lines for name in names if f" {name}" in line] == list(names)
    assert "1 of 3" in lines[0]


def test_a_failure_says_why_below() -> None:
    progress = _progress()
    progress.take(_event("Added", "CREATE_FAILED", reason="no more room " * 20))
    shown = _shown(progress, 80)
    assert shown.rstrip().splitlines()[-1].endswith("no more room")
    assert "\x1b" not in shown
    assert "\x1b[1;31m" in _shown(progress, 80, colors=True)


def test_resources_nobody_announced_are_shown_too() -> None:
    progress = _progress()
    progress.take(_event("Unforeseen", "CREATE_IN_PROGRESS"))
    assert "Unforeseen" in _shown(progress, 80)


def test_what_runs_gets_older_between_two_steps() -> None:
    """By our clock while it runs, by AWS's when it is done."""
    now = 100.0
    progress = Progress(title="app", clock=lambda: now)
    progress.take(_event("Added", "CREATE_IN_PROGRESS"))
    now += 42
    assert "42 s" in _shown(progress, 80)
    progress.take(_event("Added", "CREATE_COMPLETE", 40))
    assert "40 s" in _shown(progress, 80)


def test_where_not_all_fits_what_is_done_goes_first() -> None:
    """Failures stand below, what runs is seen, and how many are not is said."""
    progress = Progress(title="app")
    for number in range(50):
        progress.take(_event(f"Done{number}", "CREATE_COMPLETE"))
    progress.take(_event("Waits", "CREATE_IN_PROGRESS"))
    progress.take(_event("Broken", "CREATE_FAILED", reason="no room " * 50))
    out = io.StringIO()
    console = Console(file=out, width=80)
    console.print(progress.render(height=8))
    lines = out.getvalue().splitlines()
    assert len(lines) <= 8
    assert "(47 not shown)" in lines[0]
    assert "Broken" in lines[1]
    assert "Waits" in lines[2]
    assert lines[-1].startswith("Broken: no room")


def _written() -> Iterator[str]:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, legacy_windows=False)
    with LiveView(_progress(), console) as live:
        live.take(_event("Added", "CREATE_COMPLETE"))
    yield out.getvalue()


def test_nothing_is_left_when_it_is_done() -> None:
    """The last thing written erases the table."""
    (written,) = _written()
    assert "CREATE_COMPLETE" in written
    assert written.rstrip("\n").endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K"))
