"""Intrinsic functions of a template in long form: what they refer to, and certain values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
The module `possible` finds the values that parameters and conditions allow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN = object()
NO_VALUE: Mapping[str, str] = {"Ref": "AWS::NoValue"}
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")
_IDENTIFIERS = frozenset({"", "Arn", "GroupId"})
"""Attributes that identify a resource; the empty one is its Ref."""
_HIDDEN = "****"
"""What AWS shows instead of the value of a NoEcho parameter."""


def is_function(value: Mapping[str, Any]) -> bool:
    """Return whether a mapping is an intrinsic function, which is one value."""
    return len(value) == 1 and str(next(iter(value))).startswith(("Ref", "Fn::"))


def reference(value: Any) -> tuple[str, str] | None:
    """Return the logical ID and attribute that a `Ref` (attribute empty) or `Fn::GetAtt` names."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Ref" and isinstance(argument, str):
        return argument, ""
    if name == "Fn::GetAtt":
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if isinstance(parts, list) and len(parts) == 2 and all(isinstance(p, str) for p in parts):  # noqa: PLR2004 - resource and attribute
            return parts[0], parts[1]
    return None


def refers_to(value: Any, name: str) -> bool:
    """Return whether a function names a resource or parameter, `Fn::Sub` in its text."""
    if (found := reference(value)) is not None:
        return found[0] == name
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((function, argument),) = value.items()
    text = argument[0] if isinstance(argument, list) and argument else argument
    named = _VARIABLE.findall(text) if function == "Fn::Sub" and isinstance(text, str) else ()
    return any(name == one for one, _ in named)


def find_references(value: Any, name: str, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path (a JSON pointer) and value of every reference to a resource, below a path."""
    if isinstance(value, dict):
        if refers_to(value, name):
            yield path, value
            return
        for key, item in value.items():
            yield from find_references(item, name, f"{path}/{escape_pointer(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_references(item, name, f"{path}/{index}")


def escape_pointer(key: Any) -> str:
    """Write a key as a part of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def logical_id(value: Any) -> str:
    """Return the logical ID behind a reference to a resource, else the value as text."""
    found = reference(value)
    if found is not None and found[1] in _IDENTIFIERS:
        return found[0]
    return show(value).removeprefix("!GetAtt ")


def show(value: Any) -> str:
    """Write a value as text: scalars as they are, functions in their short form."""
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if isinstance(argument, list):
            argument = ".".join(map(show, argument))
        return f"!{str(function).removeprefix('Fn::')} {argument}"
    return "" if value is None else str(value)


def known(value: Any, template: Mapping[str, Any]) -> Any:
    """Return the value of a function if it is the same in every deployment; else UNKNOWN."""
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        return UNKNOWN
    ((name, argument),) = value.items()
    match name:
        case "Ref":
            return _only_value(argument, template)
        case "Fn::Sub" if isinstance(argument, str) and "${" not in argument:
            return argument
        case "Fn::Join":
            return _joined(argument, template)
        case "Fn::FindInMap":
            return _mapped(argument, template)
        case _:
            return UNKNOWN


def parameter_of(name: Any, template: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the declaration of a parameter; None if no parameter has that name."""
    declared = template.get("Parameters")
    found = declared.get(name) if isinstance(declared, dict) and isinstance(name, str) else None
    return found if isinstance(found, dict) else None


def fill_in(template: Any, values: Mapping[str, str]) -> Any:
    """Replace each Ref by the value of its parameter, except hidden values."""
    match template:
        case {"Ref": str(name)} if len(template) == 1 and values.get(name, _HIDDEN) != _HIDDEN:
            return values[name]
        case dict():
            return {key: fill_in(entry, values) for key, entry in template.items()}
        case list():
            return [fill_in(entry, values) for entry in template]
    return template


def _only_value(name: Any, template: Mapping[str, Any]) -> Any:
    """Return the only value that a parameter may have."""
    parameter = parameter_of(name, template)
    allowed = parameter.get("AllowedValues") if parameter else None
    if isinstance(allowed, list) and len(allowed) == 1:
        return allowed[0]
    return UNKNOWN


def _joined(argument: Any, template: Mapping[str, Any]) -> Any:
    if not (isinstance(argument, list) and len(argument) == 2):  # noqa: PLR2004 - separator, parts
        return UNKNOWN
    separator, parts = argument
    if not isinstance(separator, str) or not isinstance(parts, list):
        return UNKNOWN
    values = [known(part, template) for part in parts]
    if not all(isinstance(value, str | int) for value in values):
        return UNKNOWN
    return separator.join(map(str, values))


def _mapped(argument: Any, template: Mapping[str, Any]) -> Any:
    if not (isinstance(argument, list) and len(argument) == 3):  # noqa: PLR2004 - map and two keys
        return UNKNOWN
    found: Any = template.get("Mappings")
    for key in argument:
        found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
    return UNKNOWN if found is None or isinstance(found, dict) else found
