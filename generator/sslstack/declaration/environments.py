"""A declaration as it is in one of its environments.

Merged on the level of the document, data and places, and then checked like any other: a finding
leads to the line of its value, which may be below `environments:`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.declaration.load import Declaration, validate
from sslstack.documents import Document, DocumentPath, is_below

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sslstack.findings import Location

_ABOVE = "environments"
_KEY_BY_KEY = {"compose": False, "certificates": False, "listeners": True, "services": True}
"""The sections that an environment may change, and whether the keys of an entry replace single
keys of the entry of the same name, or the entry replaces it: half of one certificate does not go
with the other half of another, and a list of compose files replaces the list."""


def list_varied(declared: Declaration) -> tuple[str, ...]:
    """Return the names of the environments that have a template of their own."""
    return tuple(name for name, one in declared.ssl.environments.items() if one.varies)


def expand_environments(declared: Declaration) -> tuple[Declaration, ...]:
    """Return a declaration as it is where no environment is meant, then as in each varied one."""
    return (declared, *(apply_environment(declared, name) for name in list_varied(declared)))


def apply_environment(declared: Declaration, environment: str) -> Declaration:
    """Return a declaration as it is in one of its environments; as it is for an empty name.

    Raises InputError for what does not fit together.
    """
    if not environment:
        return declared
    document = declared.document
    paths = tuple(_find_overridden(document.data, environment))
    # An entry of both that does not fit together is wrong at what the environment says of it.
    entries = {path[:2]: document.values[_ABOVE, environment, *path[:2]] for path in paths}
    merged = Document(
        file=document.file,
        data=_merge_data(document.data, environment, paths),
        values=_merge_places(document.values, environment, paths) | entries,
        keys=_merge_places(document.keys, environment, paths),
    )
    return replace(validate(merged), environment=environment, overridden=frozenset(paths))


def _find_overridden(data: Any, environment: str) -> Iterator[DocumentPath]:
    """Return the paths that get the value that the environment has under that path.

    A key with nothing behind it is absent, as everywhere in ssl.yml.
    """
    said = data[_ABOVE][environment]
    for section, key_by_key in _KEY_BY_KEY.items():
        known = data.get(section) or {}
        for name, entry in (said.get(section) or {}).items():
            if key_by_key and known.get(name) is not None:
                keys = (entry or {}).items()
                yield from ((section, name, key) for key, value in keys if value is not None)
            elif entry is not None or section != "compose":
                yield (section, name)


def _merge_data(data: Any, environment: str, paths: Collection[DocumentPath]) -> Any:
    """Copy what is on the way to a path, and put the environment's value there."""
    merged = dict(data)
    for *way, last in paths:
        value, inside = data[_ABOVE][environment], merged
        for step in way:
            value = value[step]
            copied = inside[step] = dict(inside.get(step) or {})
            inside = copied
        inside[last] = value[last]
    return merged


def _merge_places(
    table: Mapping[DocumentPath, Location], environment: str, paths: Collection[DocumentPath]
) -> dict[DocumentPath, Location]:
    """Return the places with those of the environment's values in place of what they replace."""
    kept = {path: place for path, place in table.items() if not is_below(path, paths)}
    moved = {
        path[2:]: place
        for path, place in table.items()
        if path[:2] == (_ABOVE, environment) and is_below(path[2:], paths)
    }
    return kept | moved
