"""Standard streams that are full, closed, or a terminal that strangers would like to move."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from healthy import write_stack

if TYPE_CHECKING:
    from pathlib import Path


def _run(folder: Path, command: str, redirected: str) -> tuple[int, str]:
    """Run a command with redirected streams; gives its exit code and what is left to be seen."""
    program = shlex.join([sys.executable, "-m", "sslstack"])
    done = subprocess.run(
        ["sh", "-c", f"{program} {command} {redirected}"],
        cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def stack(workdir: Path) -> Path:
    """Give the folder of a healthy stack."""
    write_stack(workdir)
    return workdir


@pytest.mark.parametrize("command", ["schema", "list --format json", "--version", "--help"])
@pytest.mark.parametrize(
    ("redirected", "why"),
    [(">/dev/full", "no space left on device"), (">&-", "it is closed")],
)
def test_data_that_cannot_be_written(stack: Path, command: str, redirected: str, why: str) -> None:
    """Exit 3, and one sentence on standard error."""
    code, seen = _run(stack, command, redirected)
    assert (code, seen) == (3, f"sslstack: error: cannot write to standard output: {why}\n")


@pytest.mark.parametrize("redirected", ["2>/dev/full", "2>&-", ">/dev/full 2>/dev/full"])
def test_talk_that_cannot_be_written(stack: Path, redirected: str) -> None:
    """The work is done; the exit code tells that something was not said."""
    assert _run(stack, "generate", redirected) == (3, "")
    assert (stack / "templates" / "web.yaml").exists()
    assert _run(stack, "no-such-command", redirected) == (2, "")


@pytest.mark.parametrize("command", ["list", "check", "compose", "push", "create web:443 web.crt"])
@pytest.mark.parametrize("redirected", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "<&- >/dev/full"])
def test_a_missing_stream_is_no_defect(stack: Path, command: str, redirected: str) -> None:
    code, seen = _run(stack, command, redirected)
    assert code in (0, 1, 2, 3)
    assert "Exception ignored" not in seen


def test_a_file_does_not_take_the_place_of_a_closed_stream(stack: Path) -> None:
    """A template opened as descriptor 1 would get what is printed."""
    _run(stack, "generate", "<&- >&- 2>&-")
    template = (stack / "templates" / "web.yaml").read_text()
    assert "written" not in template
    assert template.startswith("#")
