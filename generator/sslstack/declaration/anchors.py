"""Anchors moved out of the way of an edit, so that it changes one entry and no other.

`web:443: &tls {...}` and `api:443: *tls` share one text. Before an edit of the first, its text is
written at the first alias outside of it, which the other aliases then refer to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack import documents
from sslstack.declaration import layout, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.declaration.layout import Part


def move_anchors(text: str, path: tuple[str, ...]) -> str:
    """Return the text with every anchor moved that an edit at a path would take along."""
    while (found := _find_first_shared(layout.read_layout(text), path)) is not None:
        text = _move(text, *found)
    return text


def _find_first_shared(root: Part, path: tuple[str, ...]) -> tuple[Part, Part] | None:
    """Return an anchored value that the edit changes, and the first alias outside of it."""
    if not any(part.kind == "alias" for part in root.walk()):
        return None
    *around, target = _walk_path(root, path)
    changed = [(part, part) for part in around]
    changed += [(part, target) for part in target.walk()]
    for part, region in changed:
        if part.anchor:
            for alias in root.walk():
                if (
                    alias.kind == "alias"
                    and alias.value == part.anchor
                    and alias.start > region.end
                ):
                    return part, alias
    return None


def _walk_path(root: Part, path: tuple[str, ...]) -> Iterator[Part]:
    part = root
    yield part
    for name in path:
        index = part.find(name) if part.kind == "mapping" else None
        if index is None:
            return
        part = part.pairs[index][1]
        yield part


def _move(text: str, part: Part, alias: Part) -> str:
    """Write the text of an anchored value in the place of an alias, and drop its anchor."""
    mark = f"&{part.anchor}"
    moved = _copy(text, part, alias)
    space = "" if moved[:1] in ("\r", "\n") else " "
    after = f"{text[: alias.start]}{mark}{space}{moved}{text[alias.end :]}"
    properties = after[part.start : part.opened].replace(mark, "", 1).lstrip(" \t")
    before = after[: part.start]
    if properties[:1] in ("\r", "\n"):
        before = before.rstrip(" \t")
    return before + properties + after[part.opened :]


def _copy(text: str, part: Part, alias: Part) -> str:
    written = text[part.opened : part.end]
    if part.kind == "scalar" or (part.flow and "\n" not in written and "\r" not in written):
        return written
    data: Any = documents.parse(text.encode(), "ssl.yml").data
    for key in part.path:
        data = data[key]
    return _format_block(text, data, alias) or render.write_flow(data)


def _format_block(text: str, data: Any, alias: Part) -> str:
    """Return a mapping as a block below the key of an alias; empty where none fits there."""
    parent = alias.parent
    rest = text[alias.end : layout.find_line_end(text, alias.end)].strip()
    if parent is None or parent.kind != "mapping" or parent.flow or rest or not data:
        return ""
    if not isinstance(data, dict):
        return ""
    column = next(layout.count_column(text, key.start) for key, one in parent.pairs if one is alias)
    ending = layout.find_line_break(text)
    return "".join(ending + line for line in render.write_block(data, column + 2, 2))
