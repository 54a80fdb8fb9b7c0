"""Numbers as Go reads, converts and prints them: Docker Compose is written in it.

Sources: package strconv (ParseInt, ParseFloat), and the conversion of numbers on amd64,
where one that does not fit becomes the smallest integer.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

_INT64 = 2**63
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_D, _H = r"[0-9](?:_?[0-9])*", r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_DECIMAL = re.compile(rf"[-+]?(?:{_D}(?:\.(?:{_D})?)?|\.{_D})(?:[eE][-+]?{_D})?")
_BINARY = re.compile(rf"[-+]?0[xX]_?(?:{_H}(?:\.(?:{_H})?)?|\.{_H})[pP][-+]?{_D}")
_WORD = re.compile(r"[-+]?inf(?:inity)?|nan", re.IGNORECASE)
_LENGTH = 400
"""Characters of a number; longer ones are mistakes, and slow to read."""


def parse_integer(text: str) -> int:
    """Read a decimal number of 64 bits. Raises ValueError."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"'{text}' is not a whole number")
    number = int(text)
    if not -_INT64 <= number < _INT64:
        raise ValueError(f"'{text}' is too large")
    return number


def parse_float(text: str) -> float:
    """Read a number of 64 bits with a point or an exponent, decimal or 0x1p-2. Raises ValueError.

    Underscores may separate digits; inf and nan are numbers.
    """
    short = len(text) <= _LENGTH
    if short and (_DECIMAL.fullmatch(text) or _WORD.fullmatch(text)):
        number = float(text)
    elif short and _BINARY.fullmatch(text):
        number = _read_binary(text.replace("_", ""))
    else:
        raise ValueError(f"'{text}' is not a number")
    if math.isinf(number) and not _WORD.fullmatch(text):
        raise ValueError(f"'{text}' is too large")
    return number


def _read_binary(text: str) -> float:
    try:
        return float.fromhex(text)
    except OverflowError:
        return math.inf


def to_signed(number: float) -> int:
    """Convert a number to 64 bits with a sign: a fraction loses what is behind the point."""
    if isinstance(number, int):
        return (number + _INT64) % (2 * _INT64) - _INT64
    return int(number) if -_INT64 <= number < _INT64 else -_INT64


def to_unsigned(number: float, bits: int = 64) -> int:
    """Convert a number to bits without a sign. Raises ValueError for less than 0."""
    if number < 0:
        raise ValueError(f"{format_float(number)} is less than 0")
    if isinstance(number, float):
        number = int(number) if number < 2 * _INT64 else _INT64
    return int(number % (1 << bits))


def format_float(number: float) -> str:
    """Format as strconv does with 'g': the fewest digits, an exponent from 1e6 on."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}[str(number)]
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - it is finite
    power = len(digits) + exponent - 1
    minus = "-" * sign
    if -5 < power < 6:  # noqa: PLR2004 - Go's own borders
        return minus + f"{abs(Decimal(repr(number)).normalize()):f}"
    first, *rest = map(str, digits)
    return f"{minus}{first}{'.' * bool(rest)}{''.join(rest)}e{power:+03d}"


def print_value(value: Any) -> str:
    """Print plain data as package fmt does with %v: `map[a:1 b:[x y]]`."""
    match value:
        case dict():
            parts = (f"{key}:{print_value(item)}" for key, item in sorted(value.items()))
            return f"map[{' '.join(parts)}]"
        case list():
            return f"[{' '.join(map(print_value, value))}]"
        case bool():
            return "true" if value else "false"
        case float():
            return format_float(value)
    return "<nil>" if value is None else str(value)
