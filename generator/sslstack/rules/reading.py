"""Reading a template without guessing: rules check what is certain and ignore the rest.

A `Spot` is a value and its path. `find_values` and `find_items` walk down and follow both branches
of every `Fn::If`; what only a deployment can know (parameters, attributes, imports) is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sslstack.cloudformation.intrinsics import NO_VALUE, known, parameter_of, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
_IF = 3


class Spot(NamedTuple):
    """A value and its path; `certain` unless it is in a branch of a condition."""

    value: Any
    path: Path
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template: its logical ID, its type and its properties."""

    name: str
    type: str
    properties: Spot
    template: Mapping[str, Any]

    def find_values(self, *keys: str) -> Iterator[Spot]:
        """Yield the values of a property, by the keys that lead to it."""
        return find_values(self.properties, *keys)

    def find_items(self, *keys: str) -> Iterator[Spot]:
        """Yield the items of a property that is a list."""
        return find_items(self.properties, *keys)

    def find_missing(self, *keys: str) -> Iterator[Spot]:
        """Yield the mapping in which the last key is certainly not there."""
        for spot in find_values(self.properties, *keys[:-1]):
            if isinstance(spot.value, dict) and not _has_hidden_keys(spot.value):
                present = keys[-1] in spot.value and list(find_values(spot, keys[-1]))
                if not present:
                    yield spot


def find_resources(template: Mapping[str, Any], *types: str) -> Iterator[Resource]:
    """Yield the resources of some types, in the template's order."""
    held = template.get("Resources")
    for name, resource in held.items() if isinstance(held, dict) else ():
        if isinstance(resource, dict) and resource.get("Type") in types:
            properties = resource.get("Properties")
            conditional = "Condition" in resource
            yield Resource(
                str(name),
                str(resource["Type"]),
                Spot(
                    {} if properties is None else properties,
                    ("Resources", str(name), "Properties"),
                    certain=not conditional,
                ),
                template,
            )


def find_values(spot: Spot, *keys: str) -> Iterator[Spot]:
    """Yield the values below a spot, one for each branch of conditions on the way."""
    for here in follow_branches(spot):
        if not keys:
            yield here
        elif isinstance(here.value, dict) and keys[0] in here.value:
            yield from find_values(
                Spot(here.value[keys[0]], (*here.path, keys[0]), here.certain), *keys[1:]
            )


def find_items(spot: Spot, *keys: str) -> Iterator[Spot]:
    """Yield the items of a list below a spot, those within conditions too."""
    for here in find_values(spot, *keys):
        if isinstance(here.value, list):
            for index, item in enumerate(here.value):
                yield from follow_branches(Spot(item, (*here.path, index), here.certain))


def follow_branches(spot: Spot) -> Iterator[Spot]:
    """Take both branches of `Fn::If`; `AWS::NoValue` is nothing."""
    value = spot.value
    if isinstance(value, dict) and dict(value) == NO_VALUE:
        return
    if isinstance(value, dict) and set(value) == {"Fn::If"}:
        arguments = value["Fn::If"]
        if isinstance(arguments, list) and len(arguments) == _IF:
            for index in (1, 2):
                path = (*spot.path, "Fn::If", index)
                yield from follow_branches(Spot(arguments[index], path, certain=False))
        return
    yield spot


def can_meet(template: Mapping[str, Any], *spots: Spot) -> bool:
    """Whether values certainly meet in some deployment, by the branches they are in.

    Branches of two conditions are not known to: one condition may be the reverse of the other.
    """
    taken = {one for spot in spots for one in _find_assumptions(template, spot.path)}
    return len(taken) == len({condition for condition, _ in taken}) <= 1


def _find_assumptions(template: Mapping[str, Any], path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the conditions on the way to a place, and whether they hold there."""
    here: Any = template
    before: Any = None
    for key in path:
        if before == "Fn::If":
            yield str(here[0]), key == 1
        here, before = here[key], key


def is_set(spot: Spot, template: Mapping[str, Any]) -> bool:
    """Whether a value is certainly more than an empty text or list."""
    target = reference(spot.value)
    parameter = parameter_of(target[0], template) if target else None
    if parameter is not None and "Default" in parameter:
        return bool(parameter["Default"])
    return spot.value not in ("", [], None)


def read_text(spot: Spot, template: Mapping[str, Any]) -> str | None:
    """Return a scalar as the text that CloudFormation reads; None where it is not known."""
    value = known(spot.value, template)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return str(value) if isinstance(value, str) else None


def read_key(spot: Spot, key: str, template: Mapping[str, Any]) -> str | None:
    """Return the text of a key; None where there is none or it is not known."""
    found = next(find_values(spot, key), None)
    return found and read_text(found, template)


def read_number(spot: Spot, template: Mapping[str, Any]) -> int | None:
    """Return a whole number, written as a number or as text; None where it is not one."""
    found = read_text(spot, template)
    if found is None or not found.strip().lstrip("-").isdecimal() or not found.isascii():
        return None
    return int(found)


def _has_hidden_keys(value: Mapping[str, Any]) -> bool:
    """Whether more keys may come from elsewhere."""
    return any(str(key).startswith("Fn::") for key in value)
