"""Printing to whoever may have stopped reading."""

from __future__ import annotations

import os
import sys

import click


def say(words: str, *, err: bool = True, nl: bool = True) -> bool:
    """Print, and tell whether anybody reads it: what goes on at AWS does not end with a pipe."""
    try:
        click.echo(words, err=err, nl=nl)
    except BrokenPipeError:
        silence((sys.stderr if err else sys.stdout).fileno())
        return False
    return True


def silence(descriptor: int) -> None:
    """Let nothing more be written to a broken pipe; Python would complain at exit otherwise."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
