"""Readers of single values and of mappings of them; the canonical form is made of these.

A reader takes the value in the file and returns what Docker Compose prints. It raises
ValueError with what is wrong; the caller adds the place.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from sslstack.compose import go_numbers, units
from sslstack.compose.environment import print_scalar

if TYPE_CHECKING:
    from collections.abc import Callable

_INT64 = 2**63
_EXPONENT = 1e21
"""From here on Go's JSON writes a number with an exponent."""


def read_integer(value: Any) -> Any:
    """Read a whole number of 64 bits, also as text; of a fraction what is before the point."""
    if isinstance(value, str):
        return go_numbers.parse_integer(value)
    return go_numbers.to_signed(value) if _is_number(value) else value


def read_natural(bits: int) -> Callable[[Any], Any]:
    """Read a whole number from 0 on of so many bits."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError(f"'{value}' must be a number, without quotes")  # noqa: TRY004
        return go_numbers.to_unsigned(value, bits) if _is_number(value) else value

    return read


def read_count(value: Any) -> Any:
    """Read how many there are: a whole number from 0 on."""
    number = read_integer(value)
    if _is_number(number) and number < 0:
        raise ValueError(f"{print_scalar(value)} is less than 0")
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def read_single(value: Any) -> Any:
    """Read a number as Go's float32 holds and prints it: with the fewest digits that tell it."""
    number = go_numbers.parse_float(value) if isinstance(value, str) else value
    if not _is_number(number):
        return number
    try:
        held = struct.pack("f", number)
    except (OverflowError, struct.error):
        raise ValueError(f"{print_scalar(value)} is too large") from None
    if not math.isfinite(number):
        raise ValueError(f"{print_scalar(value)} is not a number")
    digits = (float(f"{number:.{count}g}") for count in range(1, 10))
    return drop_point(next(one for one in digits if struct.pack("f", one) == held))


def drop_point(number: float) -> float:
    """Return a number as JSON of Go holds it: without a point where nothing is behind it."""
    return int(number) if number == math.floor(number) and abs(number) < _EXPONENT else number


def read_duration(value: Any) -> Any:
    """Read a duration."""
    return units.format_duration(value) if isinstance(value, str) else value


def read_size(value: Any) -> Any:
    """Read a size in bytes as text, for it may be larger than JSON's numbers; 0 is none."""
    # Docker Compose takes a number that is not an integer of 64 bits for no value.
    if isinstance(value, str):
        number = units.read_size(value)
    else:
        number = value if isinstance(value, int) and abs(value) < _INT64 else 0
    return str(number) if number else None


def read_command(value: Any) -> Any:
    """Read a command line or a list of words."""
    return units.split_words(value) if isinstance(value, str) else read_texts(value)


def read_texts(value: Any) -> Any:
    """Read a list of scalars as texts."""
    return [print_scalar(item) for item in value] if isinstance(value, list) else value


def read_list(value: Any) -> Any:
    """Read one text or a list of texts."""
    return read_texts(value) if isinstance(value, list) else [print_scalar(value)]


def read_options(value: Any) -> Any:
    """Read a mapping of texts."""
    return {key: print_scalar(item) for key, item in (value or {}).items()}


def read_text(value: Any) -> Any:
    """Read a text; of all else only a whole number of 64 bits is allowed."""
    if isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) >= _INT64):
        raise ValueError(f"{print_scalar(value)} must be text; put it in quotes")
    return print_scalar(value)


def read_text_options(value: Any) -> Any:
    """Read a mapping of values that must be text."""
    return {key: read_text(item) for key, item in (value or {}).items()}


def read_members(**table: Callable[[Any], Any]) -> Callable[[Any], Any]:
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


def drop_zeros(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Drop members without content, as Go's `omitempty` does: "", 0 and false."""

    def apply(value: Any) -> Any:
        found = read(value)
        if not isinstance(found, dict):
            return found
        return {key: item for key, item in found.items() if not is_zero(item)}

    return apply


def is_zero(value: Any) -> bool:
    """Return whether a value is what Go takes for none."""
    return not isinstance(value, (dict, list)) and not value


def read_each(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a list item by item."""
    return lambda value: [read(item) for item in value] if isinstance(value, list) else value


def read_values(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a mapping value by value."""
    return lambda value: (
        {key: read(item) for key, item in value.items()} if isinstance(value, dict) else value
    )
