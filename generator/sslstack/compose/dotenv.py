"""`.env` and env files: Docker Compose's grammar.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

from __future__ import annotations

import re
from collections import ChainMap
from typing import TYPE_CHECKING

from sslstack.compose.interpolation import InterpolationError, substitute
from sslstack.compose.limits import CHARACTERS, FINDINGS
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"\s*(?:export[ \t]+)?([A-Za-z0-9_.\-\[\]]*)[ \t]*")
_ESCAPE = re.compile(r"\\(0[0-9]{0,3}|.)", re.DOTALL)
_OCTAL = re.compile(r"[0-3][0-7]{2}")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
            "\\": "\\", '"': '"', "$": "$$"}  # fmt: skip


def parse(
    content: bytes, file: str, outer: Mapping[str, str], before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the variables of a .env file.

    Where a value refers to a name, `outer` wins over this file, and this file over those
    `before` it. A bare name takes its value from `outer`, or is left out. Raises InputError,
    whose findings show nothing of the file: it holds secrets more often than not.
    """
    source = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    found: dict[str, str] = {}
    known = ChainMap[str, str](dict(outer), found, dict(before or {}))
    findings: list[Finding] = []
    position = counted = characters = 0
    line = 1
    while (position := _blank(source, position)) < len(source) and len(findings) < FINDINGS:
        line += source.count("\n", counted, position)
        counted = position
        name, raw, quote, position = _assignment(source, position)
        at = Location(file, line)
        if name is None:
            _find(findings, at, "expected NAME=value")
        elif raw is None:
            if name in outer:
                found[name] = outer[name]
        elif quote == "unclosed":
            _find(findings, at, "the quote that begins the value is not closed")
        else:
            try:
                found[name] = _value(raw, quote, known)
            except InterpolationError as error:
                _find(findings, at, error.kind)
            characters += len(found.get(name, ""))
        if characters > CHARACTERS:
            _find(findings, at, f"variables make the file more than {CHARACTERS:,} characters long")
            break
    if findings:
        raise InputError(findings)
    return found


def _find(findings: list[Finding], at: Location, message: str) -> None:
    findings.append(Finding(rule="env.syntax", message=message, location=at))


def _blank(source: str, position: int) -> int:
    """Pass over white space and whole-line comments."""
    while position < len(source):
        if source[position].isspace():
            position += 1
        elif source[position] == "#":
            position = _line_end(source, position)
        else:
            break
    return position


def _line_end(source: str, position: int) -> int:
    end = source.find("\n", position)
    return len(source) if end < 0 else end


def _assignment(source: str, position: int) -> tuple[str | None, str | None, str, int]:
    """Give name, raw value (None for a bare name), kind of quote, and where to go on."""
    match = _NAME.match(source, position)
    end = _line_end(source, position)
    name = match[1] if match else ""
    after = match.end() if match else position
    if after > end or (not name and source[after : after + 1] != "="):
        return (name or None), None, "", end
    if after == end:
        return name, None, "", end
    if source[after] not in "=:":
        if source[after] == "#" and source[after - 1].isspace():
            return name, None, "", end
        return None, None, "", end
    start = after + 1
    while start < end and source[start] in " \t":
        start += 1
    if start < end and source[start] in "'\"":
        return _quoted(source, name, start)
    raw = source[start:end]
    comment = re.search(r"\s#", raw)
    return name, (raw[: comment.start()] if comment else raw).strip(), "", end


def _quoted(source: str, name: str, start: int) -> tuple[str, str, str, int]:
    quote = source[start]
    position = start + 1
    while position < len(source) and source[position] != quote:
        position += 2 if source[position] == "\\" else 1
    if position >= len(source):
        return name, "", "unclosed", _line_end(source, start)
    return name, source[start + 1 : position], quote, position + 1


def _unescaped(match: re.Match[str]) -> str:
    """Give the character of an escape; a zero begins the octal number of a character.

    Of one that is not valid Docker Compose drops the zero.
    """
    written = match[1]
    if not written.startswith("0"):
        return _ESCAPES.get(written, match[0])
    number = written[1:]
    if not _OCTAL.fullmatch(number):
        return f"\\{number}"
    return bytes([int(number, 8)]).decode("utf-8", "replace")


def _value(raw: str, quote: str, variables: Mapping[str, str]) -> str:
    if quote == "'":
        return raw.replace("\\'", "'")
    if quote == '"':
        raw = _ESCAPE.sub(_unescaped, raw)
    return substitute(raw, variables, lambda _: None)
