"""Resources of a template by type, loops (Fn::ForEach) written out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_LOOP = "Fn::ForEach::"
"""What the name of a loop begins with: intrinsic-function-reference-foreach, user guide."""
_MOST = 1000
"""Resources of a template that loops are written out to; a stack has 500 (limits, user guide)."""


def resources_of(template: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield logical ID and properties of each resource of a type, loops written out."""
    held = template.get("Resources")
    for name, resource in islice(_written_out(held if isinstance(held, dict) else {}), _MOST):
        if isinstance(resource, dict) and resource.get("Type") == kind:
            properties = resource.get("Properties")
            yield str(name), properties if isinstance(properties, dict) else {}


def _written_out(section: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the entries of a section, a copy of a loop's body for each of its values.

    Of values that are not known, as those of a parameter, one stands for all.
    """
    for name, value in section.items():
        if not str(name).startswith(_LOOP):
            yield name, value
        elif isinstance(value, list) and len(value) == 3 and isinstance(value[2], dict):  # noqa: PLR2004 - identifier, values, body
            identifier, values, body = value
            known = values if isinstance(values, list) else [f"${{{identifier}}}"]
            for one in known:
                yield from _written_out(_filled(body, str(identifier), str(one)))


def _filled(value: Any, identifier: str, filling: str) -> Any:
    """Return a value with a loop's identifier replaced, in keys as well."""
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return filling
        return {
            _filled(key, identifier, filling): _filled(item, identifier, filling)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_filled(item, identifier, filling) for item in value]
    if isinstance(value, str):
        return value.replace(f"${{{identifier}}}", filling).replace(f"&{{{identifier}}}", filling)
    return value
