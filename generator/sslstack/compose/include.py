"""`include`: other projects' services, networks, volumes, configs and secrets.

https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.compose.tree import Map, Scalar, Sequence, plain, text
from sslstack.errors import InputError
from sslstack.findings import Finding

if TYPE_CHECKING:
    from sslstack.compose.tree import Node
    from sslstack.findings import Location

SECTIONS = ("services", "networks", "volumes", "configs", "secrets", "models")


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """One entry: the files that make the included project, and what it sees."""

    paths: tuple[Scalar, ...]
    env_files: tuple[Scalar, ...]
    project_directory: Scalar | None
    at: Location


def entries(document: Map) -> tuple[Include, ...]:
    """Give the includes of a document, short or long; raises InputError for a lone name."""
    listed = document.get("include")
    if isinstance(listed, Scalar) and text(listed) is not None:
        raise InputError.at(listed.at, "compose.include", "include must be a list")
    items = listed.items if isinstance(listed, Sequence) else ()
    return tuple(_entry(item) for item in items)


def _entry(item: Node) -> Include:
    if not isinstance(item, Map):
        return Include(paths=_texts(item), env_files=(), project_directory=None, at=item.at)
    folder = item.get("project_directory")
    return Include(
        paths=_texts(item.get("path")),
        env_files=_texts(item.get("env_file")),
        project_directory=folder if isinstance(folder, Scalar) and text(folder) else None,
        at=item.at,
    )


def _texts(node: Node | None) -> tuple[Scalar, ...]:
    listed = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in listed if isinstance(item, Scalar) and text(item) is not None)


def add(document: Map, included: Map, at: Location) -> Map:
    """Give the document with what is included; raises InputError where names clash."""
    clashes = []
    for section in SECTIONS:
        theirs = included.get(section)
        if not isinstance(theirs, Map):
            continue
        ours = document.get(section)
        merged = ours if isinstance(ours, Map) else Map({}, theirs.at, {})
        items, keys = dict(merged.items), dict(merged.keys)
        for name, item in theirs.items.items():
            before = items.get(name)
            if before is not None and plain(before) != plain(item):
                clashes.append(
                    Finding(
                        rule="compose.include",
                        message=f"{section}.{name} is included from {item.at} and is also here",
                        location=before.at,
                        hint=f"included on line {at.line}; change one of the names",
                    )
                )
            items[name] = item
            keys.setdefault(name, theirs.keys[name])
        document = document.with_item(section, replace(merged, items=items, keys=keys))
    if clashes:
        raise InputError(clashes)
    return document
