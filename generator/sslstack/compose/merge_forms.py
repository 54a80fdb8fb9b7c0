"""Short and long forms of an attribute as one form, so that they can be merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.go_numbers import print_value
from sslstack.compose.tree import (
    Map,
    Node,
    Scalar,
    Sequence,
    derive,
    get_text,
    is_text,
    make_map,
    to_plain,
)
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.compose.scalars import Plain


def as_map(node: Node) -> Map:
    """Read a list of `KEY=value` (or bare names) as a mapping of plain values.

    As Docker Compose does where it merges, a lone text is a list of one, and of several values
    of a key the last in alphabetical order counts. Raises InputError for an item that is not text.
    """
    if isinstance(node, Map):
        flat = ((key, _flatten(value)) for key, value in node.items.items())
        items = {key: value for key, value in flat if value is not None}
        return replace(node, items=items)
    if isinstance(node, Scalar):
        node = Sequence((node,) if is_text(node) else (), node.at)
    parts = [(_get_text(item).partition("="), item) for item in node.items]
    return make_map(
        ((key, derive(item, value if equals else None)) for (key, equals, value), item in parts),
        node.at,
    )


def _get_text(item: Node) -> str:
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return item.value
    raise InputError.at(item.at, "compose.merge", "an item of this list must be text, KEY=value")


def _flatten(value: Node) -> Scalar | None:
    """Return a value as text where lists and mappings merge, None for an empty list."""
    match value:
        case Scalar():
            return value
        case Map():
            return Scalar(print_value(to_plain(value)), value.at)
        case Sequence():
            texts = sorted(print_value(to_plain(item)) for item in value.items)
            return Scalar(texts[-1], value.at) if texts else None


def as_list(node: Node) -> Sequence:
    """Return a list, one of a lone text, or `KEY=value` of a mapping; all else is none."""
    match node:
        case Sequence():
            return node
        case Map():
            return Sequence(tuple(_list_pairs(node)), node.at)
        case Scalar():
            return Sequence((node,) if isinstance(node.value, str) else (), node.at)


def _list_pairs(node: Map) -> Iterable[Node]:
    for key, value in sorted(node.items.items()):
        items = value.items if isinstance(value, Sequence) else (value,)
        for item in sorted(items, key=lambda one: print_value(to_plain(one))):
            written = None if isinstance(item, Scalar) and item.value is None else to_plain(item)
            pair = key if written is None else f"{key}={print_value(written)}"
            yield derive(item, pair)


def write_dependency(item: Node) -> Node:
    """Return the long form of a name in `depends_on`."""
    short_for: dict[str, Plain] = {"condition": "service_started", "required": True}
    return make_map(((key, derive(item, value)) for key, value in short_for.items()), item.at)


def write_nothing(item: Node) -> Node:
    """Return the long form of a name that needs no settings."""
    return derive(item, None)


def list_hosts(node: Node) -> list[Node]:
    """Return a list as it is, and `host=address` for every address of a mapping."""
    if not isinstance(node, Map):
        return [*as_list(node).items]
    return [
        derive(address, f"{host}={get_text(address)}" if get_text(address) is not None else host)
        for host, addresses in node.items.items()
        for address in (addresses.items if isinstance(addresses, Sequence) else (addresses,))
    ]
