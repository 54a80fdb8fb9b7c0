"""Values compared leaf by leaf, and the places at which they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudformation_emulator.stacks.functions import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]
MISSING = object()
"""What stands at a path where nothing does."""


def differences(before: Any, after: Any, path: Path) -> Iterator[Path]:
    """Give the paths of the smallest values that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            left, right = (
                side[index] if index < len(side) else MISSING for side in (before, after)
            )
            yield from differences(left, right, (*path, index))
    elif plain(before) != plain(after):
        yield path


def at(value: Any, path: Path) -> Any:
    """Give what stands at a path, or MISSING."""
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value


def origin(value: Any, path: Path) -> Any:
    """Give the part of the template from which the value at a path comes: up to a function."""
    for key in path:
        if isinstance(value, dict) and len(value) == 1:
            (name,) = value
            if name == "Ref" or name.startswith("Fn::"):
                return value
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return value
