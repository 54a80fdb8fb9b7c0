"""Passwords of private keys, from a file or typed at a terminal."""

from __future__ import annotations

import functools
import os
import sys

import click

from sslstack.app.passwords import Passwords
from sslstack.cli.certificate.files import password


def read_passwords(path: str | None) -> Passwords:
    """Return passwords from a file's first line, or typed at a terminal.

    No file is read and no question asked twice. Raises InputError for an unreadable file.
    """
    if path is not None:
        first_line = functools.cache(lambda: password(path))  # a pipe can be read once
        return Passwords(read=lambda _name: first_line(), given=True)
    return Passwords(read=functools.cache(_ask))


def _ask(name: str) -> bytes | None:
    return _type(name) if sys.stdin.isatty() else None


def _type(name: str) -> bytes:
    """Return a password as the bytes that were typed, regardless of the terminal's encoding."""
    try:
        given: str = click.prompt(f"password of {name}", hide_input=True, err=True)
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"the password of {name} was not typed in {error.encoding}: --password-file FILE takes "
            "it as it is"
        ) from None
    return os.fsencode(given)
