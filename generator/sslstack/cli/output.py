"""Printing to whoever may have stopped reading, and beside a live view."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sslstack.views.live import LiveView


@dataclass(slots=True)
class Screen:
    """The terminal of the process: the one place that knows whether a live view runs there."""

    live: LiveView | None = None

    def begin(self, live: LiveView) -> None:
        """Begin a live view; one that runs ends."""
        self.settle()
        self.live = live.__enter__()

    def settle(self) -> None:
        """End the live view, if one runs; what is printed from here on stays."""
        live, self.live = self.live, None
        if live is not None:
            try:
                live.__exit__(None, None, None)
            except OSError:  # the terminal was closed
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
