"""What plain scalars mean to go-yaml, with which Docker Compose reads: resolve.go.

YAML 1.2's core schema, and beside it the octals of YAML 1.1, dates, and underscores in numbers.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain = str | int | float | bool | None

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_OTHER_BASE = re.compile(r"([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))")
_BASES = (16, 2, 8)
_INT64, _UINT64 = 2**63, 2**64
_WORDS: Mapping[str, Plain] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_NUMBER_LENGTH = 400


def read_plain(written: str) -> Plain:
    """Return what a plain scalar means to go-yaml (resolve.go): YAML 1.2 but for old octals."""
    if written in _WORDS:
        return _WORDS[written]
    if written[0] not in "+-.0123456789" or len(written) > _NUMBER_LENGTH:
        return written
    digits = written.replace("_", "")
    value: int | None = None
    if _DECIMAL.fullmatch(digits):
        value = int(digits)
    elif match := _OTHER_BASE.fullmatch(digits):
        sign, *written_in = match.groups()
        pairs = zip(written_in, _BASES, strict=True)
        value = next(int(sign + number, base) for number, base in pairs if number)
    if value is not None:
        return value if -_INT64 <= value < _UINT64 else float(value)
    parsed = float(digits) if _FLOAT.fullmatch(digits) else math.inf
    return parsed if math.isfinite(parsed) else written  # what is out of range stays text


_TIME = r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?"
_DAY = r"(\d{4})-(\d{1,2})-(\d{1,2})"
_DATE = re.compile(rf"{_DAY}(?:[Tt]{_TIME}(Z|[-+]\d\d:\d\d))?", re.ASCII)
_DATE_WITHOUT_ZONE = re.compile(rf"{_DAY} {_TIME}()", re.ASCII)
_UTC = frozenset({None, "", "Z", "+00:00", "-00:00"})


def read_date(written: str) -> str | None:
    """Return the date and time that go-yaml reads, in the form of RFC 3339; None for all else."""
    match = _DATE.fullmatch(written) or _DATE_WITHOUT_ZONE.fullmatch(written)
    if match is None:
        return None
    *numbers, fraction, zone = match.groups()
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in numbers)
        moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None  # not a day of the calendar: text
    parts = f".{fraction[:9]}".rstrip("0").rstrip(".") if fraction else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{parts}{'Z' if zone in _UTC else zone}"


def read_tagged(written: str, kind: str) -> Plain:
    """Return what a scalar tagged `!!int`, `!!float`, `!!bool`, `!!null` or `!!binary` means.

    Any other is text. Raises ValueError where the text is not of the kind.
    """
    if kind == "binary":
        try:
            return base64.b64decode(written).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            raise ValueError("is not base64") from None
    if kind not in _KINDS:
        return written
    value = read_plain(written)
    if kind == "float" and type(value) is int:
        return float(value)
    if not isinstance(value, _KINDS[kind]) or (kind == "int" and isinstance(value, bool)):
        raise ValueError(f"is not of type !!{kind}")
    return value


_KINDS: Mapping[str, type] = {"int": int, "float": float, "bool": bool, "null": type(None)}
