"""The line a finding is about, with a caret below the column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.findings import Location

_WIDTH = 100
_SECRET = re.compile(r"PRIVATE KEY|private_?key|secret|password|token", re.IGNORECASE)
_KEY_BLOCK = re.compile(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----")


def excerpt(location: Location, lines: Sequence[str]) -> str:
    """Give two lines, set in: the source line with its number, and the caret.

    `lines` are those of the location's file. Empty where there is no such line, or where it
    may hold a secret.
    """
    if not 0 < location.line <= len(lines):
        return ""
    line = lines[location.line - 1]
    if _SECRET.search(line) or _within_key(lines, location.line):
        return ""
    column = max(location.column, 1)
    if not line.isprintable():
        line = "".join(c if c.isprintable() else " " for c in line)
    start = max(0, column - _WIDTH) if len(line) > _WIDTH else 0
    shown = line[start : start + _WIDTH].rstrip()
    number = f"{location.line:>5}"
    caret = " " * (column - 1 - start) + "^"
    return f"{number} | {shown}\n{'':5} | {caret}\n"


def lines_of(file: str) -> list[str]:
    """Give the lines of a file; none where it cannot be read."""
    try:
        return files.read(Path(file)).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _within_key(lines: Sequence[str], number: int) -> bool:
    """Tell whether the last marker of a private key before a line is its beginning."""
    for line in reversed(lines[:number]):
        found = _KEY_BLOCK.findall(line)
        if found:
            return bool(found[-1] == "BEGIN")
    return False
