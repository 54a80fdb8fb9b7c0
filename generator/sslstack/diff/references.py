"""Resources of a template by type, and the logical IDs that values refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def resources_of(template: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give logical ID and properties of each resource of a type."""
    held = template.get("Resources")
    for name, resource in held.items() if isinstance(held, dict) else ():
        if isinstance(resource, dict) and resource.get("Type") == kind:
            properties = resource.get("Properties")
            yield str(name), properties if isinstance(properties, dict) else {}


def logical_id(value: Any) -> str:
    """Give the logical ID behind a reference to a resource, else what is written."""
    text = show_value(value)
    text = text.removeprefix("!GetAtt ").removeprefix("!Ref ")
    return text.removesuffix(".Arn").removesuffix(".GroupId")


def show_value(value: Any) -> str:
    """Write a value as text: scalars as they are, functions in their short form."""
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if isinstance(argument, list):
            argument = ".".join(map(show_value, argument))
        return f"!{str(function).removeprefix('Fn::')} {argument}"
    return "" if value is None else str(value)
