"""Printing to whoever may have stopped reading, and beside a live view.

Whatever a command prints passes a `Guard`: no private key gets through it, in messages (stderr)
no other credentials known by their form, and nothing that acts on a terminal or a workflow of
GitHub but colours of ours.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import escaping, redaction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO

    from sslstack.deploy.events import StackEvent
    from sslstack.views.deployment.live import LiveView


_ESCAPED = "sslstack.escaped"


def prepare() -> None:
    """Let stdout take every character: one that its encoding lacks is escaped, as in JSON.

    Descriptors that are closed lead to nowhere from here on: no file that is opened later, no
    other program takes their place.
    """
    codecs.register_error(_ESCAPED, _escaped)
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gives the lowest that is free, which is this one
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - for the whole process
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


class _Closed:
    """What takes the place of a stream that was closed."""

    def write(self, _: str) -> None:
        raise OSError(errno.EBADF, "it is closed")


class Guard:
    """A standard stream through which nothing secret and nothing that acts gets.

    `stream` is None where it was closed before the program began. `failure` says why nothing
    could be written, empty where all was. A reader that has had enough is no failure.
    """

    def __init__(self, stream: TextIO | None, descriptor: int, name: str) -> None:
        self.stream = stream
        self.name = name
        self.failure = ""
        self.commands = False
        self._descriptor = descriptor

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)  # nothing gets around this
        return getattr(self.stream, name)

    @property
    def encoding(self) -> str:
        """The stream's encoding."""
        return getattr(self.stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:
        """What becomes of characters that the encoding lacks."""
        return getattr(self.stream, "errors", None) or "strict"

    def isatty(self) -> bool:
        """Tell whether a terminal shows it."""
        return self.stream is not None and self.stream.isatty()

    def fileno(self) -> int:
        """Give the descriptor."""
        return self._descriptor if self.stream is None else self.stream.fileno()

    def write(self, text: str) -> int:
        """Write text as it may be shown; raises OSError for data that cannot be written."""
        if not isinstance(text, str):
            raise TypeError("text is written here")
        if text:
            hide = redaction.hide_secrets if self._descriptor == _STDERR else redaction.hide_keys
            shown = escaping.escape_for_terminal(hide(text), commands=self.commands)
            self._attempt("write", shown)
        return len(text)

    def flush(self) -> None:
        """Write what waits; raises OSError as `write` does."""
        if self.stream is not None:
            self._attempt("flush")

    def _attempt(self, action: str, *given: str) -> None:
        try:
            getattr(self.stream or _Closed(), action)(*given)
        except OSError as error:
            if error.errno in _NOBODY_READS:
                raise
            self.failure = (error.strerror or str(error)).lower()
            if self._descriptor == _STDOUT:
                raise

    def settle(self) -> None:
        """Write what waits; where that fails, nothing more is written when Python exits."""
        try:
            self.flush()
        except OSError:
            pass
        else:
            if not self.failure:
                return
        with contextlib.suppress(OSError, ValueError):
            silence(self.fileno())


_STDOUT, _STDERR = 1, 2
_NOBODY_READS = (errno.EPIPE, errno.EIO)
"""A pipe whose reader ended, a terminal that was closed."""


@contextlib.contextmanager
def guarded() -> Iterator[tuple[Guard, Guard]]:
    """Let all that is printed pass a guard; gives those of stdout and stderr."""
    before = sys.stdout, sys.stderr
    out = Guard(sys.stdout, _STDOUT, "standard output")
    err = Guard(sys.stderr, _STDERR, "standard error")
    sys.stdout, sys.stderr = out, err
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = before


@contextlib.contextmanager
def workflow_commands() -> Iterator[None]:
    """Let workflow commands of GitHub through: those that `--format github` is about."""
    guard = sys.stdout
    if not isinstance(guard, Guard):
        yield
        return
    guard.commands = True
    try:
        yield
    finally:
        guard.commands = False


def unguarded(stream: Any) -> Any:
    """Give the stream behind a guard: for what moves the cursor, and shows no text of others."""
    return stream.stream if isinstance(stream, Guard) and stream.stream is not None else stream


@dataclass(slots=True)
class Screen:
    """The terminal of the process: the one place that knows whether a live view runs there."""

    live: LiveView | None = None

    def begin(self, live: LiveView) -> None:
        """Begin a live view; one that runs ends."""
        self.settle()
        with _unless_closed():
            self.live = live.__enter__()

    def take(self, event: StackEvent) -> None:
        """Show one step in the live view, if one runs."""
        if self.live is not None:
            with _unless_closed():
                self.live.take(event)

    def settle(self) -> None:
        """End the live view, if one runs; what is printed from here on stays."""
        live, self.live = self.live, None
        if live is not None:
            with _unless_closed():
                live.__exit__(None, None, None)


@contextlib.contextmanager
def _unless_closed() -> Iterator[None]:
    """Draw; a terminal that was closed is no reason to fail."""
    try:
        yield
    except OSError:
        silence(sys.stderr.fileno())


screen = Screen()


def say(words: str, *, err: bool = True, nl: bool = True) -> bool:
    """Print, and tell whether anybody reads it: what goes on at AWS does not end with a pipe.

    While a live view runs, talk is printed above it.
    """
    try:
        if err and screen.live is not None:
            screen.live.say(escaping.escape_for_terminal(redaction.hide_secrets(words)))
        else:
            click.echo(words, err=err, nl=nl)
    except OSError:  # a broken pipe, a terminal that was closed
        silence((sys.stderr if err else sys.stdout).fileno())
        return False
    return True


def notify(text: str) -> None:
    """Print one line on stderr, with what would act on a terminal made visible."""
    say(escaping.escape_line(text))


def silence(descriptor: int) -> None:
    """Let nothing more be written to a broken pipe; Python would complain at exit otherwise."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
