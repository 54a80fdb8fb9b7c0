"""Durations, sizes and command lines, in the forms in which Docker Compose prints them."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from sslstack.compose.go_numbers import parse_float, to_signed

_SECOND = 10**9
_DURATION_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
    "d": 24 * 3600 * _SECOND,
    "w": 7 * 24 * 3600 * _SECOND,
}
_NUMBER = r"([0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})"
_DURATION = re.compile(_NUMBER + r"(ns|us|µs|ms|s|m|h|d|w)")
_SIZE = re.compile(r"(.*[0-9.]) ?(?:([kKmMgGtTpP])(?:[iI]?[bB])?|[bB])?", re.DOTALL)
_POWERS = " kmgtp"


def format_duration(text: str) -> str:
    """Return a duration as Go prints it: `90s` becomes `1m30s`. Raises ValueError."""
    sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
    if rest == "0":
        return "0s"
    parts = _DURATION.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise ValueError(f"'{text}' is not a duration such as 1m30s")
    total = sum(int(Decimal(number) * _DURATION_UNITS[unit]) for number, unit in parts)
    return sign + _print_duration(total) if total else "0s"


def _print_duration(nanoseconds: int) -> str:
    if nanoseconds < _SECOND:
        unit = next(u for u in ("ms", "µs", "ns") if nanoseconds >= _DURATION_UNITS[u])
        return f"{_print_shortest(Decimal(nanoseconds) / _DURATION_UNITS[unit])}{unit}"
    minutes, rest = divmod(nanoseconds, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_print_shortest(Decimal(rest) / _SECOND)}s"
    if hours:
        return f"{hours}h{minutes}m{seconds}"
    return f"{minutes}m{seconds}" if minutes else seconds


def _print_shortest(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_size(text: str) -> int:
    """Return a size in bytes: `1.5g` becomes 1610612736. Raises ValueError.

    The grammar is that of docker/go-units, RAMInBytes.
    """
    match = _SIZE.fullmatch(text)
    number = parse_float(match[1]) if match else -1.0
    if match is None or not 0 <= number < math.inf:
        raise ValueError(f"'{text}' is not a size such as 512m")
    power = _POWERS.index(match[2].lower()) if match[2] else 0
    return to_signed(number * 1024.0**power)


_ENDS = frozenset(";&|<>")
_PAIRS = {"'": "'", '"': '"', "`": "`"}
_KEPT = frozenset("`)")


def split_words(line: str) -> list[str]:
    """Split a command line as Docker Compose does: quotes, escapes, and an end at `;&|<>`.

    Backticks and `$(...)` hold white space together and stay in the word. Raises ValueError
    for what is not closed, and for other brackets.
    """
    found: list[str] = []
    word: list[str] = []
    inside = False  # `""` is an empty word, not none
    closing = ""
    characters = iter(line)
    for character in characters:
        if character == "\\" and closing != "'":
            escaped = next(characters, None)
            if escaped is None:
                raise ValueError("invalid command line: nothing follows the last backslash")
            word.append(escaped)
            inside = True
        elif closing:
            if character != closing or closing in _KEPT:
                word.append(character)
            closing = "" if character == closing else closing
        elif character.isspace():
            found += ["".join(word)] if inside else []
            word, inside = [], False
        elif character in _ENDS:
            inside = inside and not (character == ">" and word[:1] and word[0].isdigit())
            break
        else:
            closing = _find_closing(character, word)
            word += [] if closing in ("'", '"') else [character]
            inside = True
    if closing:
        raise ValueError(f"invalid command line: {closing} is missing")
    return [*found, "".join(word)] if inside else found


def _find_closing(character: str, word: list[str]) -> str:
    """Return what will close what this character opens, "" when it opens nothing."""
    if character == "(" and word and word[-1] == "$":
        return ")"
    if character in "()":
        raise ValueError(f"invalid command line: '{character}' must be quoted")
    return _PAIRS.get(character, "")
