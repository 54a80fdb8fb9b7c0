"""Values as YAML text: scalars, values on one line, and blocks of lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sslstack import documents

_PLAIN = re.compile(r"[A-Za-z0-9_./~(](?:[\w./@+=~()$%^;-]|:(?=[\w./])| (?=[\w./(]))*")
"""Text that needs no quotes in a block or in braces; less than YAML allows."""
_OTHER_MEANING = re.compile(
    r"(?i:yes|no|on|off|true|false|null|~)|[-+]?[0-9][0-9_,:.]*(?:e[-+]?[0-9]+)?|0[xob]\w+"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|\.(?i:inf|nan)"
)
"""Text that some version of YAML takes for something else than text."""


@dataclass(frozen=True, slots=True)
class Alias:
    """What `*name` refers to."""

    name: str


def write_scalar(value: Any) -> str:
    """Return a single value as text; quoted where some YAML reader might misread it."""
    if isinstance(value, Alias):
        return f"*{value.name}"
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and not _OTHER_MEANING.fullmatch(value)
    if plain and isinstance(documents.read_scalar(value), str):
        return value
    return json.dumps(value, ensure_ascii=not value.isprintable())


def write_key(name: str) -> str:
    """Return a mapping's key as text."""
    return name if name == "<<" else write_scalar(name)


def write_flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_key(k)}: {write_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_flow, value)) + "]"
    return write_scalar(value)


def write_entry(name: str, value: Any, column: int, unit: int) -> list[str]:
    """Return the lines of an entry in a block: a mapping as a block, a list on one line."""
    head = f"{' ' * column}{write_key(name)}:"
    if isinstance(value, dict) and value:
        return [head, *write_block(value, column + unit, unit)]
    return [f"{head} {write_flow(value)}"]


def write_block(mapping: dict[str, Any], column: int, unit: int) -> list[str]:
    """Return the lines of a mapping as a block that begins at a column."""
    return [
        line for name, value in mapping.items() for line in write_entry(name, value, column, unit)
    ]
