"""Compose documents as trees of frozen nodes, each with the place where it was written.

A value keeps its place through interpolation, extends, include and merge, so that every
message can name the line a person has to change. Scalars mean what they mean to go-yaml,
with which Docker Compose reads: `yes` is text, `0777` is 511, a date is a date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sslstack.compose import go_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.compose.scalars import Plain
    from sslstack.findings import Location


Path = tuple[str, ...]

RESET, OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value; `is_date` for what YAML 1.1 takes for a timestamp (kept as its text).

    `template` is what is written where the value came from variables: messages show it and
    not the value.
    """

    value: Plain
    at: Location
    tag: str = ""
    is_date: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    at: Location
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping; `keys` holds the place of each key."""

    items: Mapping[str, Node]
    at: Location
    keys: Mapping[str, Location]
    tag: str = ""

    def get(self, key: str) -> Node | None:
        """Return the value of a key, None where there is none."""
        return self.items.get(key)

    def with_item(self, key: str, value: Node) -> Map:
        """Return a mapping that has the value under the key, at its old position if it had one."""
        keys = self.keys if key in self.keys else {**self.keys, key: value.at}
        return replace(self, items={**self.items, key: value}, keys=keys)

    def without(self, *keys: str) -> Map:
        """Return a mapping without the keys."""
        return replace(self, items={k: v for k, v in self.items.items() if k not in keys})


Node = Scalar | Sequence | Map


def derive(node: Node, value: Plain) -> Scalar:
    """Return a value that is made of another one, at its place and as secret as that is."""
    return Scalar(value, node.at, template=node.template if isinstance(node, Scalar) else "")


def derive_tree(node: Node, value: Mapping[str, Any] | Plain) -> Node:
    """Return a value or a mapping that is made of another value, as `derive` does."""
    if not isinstance(value, dict):
        return derive(node, cast("Plain", value))
    return make_map(((key, derive_tree(node, item)) for key, item in value.items()), node.at)


def make_map(pairs: Iterable[tuple[str, Node]], at: Location) -> Map:
    """Return a mapping of the pairs, later ones over earlier ones, keys at their values' places."""
    items = dict(pairs)
    return Map(items, at, {key: item.at for key, item in items.items()})


def make_empty(at: Location) -> Map:
    """Return an empty mapping at a place."""
    return Map({}, at, {})


def to_plain(node: Node | None) -> Any:
    """Return the node as dicts, lists and scalars."""
    match node:
        case Map():
            return {key: to_plain(item) for key, item in node.items.items()}
        case Sequence():
            return [to_plain(item) for item in node.items]
        case Scalar():
            return node.value
        case None:
            return None


def get_text(node: Node | None) -> str | None:
    """Return the text of a scalar as Docker Compose would print it, None for all else."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return go_numbers.format_float(node.value) if isinstance(node.value, float) else str(node.value)


def is_text(node: Node | None) -> bool:
    """Return whether a node is a text that is not read as a date."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and not node.is_date


def is_null(node: Node | None) -> bool:
    """Return whether a node is written without a value."""
    return isinstance(node, Scalar) and node.value is None


def find_node(node: Node, path: tuple[str | int, ...]) -> Node:
    """Return what is at a path, or the nearest thing around it."""
    for step in path:
        if isinstance(node, Map) and str(step) in node.items:
            node = node.items[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node


def locate(node: Node, path: tuple[str | int, ...]) -> Location:
    """Return the place of what is at a path, or of the nearest thing around it."""
    return find_node(node, path).at


def walk(
    node: Node, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Return every node with its path, a mapping before what is in it."""
    yield path, node
    match node:
        case Map():
            for key, item in node.items.items():
                yield from walk(item, (*path, key))
        case Sequence():
            for index, item in enumerate(node.items):
                yield from walk(item, (*path, index))
        case Scalar():
            pass
