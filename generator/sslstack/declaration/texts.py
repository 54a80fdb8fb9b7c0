"""Texts that ssl.yml must not contain: private keys and invisible characters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from sslstack import redaction
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.documents import Document, DocumentPath

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""General categories of Unicode: controls, formats (direction, zero width), line separators."""
_BREAKS = frozenset("\n\r\x85\u2028\u2029")


def check_texts(document: Document) -> Iterator[Finding]:
    """Find private keys and hidden characters in all keys and values of an ssl.yml."""
    for path, text, is_key in _walk_texts(document.data, ()):
        place = document.locate_key(path) if is_key else document.locate(path)
        name = ".".join(map(str, path[:-1] if is_key else path))
        if redaction.holds_private_key(text):
            yield Finding(
                rule="declaration.private-key",
                message=f"{name} contains a private key, which anyone who reads the file can use",
                location=place,
                hint="remove it, and have the certificate reissued if it was committed; "
                "'private_key: FILE' names its file, outside git",
            )
        elif (hidden := _find_hidden(text)) and "-----BEGIN" not in text:
            what = f"a key of {name or 'the file'}" if is_key else name
            yield Finding(
                rule="declaration.control-character",
                message=f"{what} contains {_describe_character(hidden)}",
                location=place,
                hint="write it in one line, without | or >"
                if hidden in _BREAKS
                else "type it again without that character",
            )


def _walk_texts(value: Any, path: DocumentPath) -> Iterator[tuple[DocumentPath, str, bool]]:
    """Return every text with its path, and whether it is a key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), key, True
            yield from _walk_texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk_texts(inner, (*path, index))
    elif isinstance(value, str):
        yield path, value, False


def _find_hidden(text: str) -> str:
    """Return the first invisible character of a text, empty where there is none."""
    if text.isprintable():
        return ""
    return next((one for one in text if unicodedata.category(one) in _HIDDEN), "")


def _describe_character(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character in _BREAKS:
        return f"a line break ({code})"
    if unicodedata.category(character) == "Cc":
        return f"the control character {code}"
    return f"the invisible character {code} ({unicodedata.name(character, 'unnamed')})"
