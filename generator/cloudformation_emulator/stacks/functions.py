"""Intrinsic functions and conditions, worked out for a given state of the stack."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.stacks.errors import invalid
from cloudformation_emulator.stacks.graph import attribute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")
_ABSENT = object()
"""What `Ref: AWS::NoValue` gives: the property or item is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the names in a template stand for.

    `values` are parameters and pseudo parameters; `reference` gives Ref and `attribute` GetAtt
    of a resource.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    zones: tuple[str, ...]
    reference: Callable[[str], Any]
    attribute: Callable[[str, str], Any]


def resolve(value: Any, scope: Scope) -> Any:
    """Give a value with all functions in it worked out."""
    found = _resolve(value, scope)
    return None if found is _ABSENT else found


def holds(name: str, scope: Scope) -> bool:
    """Tell whether a condition of the template is true."""
    if name not in scope.conditions:
        raise invalid(f"Template error: unresolved condition dependency {name}")
    return bool(_resolve(scope.conditions[name], scope))


def _resolve(value: Any, scope: Scope) -> Any:
    if isinstance(value, list):
        items = [_resolve(item, scope) for item in value]
        return [item for item in items if item is not _ABSENT]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if function := _FUNCTIONS.get(name):
            return function(argument, scope)
        if name.startswith("Fn::"):
            raise invalid(f"Template error: {name} is not part of the local emulation")
    pairs = {key: _resolve(item, scope) for key, item in value.items()}
    return {key: item for key, item in pairs.items() if item is not _ABSENT}


def _ref(name: str, scope: Scope) -> Any:
    if name == "AWS::NoValue":
        return _ABSENT
    return scope.values[name] if name in scope.values else scope.reference(name)


def _get_attribute(argument: Any, scope: Scope) -> Any:
    return scope.attribute(*attribute(argument))


def _condition(argument: str, scope: Scope) -> Any:
    # "Condition" is also an ordinary key, in policy documents for instance.
    if isinstance(argument, str):
        return holds(argument, scope)
    return {"Condition": _resolve(argument, scope)}


def _sub(argument: Any, scope: Scope) -> str:
    text, given = argument if isinstance(argument, list) else (argument, {})

    def value(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal:
            return f"${{{name}}}"
        if name in given:
            return str(_resolve(given[name], scope))
        found = _get_attribute(name, scope) if "." in name else _ref(name, scope)
        return ",".join(found) if isinstance(found, list) else str(found)

    return _SUBSTITUTION.sub(value, text)


def _join(argument: Any, scope: Scope) -> str:
    separator, items = argument
    return str(separator).join(map(str, _resolve(items, scope)))


def _select(argument: Any, scope: Scope) -> Any:
    index, items = (_resolve(part, scope) for part in argument)
    if not isinstance(items, list) or int(index) >= len(items):
        raise invalid("Template error: Fn::Select cannot select nonexistent value")
    return items[int(index)]


def _find_in_map(argument: Any, scope: Scope) -> Any:
    found: Any = scope.mappings
    for key in _resolve(argument, scope):
        if key not in found:
            raise invalid(f"Template error: Unable to get mapping for {'::'.join(argument)}")
        found = found[key]
    return found


def _if(argument: Any, scope: Scope) -> Any:
    name, then, otherwise = argument
    return _resolve(then if holds(name, scope) else otherwise, scope)


def _split(argument: Any, scope: Scope) -> list[str]:
    separator, text = argument
    return str(_resolve(text, scope)).split(separator)


def _equals(argument: Any, scope: Scope) -> bool:
    left, right = (_resolve(side, scope) for side in argument)
    return str(left) == str(right)


_FUNCTIONS: Mapping[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_attribute,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Condition": _condition,
    "Fn::Equals": _equals,
    "Fn::Not": lambda argument, scope: not _resolve(argument, scope)[0],
    "Fn::And": lambda argument, scope: all(_resolve(argument, scope)),
    "Fn::Or": lambda argument, scope: any(_resolve(argument, scope)),
    "Fn::GetAZs": lambda _, scope: list(scope.zones),
    "Fn::Base64": lambda text, scope: base64.b64encode(
        str(_resolve(text, scope)).encode()
    ).decode(),
    "Fn::ToJsonString": lambda value, scope: json.dumps(_resolve(value, scope)),
}


def plain(value: Any) -> Any:
    """Give a scalar as CloudFormation compares it: numbers and booleans as their text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
