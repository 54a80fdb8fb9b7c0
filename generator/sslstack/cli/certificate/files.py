"""Files that the command line names, as sources of certificates."""

from __future__ import annotations

from pathlib import Path

from sslstack import files
from sslstack.certificates import Source
from sslstack.errors import InputError
from sslstack.findings import Location


def source(path: str) -> Source:
    """Read a file; raises InputError when that cannot be done."""
    place = Location(path)
    try:
        content = files.read(Path(path))
    except OSError as error:
        raise InputError.at(
            place, "file.unreadable", f"cannot be read: {files.reason(error)}"
        ) from error
    return Source(path=Path(path), content=content, declared=place)


def optional(path: str | None) -> Source | None:
    """Read a file that need not be given."""
    return None if path is None else source(path)


def password(path: str | None) -> bytes | None:
    """Give the first line of a password's file, as `openssl -passin file:` does."""
    if path is None:
        return None
    return source(path).content.partition(b"\n")[0].rstrip(b"\r")
