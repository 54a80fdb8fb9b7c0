"""Files that the command line names, as sources of certificates."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sslstack import files
from sslstack.certificates import Source, file_hints
from sslstack.errors import InputError
from sslstack.findings import Location

_LONGEST = 4096
"""Bytes of a password; what has no end is not read to it."""


def source(path: str, key: str = "certificate") -> Source:
    """Read a file, `key` in ssl.yml; raises InputError when that cannot be done."""
    try:
        content = files.read(Path(path))
    except OSError as error:
        hint = file_hints.suggest_file(Path(path), error, key)
        raise _unreadable(path, error, hint) from error
    return Source(path=Path(path), content=content, location=Location(path))


def optional(path: str | None, key: str) -> Source | None:
    """Read a file that need not be given, `key` in ssl.yml."""
    return None if path is None else source(path, key)


def password(path: str | None) -> bytes | None:
    """Give the first line of a password's file, as `openssl -passin file:` does; `-` is stdin.

    It may be a pipe, as of `<(...)`, that gives it once. Raises InputError when it cannot be read.
    """
    if path is None:
        return None
    try:
        with click.open_file(path, "rb") as stream:
            line: bytes = stream.readline(_LONGEST)
    except OSError as error:
        raise _no_password(path, error) from error
    return line.removesuffix(b"\n").rstrip(b"\r")


def _no_password(path: str, error: OSError) -> InputError:
    """Explain why there is no password; what is no file may be one, and is not shown."""
    if os.path.exists(path):  # noqa: PTH110 - also where no file could have such a name
        return _unreadable(path, error)
    return InputError.at(
        Location("--password-file"),
        "file.unreadable",
        f"{files.describe_error(error)}; it expects the name of a file with the password",
        hint="write the password into a file, or give it on standard input: --password-file -",
    )


def _unreadable(path: str, error: OSError, hint: str = "") -> InputError:
    message = f"cannot be read: {files.describe_error(error)}"
    return InputError.at(Location(path), "file.unreadable", message, hint=hint)
