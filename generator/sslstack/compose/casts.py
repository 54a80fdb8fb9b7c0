"""Readers of single values and of mappings of them; the canonical form is made of these.

A reader takes what stands in the file and gives what Docker Compose prints. It raises
ValueError with what is wrong, in words; the place is added by the caller.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from sslstack.compose import units
from sslstack.compose.environment import shown

if TYPE_CHECKING:
    from collections.abc import Callable


def integer(value: Any) -> Any:
    """Read a whole number, also as text."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise ValueError(f"'{value}' is not a whole number") from None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def truncated(value: Any) -> Any:
    """Read a whole number; of a fraction what is before the point."""
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    return integer(value)


def decimal(value: Any) -> Any:
    """Read a number, also as text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise ValueError(f"'{value}' is not a number") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{shown(value)} is not a number")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def single(value: Any) -> Any:
    """Read a number as Go's float32 holds and prints it: with the fewest digits that tell it."""
    number = decimal(value)
    if not isinstance(number, (int, float)):
        return number
    try:
        held = struct.pack("f", number)
    except (OverflowError, struct.error):
        raise ValueError(f"{shown(value)} is too large") from None
    digits = (float(f"{number:.{count}g}") for count in range(1, 10))
    return decimal(next(one for one in digits if struct.pack("f", one) == held))


def duration(value: Any) -> Any:
    """Read a duration."""
    return units.duration(value) if isinstance(value, str) else value


def duration_or_integer(value: Any) -> Any:
    """Read microseconds, or a duration."""
    return integer(value) if not isinstance(value, str) or value.isdigit() else duration(value)


def size(value: Any) -> Any:
    """Read a size in bytes as text, for it may be larger than JSON's numbers; 0 is none."""
    # Docker Compose takes a number with a point or an exponent for none at all.
    number = "0" if value is None or isinstance(value, float) else units.size(value)
    return None if number == "0" else number


def command(value: Any) -> Any:
    """Read a command line or a list of words."""
    return units.words(value) if isinstance(value, str) else texts(value)


def texts(value: Any) -> Any:
    """Read a list of scalars as texts."""
    return [shown(item) for item in value] if isinstance(value, list) else value


def listed(value: Any) -> Any:
    """Read one text or a list of texts."""
    return texts(value) if isinstance(value, list) else [shown(value)]


def options(value: Any) -> Any:
    """Read a mapping of texts."""
    return {key: shown(item) for key, item in (value or {}).items()}


def members(**table: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a mapping whose members have rules of their own."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: table[key](item) if key in table and item is not None else item
            for key, item in value.items()
            if not key.startswith("x-")
        }

    return read


def without_zeros(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Drop members that say nothing, as Go's `omitempty` does: "", 0 and false."""

    def apply(value: Any) -> Any:
        found = read(value)
        if not isinstance(found, dict):
            return found
        return {key: item for key, item in found.items() if not is_zero(item)}

    return apply


def is_zero(value: Any) -> bool:
    """Tell whether a value is what Go takes for none."""
    return not isinstance(value, (dict, list)) and not value


def each(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a list item by item."""
    return lambda value: [read(item) for item in value] if isinstance(value, list) else value


def values(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a mapping value by value."""
    return lambda value: (
        {key: read(item) for key, item in value.items()} if isinstance(value, dict) else value
    )
