"""`!reset`: what a document takes away from itself and from earlier ones.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#reset-value
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.tree import RESET, Map, Node, Path, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable


def drop_resets(node: Node) -> Node:
    """Return the tree without what is marked `!reset`."""
    match node:
        case Map():
            kept = {k: drop_resets(v) for k, v in node.items.items() if v.tag != RESET}
            return replace(node, items=kept)
        case Sequence():
            items = tuple(drop_resets(item) for item in node.items if item.tag != RESET)
            return replace(node, items=items)
        case Scalar():
            return node


def find_resets(node: Node, path: Path = ()) -> list[Path]:
    """Return the paths marked `!reset`: these are removed from earlier files, too."""
    if node.tag == RESET:
        return [path]
    if isinstance(node, Map):
        return [found for k, v in node.items.items() for found in find_resets(v, (*path, k))]
    return []


def remove_paths(node: Map, paths: Iterable[Path]) -> Map:
    """Return the tree without what is at the paths."""
    inside: dict[str, list[Path]] = {}
    for path in paths:
        if path:
            inside.setdefault(path[0], []).append(path[1:])
    items = dict(node.items)
    for key, below in inside.items():
        item = items.get(key)
        if () in below:
            items.pop(key, None)
        elif isinstance(item, Map):
            items[key] = remove_paths(item, below)
    return replace(node, items=items) if inside else node
