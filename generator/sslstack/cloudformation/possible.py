"""Which values a part of a template can have, depending on parameters and conditions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.intrinsics import NO_VALUE, parameter_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEPTH = 8
"""How deep functions are followed; deeper ones are unknown."""
_FIND = 3
"""Number of keys of Fn::FindInMap; the argument after them is a default."""


def scalars(value: Any, template: Mapping[str, Any]) -> set[str]:
    """Return each text that a value can have; empty if only a deployment decides it.

    A parameter has its default, else one of its allowed values.
    """
    return {
        str(one).lower() if isinstance(one, bool) else str(one)
        for one in values(value, template)
        if isinstance(one, str | int | float)
    }


def numbers(value: Any, template: Mapping[str, Any]) -> list[int]:
    """Return each whole number that a value can be."""
    found = [one.strip() for one in scalars(value, template)]
    return [int(one) for one in found if re.fullmatch("-?[0-9]{1,9}", one)]


def values(value: Any, template: Mapping[str, Any], depth: int = 0) -> Iterator[Any]:
    """Yield each value that a function can have; an unknown function is yielded unchanged."""
    if not isinstance(value, dict) or len(value) != 1 or depth > _DEPTH:
        yield value
        return
    ((name, argument),) = value.items()
    if value == NO_VALUE:
        return
    match name, argument:
        case "Fn::If", [_, one, other]:
            yield from values(one, template, depth + 1)
            yield from values(other, template, depth + 1)
        case "Ref", str():
            yield from _parameter(value, argument, template)
        case "Fn::FindInMap", list():
            yield from _mapped(value, argument, template, depth)
        case (("Fn::Sub" | "Fn::Join" | "Fn::Split"), _):
            yield from _texts(value, argument, template, depth)
        case "Fn::Select", [index, [*parts]] if str(index).isdecimal() and int(index) < len(parts):
            yield from values(parts[int(index)], template, depth + 1)
        case _:
            yield value


def items(value: Any, template: Mapping[str, Any]) -> Iterator[Any]:
    """Yield each item that a list can have, including those in conditions."""
    for one in values(value, template):
        for item in one if isinstance(one, list) else [one]:
            yield from values(item, template)


def mappings(value: Any, template: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield each item of a list that is a mapping, without functions."""
    for one in items(value, template):
        if isinstance(one, dict) and not any(str(key).startswith("Fn::") for key in one):
            yield one


def _texts(
    value: Mapping[str, Any], argument: Any, template: Mapping[str, Any], depth: int
) -> Iterator[Any]:
    """Yield the values of the functions of text."""
    match next(iter(value)), argument:
        case "Fn::Sub", str() if "${" not in argument:
            yield argument
        case "Fn::Sub", str() if argument.startswith("${") and argument.count("${") == 1:
            yield from values({"Ref": argument[2:].removesuffix("}")}, template, depth + 1)
        case "Fn::Join", [str() as separator, [*parts]]:
            known = [scalars(part, template) for part in parts]
            certain = all(len(one) == 1 for one in known)
            yield separator.join(next(iter(one)) for one in known) if certain else value
        case "Fn::Split", [str() as separator, text]:
            listed: list[Any] = [
                one.split(separator) for one in scalars(text, template) if separator
            ]
            yield from listed or [value]
        case _:
            yield value


def _parameter(value: Any, name: str, template: Mapping[str, Any]) -> Iterator[Any]:
    found = parameter_of(name, template) or {}
    listed = "List" in str(found.get("Type"))
    allowed = found.get("AllowedValues")
    known = [found["Default"]] if "Default" in found else allowed
    if str(found.get("Type")).startswith("AWS::SSM::") or not isinstance(known, list):
        yield value  # an SSM parameter's default is a name
        return
    yield from ([part.strip() for part in str(one).split(",")] if listed else one for one in known)


def _mapped(
    value: Any, argument: list[Any], template: Mapping[str, Any], depth: int
) -> Iterator[Any]:
    """Look up a value; if a key is unknown, each entry is possible."""
    found: list[Any] = [template.get("Mappings")]
    for key in argument[:_FIND]:
        wanted = {one for one in values(key, template, depth + 1) if isinstance(one, str)}
        found = [
            inner
            for one in found
            if isinstance(one, dict)
            for name, inner in one.items()
            if not wanted or str(name) in wanted
        ]
    yield from found or [value]
