"""Where each value of the canonical model comes from: its place, and what gave the value."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sslstack.compose.interpolation import find_variables
from sslstack.compose.tree import Map, Node, Scalar, Sequence, get_text, is_null

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence as List

    from sslstack.documents import DocumentPath
    from sslstack.findings import Location


class Source(enum.Enum):
    """What gave a value.

    WRITTEN: the compose file. VARIABLE: variables in the compose file's text. ENV_FILE: an env
    file or label file of the service. OUTSIDE: the environment, to which the compose file leaves
    the value. DEFAULT: Docker Compose, the value is not written anywhere.
    """

    WRITTEN = "written"
    VARIABLE = "variable"
    ENV_FILE = "env file"
    OUTSIDE = "outside"
    DEFAULT = "default"


_NEVER_SHORT = frozenset({"dockerfile", "condition", "required", "create_host_path"})
"""Members of long forms that short forms never hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The place of a value, what gave it, and the names of the variables in it.

    The place of a default is that of the nearest written thing around it. A place without a
    column is in a file whose content messages must not show.
    """

    location: Location
    source: Source = Source.WRITTEN
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origins:
    """A project's document, from which the origin of each value is found when it is asked for.

    `ports` are the entries of each service in the long syntax. `known` are the origins of values
    that no compose file holds: those of env and label files, and a name from outside.
    """

    document: Map
    ports: Mapping[str, List[Map]] = field(default_factory=dict)
    known: Mapping[DocumentPath, Origin] = field(default_factory=dict)

    def find(self, path: DocumentPath, value: Any) -> Origin:
        """Find the origin of the value at a path of the canonical model."""
        if (known := self.known.get(path)) is not None:
            return known
        node, rest = self._start(path)
        is_written = True
        for step in rest:
            is_last = step is rest[-1]
            below = _step_into(node, step, value if is_last else None)
            if below is None:
                is_written = False
                break
            node = below
        if is_written and _is_from_outside(path, node):
            return Origin(location=node.at, source=Source.OUTSIDE, variables=(str(path[-1]),))
        return _describe(node) if is_written else Origin(location=node.at, source=Source.DEFAULT)

    def _start(self, path: DocumentPath) -> tuple[Node, DocumentPath]:
        match path:
            case ("services", str(name), "ports", int(index), *rest):
                entries = self.ports.get(name, ())
                if index < len(entries):
                    return entries[index], tuple(rest)
        return self.document, path


def _describe(node: Node) -> Origin:
    template = node.template if isinstance(node, Scalar) else ""
    if not template:
        return Origin(location=node.at)
    return Origin(location=node.at, source=Source.VARIABLE, variables=find_variables(template))


def _is_from_outside(path: DocumentPath, node: Node) -> bool:
    """Return whether a variable is named without a value, for which the environment's counts."""
    is_variable = path[2:-1] in (("environment",), ("build", "args"))
    is_bare = isinstance(node, Scalar) and get_text(node) == path[-1]
    return is_variable and (is_null(node) or is_bare)


def _step_into(node: Node, step: str | int, value: Any) -> Node | None:
    """Return what is one step below a node: a short form holds all that its long form has."""
    match node:
        case Map():
            return node.items.get(str(step)) if isinstance(step, str) else _find_pair(node, value)
        case Sequence() if isinstance(step, str):
            return _find_named(node, step)
        case Sequence():
            return _find_item(node, int(step), value)
        case Scalar():
            return None if node.value is None or step in _NEVER_SHORT else node


def _find_named(listed: Sequence, name: str) -> Node | None:
    """Find the last item `NAME`, `NAME=value` or `NAME:value` of a list read as a mapping."""
    for separator in ("=", ":"):
        for item in reversed(listed.items):
            if (get_text(item) or "").partition(separator)[0] == name:
                return item
    return None


def _find_item(listed: Sequence, index: int, value: Any) -> Node | None:
    """Find an item by its text, since some lists are sorted; by its index where that fails."""
    if isinstance(value, str):
        for item in listed.items:
            written = get_text(item)
            if written is not None and value in (written, written.replace(":", "=", 1)):
                return item
    return listed.items[index] if index < len(listed.items) else None


def _find_pair(mapping: Map, value: Any) -> Node | None:
    """Find the entry that is `KEY=value` in a list which is written as a mapping."""
    key = str(value).partition("=")[0]
    return mapping.items.get(key) if isinstance(value, str) else None
