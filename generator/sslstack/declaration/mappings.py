"""Entries of mappings set and removed in YAML text, in blocks and in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack.declaration import layout, render

if TYPE_CHECKING:
    from sslstack.declaration.layout import Part

    Path = tuple[str, ...]

_COMMENT_OR_SPACE = re.compile(r"(?:[ \t\r\n]+(?:#[^\r\n]*)?|(?<=,)#[^\r\n]*)*")
_DASH = re.compile(r"^[ \t]*-(?=\s)", re.MULTILINE)
_UNIT = 2
"""Columns by which a block is set in where the text has no block to go by."""


class CannotEdit(Exception):  # noqa: N818 - what it says
    """This way of editing does not fit the text."""


def put_value(text: str, path: Path, value: Any) -> str:
    """Return the text with a value set, whatever it was; mappings on the way are made."""
    part = layout.read_layout(text)
    for depth, name in enumerate(path):
        index = part.find(name) if part.kind == "mapping" else None
        if index is None:
            rest = path[depth:]
            nested = value
            for key in reversed(rest[1:]):
                nested = {key: nested}
            if part.kind == "mapping" and part.pairs:
                return _insert(text, part, rest[0], nested)
            above = {"<<": render.Alias(part.value)} if part.kind == "alias" else {}
            return _replace(text, part, {**above, rest[0]: nested})
        part = part.pairs[index][1]
    return _replace(text, part, value)


def remove_entry(text: str, path: Path) -> str:
    """Return the text without an entry; raises CannotEdit where it is not an entry of its own."""
    part = layout.read_layout(text)
    for name in path[:-1]:
        part = part.pairs[_find_index(part, name)][1]
    index = _find_index(part, path[-1])
    if part.flow:
        return _remove_from_braces(text, part, index)
    return _remove_from_block(text, part, index)


def _find_index(part: Part, name: str) -> int:
    index = part.find(name)
    if index is None:
        raise CannotEdit
    return index


def _replace(text: str, part: Part, value: Any) -> str:
    """Put another value in the place of one, behind the same key."""
    parent = part.parent
    if parent is None or parent.kind != "mapping":
        raise CannotEdit
    key = next(key for key, one in parent.pairs if one is part)
    if part.kind in ("mapping", "sequence") and not part.flow:
        place = _find_value_place(text, key)
        first = _find_first_line(text, part, place)
        properties = text[part.start : min(part.opened, first)].rstrip()
        text = text[:first] + text[layout.find_next_line(text, part.end) :]
        if properties:
            text = text[: part.start] + text[part.start + len(properties) :]
    else:
        place = part.start
        text = text[:place] + text[part.end :]
    same_line = layout.find_line_start(text, place) == layout.find_line_start(text, key.start)
    if isinstance(value, dict) and value and not parent.flow and same_line:
        return _write_block(text, place, value, layout.count_column(text, key.start))
    return _write_value(text, place, render.write_flow(value))


def _find_first_line(text: str, part: Part, behind: int) -> int:
    """Return where the line begins that holds the first entry of a block, or its dash."""
    if part.kind == "mapping":
        return layout.find_line_start(text, part.pairs[0][0].start)
    dash = _DASH.search(text, behind)
    if dash is None:
        raise CannotEdit
    return dash.start()


def _find_value_place(text: str, key: Part) -> int:
    """Return the place behind the colon of a key."""
    match = _COMMENT_OR_SPACE.match(text, key.end)
    return (match.end() if match else key.end) + 1


def _write_value(text: str, place: int, value: str) -> str:
    """Write a value at a place, with the spaces that it needs around it."""
    before = "" if text[place - 1 : place].isspace() or not place else " "
    after = " " if text[place : place + 1] == "#" else ""
    return text[:place] + before + value + after + text[place:]


def _write_block(text: str, place: int, value: dict[str, Any], column: int) -> str:
    """Write a mapping as a block below the line that holds its key."""
    end = layout.find_line_end(text, place)
    if not text[place:end].strip():
        place = len(text[:place].rstrip(" \t"))
        text, end = text[:place] + text[end:], place
    unit = _find_unit(text)
    lines = render.write_block(value, column + unit, unit)
    return _add_lines(text, _find_comments_end(text, end, column + unit), lines)


def _insert(text: str, part: Part, name: str, value: Any) -> str:
    """Add an entry behind the last one of a mapping."""
    if part.flow:
        return _insert_in_braces(
            text, part, f"{render.write_key(name)}: {render.write_flow(value)}"
        )
    column = layout.count_column(text, part.pairs[0][0].start)
    lines = render.write_entry(name, value, column, _find_unit(text))
    end = _find_comments_end(text, part.end, column)
    if part.parent is None:
        end = _find_document_end(text, part.end)
        spaced = re.search(r"(?m)^[ \t]*\r?$.*\S", text[:end], re.DOTALL)
        if spaced and text[:end].splitlines()[-1].strip():
            lines = ["", *lines]
    return _add_lines(text, end, lines)


def _add_lines(text: str, place: int, lines: list[str]) -> str:
    """Add lines at the beginning of a line, or behind a last line that has no line break."""
    ending = layout.find_line_break(text)
    added = ending.join(lines)
    if place and text[place - 1] not in "\r\n":
        return text[:place] + ending + added + text[place:]
    return text[:place] + added + ending + text[place:]


def _find_comments_end(text: str, index: int, column: int) -> int:
    """Return where the line begins that follows a value and the comments below it.

    Comments that are set in less belong to what follows, and so do those behind a blank line
    at the margin.
    """
    end = place = layout.find_next_line(text, index)
    while place < len(text):
        line = text[place : layout.find_line_end(text, place)]
        content = line.lstrip(" \t")
        if content and (content[0] != "#" or len(line) - len(content) < max(column, 1)):
            break
        place = layout.find_next_line(text, place)
        if content:
            end = place
    return end


def _find_document_end(text: str, index: int) -> int:
    match = re.compile(r"^(?:\.\.\.|---)(?=\s|$)", re.MULTILINE).search(text, index)
    return match.start() if match else len(text)


def _find_unit(text: str) -> int:
    """Return the columns by which the first nested block is set in."""
    root = layout.read_layout(text)
    for key, value in root.pairs:
        if value.kind == "mapping" and not value.flow and value.pairs:
            inner = value.pairs[0][0]
            return layout.count_column(text, inner.start) - layout.count_column(text, key.start)
    return _UNIT


def _remove_from_block(text: str, part: Part, index: int) -> str:
    """Remove the lines of an entry, with the comment on its last line."""
    key, value = part.pairs[index]
    start, end = layout.find_line_start(text, key.start), max(key.end, value.end)
    if text[start : key.start].strip(" \t?"):
        raise CannotEdit
    following = layout.find_next_line(text, end)
    if following == len(text) and text[following - 1 :] not in ("\n", "\r"):
        start = len(re.sub(r"(?:\r\n|\n|\r)\Z", "", text[:start]))  # no line break at the end
    text = text[:start] + text[following:]
    if len(part.pairs) > 1:
        return text
    if part.parent is None:
        raise CannotEdit
    properties = text[part.start : min(part.opened, start)].rstrip()
    own = next(name for name, one in part.parent.pairs if one is part)
    place = part.start + len(properties) if properties else _find_value_place(text, own)
    return _write_value(text, place, "{}")


def _insert_in_braces(text: str, part: Part, entry: str) -> str:
    """Add an entry to a mapping in braces: on a line of its own where the last one has that."""
    key, value = part.pairs[-1]
    end = max(key.end, value.end)
    comma = _find_comma(text, end)
    start = layout.find_line_start(text, key.start)
    if text[start : key.start].strip():
        return f"{text[:end]}, {entry}{text[end:]}"
    line = layout.find_next_line(text, end if comma is None else comma)
    if line > part.end - 1:
        return f"{text[:end]}, {entry}{text[end:]}"
    added = (
        f"{text[start : key.start]}{entry}{',' * (comma is not None)}{layout.find_line_break(text)}"
    )
    before = text[:end] + ("," if comma is None else "") + text[end:line]
    return before + added + text[line:]


def _remove_from_braces(text: str, part: Part, index: int) -> str:
    """Remove an entry with its comma; with its lines where nothing else is on them."""
    key, value = part.pairs[index]
    start, end = key.start, max(key.end, value.end)
    comma = _find_comma(text, end)
    stop = end if comma is None else comma + 1
    first, last = layout.find_line_start(text, start), layout.find_line_end(text, stop)
    alone = not text[first:start].strip() and text[stop:last].strip()[:1] in ("", "#")
    if alone:
        start, stop = first, layout.find_next_line(text, stop)
    elif comma is not None:
        stop += len(text[stop:]) - len(text[stop:].lstrip(" \t"))
    text = text[:start] + text[stop:]
    if comma is None and index:
        text = _remove_comma(text, max(one.end for one in part.pairs[index - 1]), start)
    return re.sub(r"\{[ \t]+\}\Z", "{}", text[: part.opened + 2]) + text[part.opened + 2 :]


def _remove_comma(text: str, end: int, start: int) -> str:
    """Remove the comma behind a value, with the spaces up to what followed on its line."""
    comma = _find_comma(text, end)
    if comma is None:
        return text
    stop = comma + 1 if text[comma + 1 : start].strip(" \t") else start
    return text[:comma] + text[stop:]


def _find_comma(text: str, index: int) -> int | None:
    """Return the place of the comma after an entry in braces; None where there is none."""
    match = _COMMENT_OR_SPACE.match(text, index)
    place = match.end() if match else index
    return place if text[place : place + 1] == "," else None
