"""Printing to whoever may have stopped reading, and beside a live view."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.deploy.events import StackEvent
    from sslstack.views.deployment.live import LiveView


_ESCAPED = "sslstack.escaped"


def prepare() -> None:
    """Let stdout take every character: one that its encoding lacks is escaped, as in JSON."""
    codecs.register_error(_ESCAPED, _escaped)
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


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
            screen.live.say(words)
        else:
            click.echo(words, err=err, nl=nl)
    except OSError:  # a broken pipe, a terminal that was closed
        silence((sys.stderr if err else sys.stdout).fileno())
        return False
    return True


def silence(descriptor: int) -> None:
    """Let nothing more be written to a broken pipe; Python would complain at exit otherwise."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
