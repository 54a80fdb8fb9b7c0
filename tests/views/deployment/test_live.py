"""A running deployment: every resource with its state, the gravest first, within the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sslstack.changes import Action, Replacement, ResourceChange
from sslstack.deploy.events import StackEvent
from sslstack.views.deployment.live import LiveView, Progress
from support import pki

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


def _stack_event(status: str) -> StackEvent:
    return StackEvent(
        id=status, time=pki.NOW, stack_id="s", logical_id="app", physical_id="s",
        type="AWS::CloudFormation::Stack", status=status,
    )  # fmt: skip


def _shown(progress: Progress, width: int, *, colors: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colors, no_color=not colors, legacy_windows=False
    )
    console.print(*progress.lines(width), sep="\n")
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits_and_the_gravest_stands_first(width: int) -> None:
    progress = _progress()
    progress.take(_event("Certificate", "UPDATE_IN_PROGRESS"))
    progress.take(_event("Certificate", "UPDATE_COMPLETE", 3))
    lines = _shown(progress, width).splitlines()
    assert max(map(len, lines)) <= width
    names = ("Certificate", "Gone", "Added")
    assert [name for line in lines for name in names if name in line] == list(names)
    assert "1 of 3" in lines[0]
    assert all(("will replace" in line) == (width > 40) for line in lines if "Cert" in line)


@pytest.mark.parametrize("width", [38, 78])
def test_states_stay_whole_where_names_are_cut(width: int) -> None:
    """In a small terminal, too, it can be read how far each is, and that it is an emulation."""
    progress = Progress(title="application: deploying", banner="[nothing is sent to AWS]")
    progress.take(_stack_event("UPDATE_IN_PROGRESS"))
    for number in range(12):
        name = f"AVeryLongNameForACertificate{number:02}"
        progress.take(_event(name, "UPDATE_IN_PROGRESS"))
        progress.take(_event(name, "UPDATE_FAILED", 3, reason="no room " * 50))
    progress.take(_event("Another", "UPDATE_IN_PROGRESS"))
    lines = [line.plain for line in progress.lines(width, 7)]
    assert (len(lines), max(map(len, lines)) <= width) == (7, True)
    assert lines[0] == "[nothing is sent to AWS]"
    assert "0 of 13  UPDATE_IN_PROGRESS" in lines[1]
    assert lines[2].endswith("UPDATE_FAILED")
    assert lines[-1].startswith("AVeryLongNameForACertificate00: no")


def test_of_a_replaced_resource_the_new_one_is_shown() -> None:
    """The clean-up deletes the old one: what was done stays done."""
    progress = _progress()
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"):
        progress.take(_event("Certificate", status))
    progress.take(_stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    progress.take(_event("Certificate", "DELETE_IN_PROGRESS"))
    head, row, *_ = _shown(progress, 100).splitlines()
    assert "1 of 3" in head
    assert row.rstrip().endswith("UPDATE_COMPLETE, old one: DELETE_IN_PROGRESS")
    progress.take(_event("Certificate", "DELETE_COMPLETE"))
    progress.take(_event("Gone", "DELETE_IN_PROGRESS"))
    progress.take(_event("Gone", "DELETE_COMPLETE"))
    head, row, gone, _ = _shown(progress, 100).splitlines()
    assert "2 of 3" in head
    assert row.rstrip().endswith("UPDATE_COMPLETE, old one: DELETE_COMPLETE")
    assert gone.rstrip().endswith(" DELETE_COMPLETE")


def test_what_a_rollback_takes_back_is_not_done() -> None:
    """What was made and is deleted again is not added, nor is what has its old values again."""
    progress = _progress()
    for name, status in (("Added", "CREATE_COMPLETE"), ("Certificate", "UPDATE_COMPLETE")):
        progress.take(_event(name, status))
    assert "2 of 3" in _shown(progress, 100)
    progress.take(_stack_event("UPDATE_ROLLBACK_IN_PROGRESS"))
    progress.take(_event("Certificate", "UPDATE_COMPLETE"))
    progress.take(_stack_event("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"))
    progress.take(_event("Certificate", "DELETE_COMPLETE"))
    progress.take(_event("Added", "DELETE_COMPLETE"))
    shown = _shown(progress, 100, colors=True)
    assert "0 of 3" in shown
    assert "\x1b[31mDELETE_COMPLETE" in shown
    assert "\x1b[31mUPDATE_COMPLETE" in shown
    assert "new one: DELETE_COMPLETE" in shown


def test_a_creation_that_is_deleted_on_failure_is_not_done() -> None:
    """With OnStackFailure DELETE the stack is not said to be rolled back."""
    progress = _progress()
    progress.take(_event("Added", "CREATE_COMPLETE"))
    progress.take(_stack_event("DELETE_IN_PROGRESS"))
    progress.take(_event("Added", "DELETE_COMPLETE"))
    assert "0 of 3" in _shown(progress, 100)


def test_a_failure_says_why_below() -> None:
    progress = _progress()
    progress.take(_event("Added", "CREATE_FAILED", reason="no more room " * 20))
    shown = _shown(progress, 80)
    said = " ".join(shown.partition("Added: ")[2].split())
    assert said == ("no more room " * 20).rstrip()
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
    lines = [line.plain for line in progress.lines(80, 8)]
    assert len(lines) <= 8
    assert "(47 not shown)" in lines[0]
    assert "Broken" in lines[1]
    assert "Waits" in lines[2]
    assert [line[:16] for line in lines[6:]] == ["Broken: no room ", "no room no room "]


def _terminal() -> tuple[io.StringIO, Console]:
    out = io.StringIO()
    return out, Console(file=out, width=80, height=24, force_terminal=True, legacy_windows=False)


def test_nothing_is_left_when_it_is_done() -> None:
    """The last thing written erases the table."""
    out, console = _terminal()
    with LiveView(_progress(), console) as live:
        live.take(_event("Added", "CREATE_COMPLETE"))
    written = out.getvalue()
    assert "CREATE_COMPLETE" in written
    assert written.rstrip("\n").endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K"))


def test_what_is_said_meanwhile_stands_above_whole() -> None:
    """Styled words keep their style, and what one may copy is not broken into lines."""
    out, console = _terminal()
    with LiveView(_progress(), console) as live:
        out.truncate(0)
        live.say(f"\x1b[31mred\x1b[0m [bold] {'arn:aws:' * 20}\n")
        written = out.getvalue()
    erased, _, rest = written.rpartition("\x1b[31mred")
    assert erased.endswith("\x1b[1A\x1b[2K" * 3)
    assert rest.startswith(f"\x1b[0m [bold] {'arn:aws:' * 20}\n")
    assert "app: deploying" in rest


def test_where_the_terminal_gets_narrower_all_is_erased() -> None:
    """Lines that do not fit any more are broken into several, and all of them have to go."""
    out, console = _terminal()
    progress = Progress(title="app", banner="x" * 70)
    with LiveView(progress, console) as live:
        live.take(_event("Added", "CREATE_IN_PROGRESS"))
        out.truncate(0)
        console.width = 30
        live.take(_event("Added", "CREATE_COMPLETE"))
        written = out.getvalue()
    widths = (70, len("app  0 of 1  "), len("Added  0 s  CREATE_IN_PROGRESS"))
    lines = sum(-(-width // 30) for width in widths)
    assert written.split("x", 1)[0].count("\x1b[1A") == lines - 1
