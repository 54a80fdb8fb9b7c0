"""`.env` and env files: Docker Compose's grammar.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack.compose.interpolation import InterpolationError, substitute
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"\s*(?:export[ \t]+)?([A-Za-z0-9_.\-\[\]]*)[ \t]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
            "\\": "\\", '"': '"', "'": "'", "$": "$$"}  # fmt: skip


def parse(
    content: bytes, file: str, outer: Mapping[str, str], before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Give the variables of a .env file.

    Where a value refers to a name, `outer` wins over this file, and this file over those
    `before` it. A bare name takes its value from `outer`, or is left out. Raises InputError.
    """
    source = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    found: dict[str, str] = {}
    findings: list[Finding] = []
    position = 0
    while position < len(source):
        position = _blank(source, position)
        if position >= len(source):
            break
        line = source.count("\n", 0, position) + 1
        name, raw, quote, position = _assignment(source, position)
        at = Location(file, line, 1)
        if name is None:
            message = "expected NAME=value"
            findings.append(Finding(rule="env.syntax", message=message, location=at))
        elif raw is None:
            if name in outer:
                found[name] = outer[name]
        elif quote == "unclosed":
            message = f"the quote after {name}= is not closed"
            findings.append(Finding(rule="env.syntax", message=message, location=at))
        else:
            try:
                found[name] = _value(raw, quote, {**(before or {}), **found, **outer})
            except InterpolationError as error:
                findings.append(Finding(rule="env.syntax", message=str(error), location=at))
    if findings:
        raise InputError(findings)
    return found


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


def _value(raw: str, quote: str, variables: Mapping[str, str]) -> str:
    if quote == "'":
        return raw.replace("\\'", "'")
    if quote == '"':
        raw = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), raw, flags=re.DOTALL)
    return substitute(raw, variables, lambda _: None)
