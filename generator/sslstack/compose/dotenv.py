"""`.env` and env files: Docker Compose's grammar.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass
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
    """Return the variables of a .env file.

    Where a value refers to a name, `outer` wins over this file, and this file over those
    `before` it. A bare name takes its value from `outer`, or is left out. Raises InputError,
    whose findings show nothing of the file: it holds secrets more often than not.
    """
    return {name: item.value for name, item in read(content, file, outer, before).items()}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a .env file, and the line on which it is set."""

    value: str
    line: int


def read(
    content: bytes, file: str, outer: Mapping[str, str], before: Mapping[str, str] | None = None
) -> dict[str, Variable]:
    """Return the variables of a .env file with their lines, as `parse` does without."""
    source = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    known = ChainMap[str, str](dict(outer), values, dict(before or {}))
    findings: list[Finding] = []
    position = counted = characters = 0
    line = 1
    while (position := _skip_blank(source, position)) < len(source) and len(findings) < FINDINGS:
        line += source.count("\n", counted, position)
        counted = position
        name, raw, quote, position = _read_assignment(source, position)
        value, wrong = _evaluate(name, raw, quote, known, outer)
        if wrong:
            findings.append(_report(file, line, wrong))
        elif name is not None and value is not None:
            values[name], lines[name] = value, line
            characters += len(value)
        if characters > CHARACTERS:
            message = (
                f"the file is longer than {CHARACTERS:,} characters with its variables filled in"
            )
            findings.append(_report(file, line, message))
            break
    if findings:
        raise InputError(findings)
    return {name: Variable(value, lines[name]) for name, value in values.items()}


def _evaluate(
    name: str | None,
    raw: str | None,
    quote: str,
    known: Mapping[str, str],
    outer: Mapping[str, str],
) -> tuple[str | None, str]:
    """Return the value of an assignment, None where it sets nothing, and what is wrong with it."""
    if name is None:
        return None, "expected NAME=value"
    if raw is None:
        return outer.get(name), ""
    if quote == "unclosed":
        return None, "the quote that begins the value is not closed"
    try:
        return _read_value(raw, quote, known), ""
    except InterpolationError as error:
        return None, error.kind


def _report(file: str, line: int, message: str) -> Finding:
    return Finding(rule="env.syntax", message=message, location=Location(file, line))


def _skip_blank(source: str, position: int) -> int:
    """Pass over white space and whole-line comments."""
    while position < len(source):
        if source[position].isspace():
            position += 1
        elif source[position] == "#":
            position = _find_line_end(source, position)
        else:
            break
    return position


def _find_line_end(source: str, position: int) -> int:
    end = source.find("\n", position)
    return len(source) if end < 0 else end


def _read_assignment(source: str, position: int) -> tuple[str | None, str | None, str, int]:
    """Return name, raw value (None for a bare name), kind of quote, and where to go on."""
    match = _NAME.match(source, position)
    end = _find_line_end(source, position)
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
        return _read_quoted(source, name, start)
    raw = source[start:end]
    comment = re.search(r"\s#", raw)
    return name, (raw[: comment.start()] if comment else raw).strip(), "", end


def _read_quoted(source: str, name: str, start: int) -> tuple[str, str, str, int]:
    quote = source[start]
    position = start + 1
    while position < len(source) and source[position] != quote:
        position += 2 if source[position] == "\\" else 1
    if position >= len(source):
        return name, "", "unclosed", _find_line_end(source, start)
    return name, source[start + 1 : position], quote, position + 1


def _unescape(match: re.Match[str]) -> str:
    """Return the character of an escape; a zero begins the octal number of a character.

    Of one that is not valid Docker Compose drops the zero.
    """
    written = match[1]
    if not written.startswith("0"):
        return _ESCAPES.get(written, match[0])
    number = written[1:]
    if not _OCTAL.fullmatch(number):
        return f"\\{number}"
    return bytes([int(number, 8)]).decode("utf-8", "replace")


def _read_value(raw: str, quote: str, variables: Mapping[str, str]) -> str:
    if quote == "'":
        return raw.replace("\\'", "'")
    if quote == '"':
        raw = _ESCAPE.sub(_unescape, raw)
    return substitute(raw, variables, lambda _: None)
