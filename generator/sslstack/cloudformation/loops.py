"""Resources of a template by type, loops (Fn::ForEach) expanded."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_LOOP = "Fn::ForEach::"
"""What the name of a loop begins with: intrinsic-function-reference-foreach, user guide."""
_MOST = 1000
"""Limit of resources after expanding loops; a stack has at most 500 (limits, user guide)."""


def resources_of(template: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield logical ID and properties of each resource of a type, loops expanded."""
    held = template.get("Resources")
    for name, resource in islice(_expand(held if isinstance(held, dict) else {}), _MOST):
        if isinstance(resource, dict) and resource.get("Type") == kind:
            properties = resource.get("Properties")
            yield str(name), properties if isinstance(properties, dict) else {}


def _expand(section: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the entries of a section, a copy of a loop's body for each of its values.

    Unknown values, such as those of a parameter, are one entry.
    """
    for name, value in section.items():
        if not str(name).startswith(_LOOP):
            yield name, value
        elif isinstance(value, list) and len(value) == 3 and isinstance(value[2], dict):  # noqa: PLR2004 - identifier, values, body
            identifier, values, body = value
            known = values if isinstance(values, list) else [f"${{{identifier}}}"]
            for one in known:
                yield from _expand(_fill_in(body, str(identifier), str(one)))


def _fill_in(value: Any, identifier: str, filling: str) -> Any:
    """Return a value with a loop's identifier replaced, in keys as well."""
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return filling
        return {
            _fill_in(key, identifier, filling): _fill_in(item, identifier, filling)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_fill_in(item, identifier, filling) for item in value]
    if isinstance(value, str):
        return value.replace(f"${{{identifier}}}", filling).replace(f"&{{{identifier}}}", filling)
    return value
