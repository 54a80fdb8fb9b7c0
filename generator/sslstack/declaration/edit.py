"""Edits of ssl.yml that leave everything else as people wrote it, to the letter.

The places of the values say which characters to replace; the rest of the text is not touched.
Every edit is compared with the data it is meant to give before anybody sees it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sslstack import documents
from sslstack.declaration import anchors, mappings
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Path = tuple[str, ...]

NEW = "version: 1\n"
"""What a declaration begins with."""
_BOM = "\ufeff"


def set_value(text: str, path: Path, value: Any, *, file: str = "ssl.yml") -> str:
    """Return the text with a value set; mappings on the way are made where they are missing.

    Of a mapping only the keys that differ are changed. A new mapping is written as a block, in
    its own order, a list on one line. Raises InputError where the text cannot be edited.
    """
    expected = _parse(text)
    parent = expected
    for key in path[:-1]:
        if not parent.get(key):
            parent[key] = {}
        parent = parent[key]
    parent[path[-1]] = value
    ways = (
        lambda body: _merge(body, path, value),
        lambda body: mappings.put_value(body, path, value),
    )
    return _try_edits(text, path, expected, ways, file)


def delete(text: str, path: Path, *, file: str = "ssl.yml") -> str:
    """Return the text without the entry at a path; raises KeyError where there is none.

    Raises InputError where the text cannot be edited.
    """
    expected = _parse(text)
    parent = expected
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    rest = copy.deepcopy(parent)
    ways: list[Callable[[str], str]] = [lambda body: mappings.remove_entry(body, path)]
    if len(path) > 2:  # noqa: PLR2004 - a section is never written anew
        ways.append(lambda body: mappings.put_value(body, path[:-1], rest))
    return _try_edits(text, path, expected, ways, file)


def _merge(text: str, path: Path, value: Any) -> str:
    """Set only what differs of a mapping that is there and has content."""
    before = _find_value(_parse(text), path)
    if not (isinstance(value, dict) and value and isinstance(before, dict) and before):
        return mappings.put_value(text, path, value)
    for key, item in value.items():
        if key not in before or before[key] != item:
            text = _merge(text, (*path, key), item)
    for key in before:
        if key not in value:
            text = mappings.remove_entry(text, (*path, key))
    return text


def _find_value(data: Any, path: Path) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _try_edits(
    text: str, path: Path, expected: Any, ways: Sequence[Callable[[str], str]], file: str
) -> str:
    """Return the first edit that means what it should; raises InputError where none does."""
    mark = _BOM * text.startswith(_BOM)
    body = text.removeprefix(_BOM)
    for way in ways:
        try:
            edited = way(anchors.move_anchors(body, path))
        except mappings.CannotEdit:
            continue
        if _parse_or_none(edited) == expected:
            return mark + edited
    raise InputError.at(
        documents.parse(body.encode(), file).locate_key(path),
        "declaration.not-editable",
        f"cannot edit {'.'.join(path)}: its text is shared by an anchor, an alias or <<",
        hint="write the entry out in full, then run the command again",
    )


def _parse(text: str) -> Any:
    data = documents.parse(text.encode(), "ssl.yml").data
    return {} if data is None else data


def _parse_or_none(text: str) -> Any:
    try:
        return _parse(text)
    except InputError:
        return None
