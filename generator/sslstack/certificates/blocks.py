"""The text of PEM (RFC 7468): blocks, their markers, and what spoils them."""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKER = re.compile(rb"-----(BEGIN|END) ([^\n-]{1,64})-----")
_DASHES = re.compile(
    rb"^[ \t]*(?P<before>[^\w\s]{1,30}) ?(?P<word>BEGIN|END)(?: |\xc2\xa0|\t|_)*"
    rb"(?P<label>[A-Z0-9 #]{0,40}(?:CERTIFICATE|KEY|PKCS|CRL|CMS)[A-Z0-9 #]{0,20}?) ?"
    rb"(?P<after>[^\w\s]{1,30})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_BASE64_LINE = re.compile(rb"^[A-Za-z0-9+/=]{40,}$", re.MULTILINE)

_NO_HYPHENS = "without its five hyphens (-----)"
_MARKERS = 2000
"""Markers whose dashes are looked at; the largest bundles of roots have some 300."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its label, the text between its markers, and the line of its BEGIN.

    The body is None where the END of the same label does not come next.
    """

    label: bytes
    body: bytes | None = field(repr=False)
    line: int

    @property
    def name(self) -> str:
        """The label as text."""
        return self.label.decode("ascii", "backslashreplace")


def normalize(text: bytes) -> bytes:
    """Return every line the same end.

    Some people's files hold the two characters backslash and n for each end of line: they
    went through an environment variable or JSON.
    """
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if re.search(rb"-----\\(?:r\\)?n", text):
        text = text.replace(b"\\r", b"").replace(b"\\n", b"\n")
    return text


def read_blocks(text: bytes) -> Iterator[Block]:
    """Return the blocks of a text, in time linear in its length."""
    begun: re.Match[bytes] | None = None
    counted, line = 0, 1
    for marker in [*_MARKER.finditer(text), None]:
        if begun is not None:
            line += text.count(b"\n", counted, begun.start())
            counted = begun.start()
            whole = marker is not None and marker[1] == b"END" and marker[2] == begun[2]
            yield Block(
                begun[2], text[begun.end() : marker.start()] if marker and whole else None, line
            )
        begun = marker if marker and marker[1] == b"BEGIN" else None


def find_broken_markers(text: bytes) -> dict[int, str]:
    """Return clauses about markers whose dashes are not five hyphens, by line.

    Word processors make long dashes of them. A block that lacks nothing but its END has an
    empty clause: that of the END says enough.
    """
    found: dict[int, str] = {}
    begun: int | None = None
    line, counted = 1, 0
    for marker in itertools.islice(_DASHES.finditer(text), _MARKERS):
        line += text.count(b"\n", counted, marker.start())
        counted = marker.start()
        begins = marker["word"].upper() == b"BEGIN"
        if _MARKER.search(marker[0]) or marker["label"].startswith(b"SSH2"):
            begun = line if begins else None
            continue
        if begins or begun is not None:
            words = f"{marker['word'].decode()} {marker['label'].decode()}".upper()
            dashes = marker["before"] == marker["after"] == b"-----"
            why = "in small letters or without its space" if dashes else _NO_HYPHENS
            found[line] = f"has '{words}' on line {line} {why}"
        if begun is not None and not begins:
            found[begun] = ""
        begun = None
    return found


def find_missing_begins(text: bytes, spoiled: Iterable[int]) -> dict[int, str]:
    """Return clauses about the END of blocks that never begin, by line.

    What begins with a marker that is spoiled is named already.
    """
    found: dict[int, str] = {}
    line, end, begun = 1, 0, False
    begins = sorted(spoiled)
    for marker in _MARKER.finditer(text):
        before, last = text[end : marker.start()], line
        line += before.count(b"\n")
        end = marker.start()
        named = any(last <= one <= line for one in begins)
        if marker[1] == b"END" and not begun and not named and _BASE64_LINE.search(before):
            name = marker[2].decode("ascii", "backslashreplace")
            found[line] = f"has an END {name} on line {line} without its BEGIN {name}"
        begun = marker[1] == b"BEGIN"
    return found


def find_conflict(text: bytes) -> int | None:
    """Return the line on which git's markers of a merge conflict begin; None without any."""
    begin = re.search(rb"^<{7} ", text, re.MULTILINE)
    if begin is None or not re.search(rb"^>{7} ", text[begin.end() :], re.MULTILINE):
        return None
    return text.count(b"\n", 0, begin.start()) + 1


def rewrite_key(label: bytes, body: bytes) -> bytes:
    """Rewrite a key's block, without blank lines and indentation (but with its headers)."""
    lines = [line.strip() for line in body.splitlines()]
    headers = b"".join(line + b"\n" for line in lines if b":" in line)
    text = b"\n".join(line for line in lines if line and b":" not in line)
    separator = b"\n" if headers else b""
    begin, end = (b"-----%b %b-----\n" % (word, label) for word in (b"BEGIN", b"END"))
    return begin + headers + separator + text + b"\n" + end


def decode_base64(body: bytes) -> bytes | None:
    """Undo base64, white space ignored; None where it is not base64."""
    try:
        return base64.b64decode(re.sub(rb"[\s\0]+", b"", body), validate=True)
    except binascii.Error:
        return None
