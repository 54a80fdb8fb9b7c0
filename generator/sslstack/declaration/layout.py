"""Where each value of a YAML text begins and ends, so that an edit changes nothing else.

`documents` gives the data and the place where a value begins. An edit needs its end as well, and
it must see aliases, which the data no longer shows; so the events of libyaml are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, MappingStartEvent, NodeEvent, ScalarEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.documents import DocumentPath

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t\r\n]+)*")
_BREAK = re.compile(r"\r\n|\n|\r")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(slots=True, eq=False, kw_only=True)
class Part:
    """One value in a text: `kind` is scalar, null, alias, mapping or sequence.

    `start` and `end` are numbers of characters; anchor and tag are included, and a block ends
    where the last value in it ends. `opened` is where the text behind anchor and tag begins.
    """

    kind: str
    start: int
    opened: int
    end: int
    path: DocumentPath
    parent: Part | None
    value: str = ""
    anchor: str = ""
    flow: bool = False
    pairs: list[tuple[Part, Part]] = field(default_factory=list)
    items: list[Part] = field(default_factory=list)

    def find(self, key: str) -> int | None:
        """Return the index of a mapping's own entry; None where it has none."""
        return next((i for i, (name, _) in enumerate(self.pairs) if name.value == key), None)

    def walk(self) -> Iterator[Part]:
        """Return a value and every value below it, in the order of the text."""
        yield self
        for part in (*(value for _, value in self.pairs), *self.items):
            yield from part.walk()

    @property
    def above(self) -> list[Part]:
        """The values around this one, from the nearest to the outermost."""
        return [] if self.parent is None else [self.parent, *self.parent.above]


def read_layout(text: str) -> Part:
    """Return the outermost value of a text that `documents.parse` accepts."""
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        if isinstance(event, NodeEvent):
            return _read_part(text, event, events, (), None)
    return Part(kind="null", start=0, opened=0, end=0, path=(), parent=None)


def _read_part(
    text: str, event: Any, events: Iterator[Any], path: DocumentPath, parent: Part | None
) -> Part:
    start, end = event.start_mark.index, event.end_mark.index
    part = Part(kind="alias", start=start, opened=start, end=end, path=path, parent=parent)
    if isinstance(event, AliasEvent):
        part.value = str(event.anchor)
        return part
    part.anchor = str(event.anchor or "")
    part.opened = _skip_properties(text, event)
    if isinstance(event, ScalarEvent):
        plain = event.style is None and event.tag is None
        part.kind = "null" if plain and event.value in _NULL else "scalar"
        part.value = event.value
        part.end = _find_content_end(text, start, end)
        return part
    part.flow = bool(event.flow_style)
    part.kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
    part.end = _read_inside(text, events, part)
    return part


def _skip_properties(text: str, event: Any) -> int:
    start: int = event.start_mark.index
    if not event.anchor and not event.tag:
        return start
    match = _PROPERTIES.match(text, start)
    return match.end() if match else start


def _read_inside(text: str, events: Iterator[Any], part: Part) -> int:
    """Read what is in a mapping or sequence, and give where it ends."""
    last = part.start
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return int(end.index) if part.flow and (end := event.end_mark) else last
        if part.kind == "sequence":
            part.items.append(_read_part(text, event, events, (*part.path, len(part.items)), part))
            last = part.items[-1].end
            continue
        key = _read_part(text, event, events, part.path, part)
        value = _read_part(text, next(events), events, (*part.path, key.value), part)
        value.start, value.opened = max(value.start, key.end), max(value.opened, key.end)
        part.pairs.append((key, value))
        last = max(key.end, value.end)
    return last  # pragma: no cover - every collection ends


def _find_content_end(text: str, start: int, end: int) -> int:
    """Return the end of a scalar without the blank lines that belong to a literal block."""
    return start + len(text[start:end].rstrip("\r\n \t"))


def find_line_start(text: str, index: int) -> int:
    """Return where the line begins that holds a character."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def find_line_end(text: str, index: int) -> int:
    """Return where the line ends that holds a character, without its line break."""
    match = _BREAK.search(text, index)
    return match.start() if match else len(text)


def find_next_line(text: str, index: int) -> int:
    """Return where the line behind a character's line begins, or the end of the text."""
    match = _BREAK.search(text, index)
    return match.end() if match else len(text)


def count_column(text: str, index: int) -> int:
    """Return how many characters precede this one on its line."""
    return index - find_line_start(text, index)


def find_line_break(text: str) -> str:
    """Return the line break that a text uses."""
    match = _BREAK.search(text)
    return match[0] if match else "\n"
