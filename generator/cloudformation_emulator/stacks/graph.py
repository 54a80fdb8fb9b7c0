"""What refers to what in a template, and the order that makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cloudformation_emulator.stacks.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


class Reference(NamedTuple):
    """A use of a parameter or resource; of an attribute of it, where one is named."""

    name: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.attribute}" if self.attribute else self.name


def references(value: Any) -> set[Reference]:
    """Give everything that Ref, GetAtt and Sub within a value name."""
    return set(_references(value))


def _references(value: Any) -> Iterator[Reference]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if not isinstance(value, dict):
        return
    for key, argument in value.items():
        match key:
            case "Ref":
                yield Reference(argument)
            case "Fn::GetAtt":
                yield attribute(argument)
            case "Fn::Sub":
                yield from _substitutions(argument)
            case _:
                yield from _references(argument)


def attribute(argument: str | list[str]) -> Reference:
    """Read the argument of GetAtt: `Resource.Attribute` or a list of the two."""
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    return Reference(argument[0], ".".join(argument[1:]))


def _substitutions(argument: Any) -> Iterator[Reference]:
    text, given = argument if isinstance(argument, list) else (argument, {})
    yield from _references(list(given.values()))
    for name in _SUBSTITUTION.findall(text):
        if name not in given:
            yield Reference(*name.split(".", 1))


def waves(dependencies: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Sort names into waves: each needs only what earlier waves hold.

    Raises ValidationError where they need each other.
    """
    left = {name: {other for other in needs if other in dependencies}
            for name, needs in dependencies.items()}  # fmt: skip
    found: list[list[str]] = []
    while left:
        ready = [name for name, needs in left.items() if not needs]
        if not ready:
            raise invalid(f"Circular dependency between resources: [{', '.join(sorted(left))}]")
        found.append(ready)
        left = {name: needs.difference(ready) for name, needs in left.items() if needs}
    return found
