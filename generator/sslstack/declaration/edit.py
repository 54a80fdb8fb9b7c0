"""Edits of ssl.yml that leave everything else as people wrote it.

ruamel.yaml keeps comments and order, but lays the text out anew and takes comments away
with what stood before them; so only the lines that an edit really changes come from it.
"""

from __future__ import annotations

import difflib
import io
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sslstack import documents
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NEW = "version: 1\n"
"""What a declaration begins with."""


def set_value(text: str, path: tuple[str, ...], value: Any) -> str:
    """Give the text with a value set; mappings on the way are made where they are missing.

    A mapping given as value is written as a block, in its own order, a list on one line.
    """

    def change(root: CommentedMap) -> None:
        parent = root
        for key in path[:-1]:
            if not parent.get(key):  # absent, null, or an empty {} that would go on in braces
                parent[key] = CommentedMap()
            parent = parent[key]
        parent[path[-1]] = _commented(value)

    return _edited(text, change)


def _commented(value: Any) -> Any:
    """Give a value as ruamel.yaml's own, which it writes in the order and form given."""
    if isinstance(value, dict):
        return CommentedMap((key, _commented(entry)) for key, entry in value.items())
    if isinstance(value, list):
        entries = CommentedSeq(map(_commented, value))
        entries.fa.set_flow_style()
        return entries
    return value


def delete(text: str, path: tuple[str, ...]) -> str:
    """Give the text without the entry at a path; raises KeyError when it is not there."""

    def change(root: CommentedMap) -> None:
        parent = root
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]

    return _edited(text, change)


def _edited(text: str, change: Callable[[CommentedMap], None]) -> str:
    yaml = _round_trip(text)
    root = yaml.load(text)
    laid_out = _dumped(yaml, root)
    change(root)
    edited = _dumped(yaml, root)
    spliced = _splice(text, laid_out, edited)
    # Text whose indentation varies cannot be spliced into; then the new layout it is.
    return spliced if _data(spliced) == _data(edited) else edited


def _round_trip(text: str) -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    indent = _indentation(text)
    yaml.indent(mapping=indent, sequence=indent + 2, offset=indent)
    return yaml


def _indentation(text: str) -> int:
    """Give the columns by which the first nested block is set in."""
    keys = documents.parse(text.encode(), "ssl.yml").keys
    top = {path[0]: place for path, place in keys.items() if len(path) == 1}
    for path, place in keys.items():
        nested = len(path) == 2 and place.line > top[path[0]].line  # noqa: PLR2004
        if nested and place.column > 1:
            return place.column - 1
    return 2


def _dumped(yaml: YAML, root: CommentedMap) -> str:
    stream = io.StringIO()
    yaml.dump(root, stream)
    return stream.getvalue()


def _splice(text: str, laid_out: str, edited: str) -> str:
    """Take from `edited` only what differs from `laid_out`, the rest from the text itself."""
    original = text.splitlines(keepends=True)
    before, after = laid_out.splitlines(keepends=True), edited.splitlines(keepends=True)
    if len(original) != len(before):
        return edited
    if original and not original[-1].endswith("\n"):
        original[-1] += "\n"
    lines: list[str] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        new = after[new_start:new_end]
        if tag == "equal":
            lines += original[start:end]
        elif tag == "insert" and new[0][0].isspace():
            held = _before_next_section(lines)
            lines = [*lines[: len(lines) - held], *new, *lines[len(lines) - held :]]
        elif tag == "insert":
            spaced = any(not line.strip() for line in original) and lines[-1].strip()
            lines += [*(["\n"] if spaced else []), *new]
        else:
            lines += [*new, *_comments_behind(original[start:end], new)]
    return "".join(lines)


def _before_next_section(lines: list[str]) -> int:
    """Count the blank lines and unindented comments at the end: they are the next section's."""
    count = 0
    while count < len(lines) and (not lines[-count - 1].strip() or lines[-count - 1][0] == "#"):
        count += 1
    return count


def _comments_behind(removed: list[str], added: list[str]) -> list[str]:
    """Give the comments and blank lines at the end of what was removed.

    They belong to what follows, whatever ruamel holds them for.
    """
    length = len(removed)
    while length and not removed[length - 1].split("#")[0].strip():
        length -= 1
    return [line for line in removed[length:] if line not in added]


def _data(text: str) -> Mapping[str, Any] | None:
    try:
        data: Mapping[str, Any] = documents.parse(text.encode(), "ssl.yml").data
    except InputError:
        return None
    return data
