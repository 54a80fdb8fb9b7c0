"""Stories: what a user types and sees, in one text file with the files it begins from.

    Words about the story.

      $ sslstack check
      what it prints to standard output
      2> what it prints to standard error
      [exit 1]

    -- ssl.yml --
    the file's content

Commands and what they print are set in by two spaces. No `[exit]` line means exit 0.
`sslstack` runs in this process, everything else by the shell.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import cli

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(r"^-- (\S+) --\n", re.MULTILINE)


@dataclass(frozen=True)
class Story:
    """The script as written, and the files it begins from."""

    script: str
    files: dict[str, str]

    @property
    def tail(self) -> str:
        """The part of the text that holds the files."""
        return "".join(f"-- {name} --\n{content}" for name, content in self.files.items())


def parse(text: str) -> Story:
    """Split a story's text into its script and its files."""
    script, *rest = _FILE.split(text)
    return Story(script, dict(zip(rest[::2], rest[1::2], strict=True)))


def play(story: Story, folder: Path, examples: Path, *, together: bool = False) -> str:
    """Run every command in the folder and give the script as it turned out.

    With `together` both streams are shown as a terminal shows them, in one.
    """
    for name, content in story.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    lines: list[str] = []
    for line in story.script.splitlines():
        if line.startswith("  $ "):
            lines += [line, *("  " + shown for shown in _run(line[4:], folder, examples, together))]
        elif not line.startswith("  "):  # words; what was printed last time is left out
            lines.append(line)
    return "\n".join(lines) + "\n"


def _run(command: str, folder: Path, examples: Path, together: bool) -> list[str]:  # noqa: FBT001
    environment = os.environ | {"EXAMPLES": str(examples)}
    if command.startswith("sslstack "):
        out = io.StringIO()
        err = out if together else io.StringIO()
        expanded = os.path.expandvars(command.replace("$EXAMPLES", str(examples)))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(shlex.split(expanded)[1:])
        stdout, stderr = out.getvalue(), "" if together else err.getvalue()
    else:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        stdout, stderr, code = done.stdout, done.stderr, done.returncode
    shown = [_stable(line, examples) for line in stdout.splitlines()]
    shown += [f"2> {_stable(line, examples)}".rstrip() for line in stderr.splitlines()]
    return [*shown, *([f"[exit {code}]"] if code else [])]


def _stable(line: str, examples: Path) -> str:
    """Replace what differs between machines."""
    return line.replace(str(examples), "$EXAMPLES")
