"""Hints for what a typing error makes of a mapping: no space after ':', spaces that are not ASCII.

YAML reads `image:x` as a text, and indents with ASCII spaces only (YAML 1.2, 6.1 and 7.3.3).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack.compose.private import is_private
from sslstack.compose.tree import Map, Node, Scalar
from sslstack.yaml_words import name_unusual_space

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAIR = re.compile(r"([A-Za-z_][\w.-]*):([^\s:/][^\s]*)?(?=\s|$)")
_LENGTH = 60
_REPLACE = "indent with ordinary spaces, and write one after ':' and '-'"


def hint_at(document: Map, path: tuple[str | int, ...]) -> str:
    """Return what to type where a mapping or a list is expected at a path, else nothing."""
    nodes = list(_descend(document, path))
    if is_private(nodes[-1]):
        return ""
    for node in reversed(nodes):
        if hint := _hint_for(node):
            return hint
    return ""


def hint_for_key(key: str) -> str:
    """Return what to type in place of an unknown key, if its spaces or its colon are wrong."""
    if name := name_unusual_space(key):
        return f"'{key.strip()}' has a {name} beside it: {_REPLACE}"
    name, colon, rest = key.partition(":")
    return f"write a space after ':': {name}: {rest}" if colon and name and rest else ""


def _descend(node: Node, path: tuple[str | int, ...]) -> Iterator[Node]:
    yield node
    for step in path:
        if not isinstance(node, Map) or str(step) not in node.items:
            return
        node = node.items[str(step)]
        yield node


def _hint_for(node: Node) -> str:
    if isinstance(node, Map):
        wrong = next((key for key in node.items if name_unusual_space(key)), None)
        return "" if wrong is None else hint_for_key(wrong)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return ""
    if name := name_unusual_space(node.value):
        return f"the text has a {name} in it: {_REPLACE}"
    pair = _PAIR.match(node.value)
    is_short = pair is not None and len(pair[0]) <= _LENGTH
    return (
        f"write a space after ':': {pair[1]}: {pair[2] or ''}".rstrip() if pair and is_short else ""
    )
