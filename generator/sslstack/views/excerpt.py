"""The line a finding is about, with a caret below the column."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import escaping, files
from sslstack.source_redaction import redact_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.findings import Location

_WIDTH = 100


def excerpt(location: Location, lines: Sequence[str]) -> str:
    """Give two lines, set in: the source line with its number, and the caret.

    `lines` are what `lines_of` gives for the location's file. Empty where there is no such line,
    where it may hold a secret, and where the place has no column: such a line is not to be shown.
    """
    if not location.column or not 0 < location.line <= len(lines) or not lines[location.line - 1]:
        return ""
    line = lines[location.line - 1].removesuffix("\r")  # of a file with CRLF
    column = min(location.column, len(line) + 1)
    before, after = _shown(line[: column - 1]), _shown(line[column - 1 :]).rstrip()
    room = _WIDTH - min(len(after), _WIDTH // 2)
    if len(before) > room and len(before) + len(after) > _WIDTH:
        before = "…" + before[len(before) - room + 1 :]
    shown = before + after
    if len(shown) > _WIDTH:
        shown = shown[: _WIDTH - 1] + "…"
    number = f"{location.line:>5}"
    return f"{number} | {shown.rstrip()}\n{'':5} | {' ' * _columns(before)}^\n"


def _shown(text: str) -> str:
    """Give text in visible characters of which each has its own columns; a tab is a blank."""
    return escaping.escape_line(text.replace("\t", " "))


def _columns(text: str) -> int:
    """Count the columns that a terminal gives to text (Unicode Standard Annex 11)."""
    wide = sum(unicodedata.east_asian_width(c) in ("W", "F") for c in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def lines_of(file: str) -> list[str]:
    """Give the lines of a file, empty those that hold something secret; none if unreadable."""
    try:
        text = files.read(Path(file)).decode("utf-8", "replace")
    except OSError:
        return []
    if "\0" in text:
        return []
    shown = redact_source(text).split("\n")
    return [
        line if line == other else "" for line, other in zip(text.split("\n"), shown, strict=True)
    ]
