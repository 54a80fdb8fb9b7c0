"""`include`: other projects' services, networks, volumes, configs and secrets.

https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.compose.tree import Map, Scalar, Sequence, get_text, is_null, is_text, to_plain
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


def read_entries(document: Map) -> tuple[Include, ...]:
    """Return the includes of a document, short or long.

    Docker Compose accepts an entry without a path. Raises InputError for other forms.
    """
    listed = document.get("include")
    if listed is None or is_null(listed):
        return ()
    if not isinstance(listed, Sequence):
        raise InputError.at(listed.at, "compose.include", "include must be a list")
    return tuple(_read_entry(item) for item in listed.items)


def _read_entry(item: Node) -> Include:
    if isinstance(item, Sequence):
        raise InputError.at(item.at, "compose.include", "an entry of include cannot be a list")
    if not isinstance(item, Map):
        is_empty = item.value is None or item.is_date
        paths = () if is_empty else _read_texts(item, "an entry of include")
        return Include(paths=paths, env_files=(), project_directory=None, at=item.at)
    folder = item.get("project_directory")
    if folder is not None and not _is_folder(folder):
        raise InputError.at(folder.at, "compose.include", "project_directory must be text")
    return Include(
        paths=_read_texts(item.get("path"), "path of an include"),
        env_files=_read_texts(item.get("env_file"), "env_file of an include"),
        project_directory=folder if isinstance(folder, Scalar) and get_text(folder) else None,
        at=item.at,
    )


def _is_folder(node: Node) -> bool:
    """Return whether Docker Compose reads a value as a folder: text, a whole number, nothing."""
    return is_text(node) or is_null(node) or type(to_plain(node)) is int


def _read_texts(node: Node | None, name: str) -> tuple[Scalar, ...]:
    """Return a text as a list of one; raises InputError for what is neither text nor a list."""
    if node is None or is_null(node):
        return ()
    listed: tuple[Node, ...] = node.items if isinstance(node, Sequence) else (node,)
    for item in listed:
        if not is_text(item):
            raise InputError.at(
                item.at, "compose.include", f"{name} must be text or a list of texts"
            )
    return tuple(item for item in listed if isinstance(item, Scalar))


def add_included(document: Map, included: Map, at: Location) -> Map:
    """Return the document with what is included; raises InputError where names are used twice."""
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
            if before is not None and to_plain(before) != to_plain(item):
                clashes.append(
                    Finding(
                        rule="compose.include",
                        message=f"{section}.{name} is declared here and in the included {item.at}",
                        location=before.at,
                        hint=f"rename one of them, or remove the include on line {at.line}",
                    )
                )
            items[name] = item
            keys.setdefault(name, theirs.keys[name])
        document = document.with_item(section, replace(merged, items=items, keys=keys))
    if clashes:
        raise InputError(clashes)
    return document
