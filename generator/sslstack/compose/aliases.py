"""Where lists are used inside lists by an alias: YAML's nodes only know where the anchor is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import yaml
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from yaml.nodes import Node


def find_aliased_lists(
    content: bytes, file: str, roots: Iterable[Node]
) -> Mapping[tuple[int, int], Location]:
    """Return the place of each alias of a list that is an item of a list.

    Keys are the identity of the list around it and the index of the item there.
    """
    if b"*" not in content:
        return {}
    used = [use for root in roots for use in _find_uses(root, set())]
    if not any(_is_list_in_list(parent, node) for parent, _, node in used):
        return {}
    text = io.StringIO(content.decode("utf-8-sig"))
    marks = (e.start_mark for e in yaml.parse(text, yaml.CSafeLoader) if type(e) is yaml.AliasEvent)
    # The aliases of a file come in the order in which nodes are met a second time.
    return {
        (id(parent), index): Location(file, mark.line + 1, mark.column + 1)
        for (parent, index, node), mark in zip(used, marks, strict=False)
        if mark and _is_list_in_list(parent, node)
    }


def _is_list_in_list(parent: Node, node: Node) -> bool:
    return isinstance(parent, SequenceNode) and isinstance(node, SequenceNode)


def _find_uses(node: Node, seen: set[int]) -> Iterator[tuple[Node, int, Node]]:
    """Return every alias in the order of the text: what is around it, its index, what it names."""
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return
    is_map = isinstance(node, MappingNode)
    children = [child for pair in node.value for child in pair] if is_map else node.value
    for index, child in enumerate(children):
        if id(child) in seen:
            yield node, index, child
        else:
            yield from _find_uses(child, seen)
