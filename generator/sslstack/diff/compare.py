"""Compare two templates and describe the differences as a change set does.

The input are two mappings in long form. A replacement also changes the resources that refer to
the replaced one; they are part of the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.changes import Action, PropertyChange, Replacement, ResourceChange, by_gravity
from sslstack.cloudformation.intrinsics import escape_pointer, find_references, is_function
from sslstack.diff import entries
from sslstack.diff.model import Diff, EntryChange
from sslstack.diff.replacement import replacement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RESOURCES = "Resources"
_KEEPING = frozenset({"Retain", "RetainExceptOnCreate"})
"""Values of DeletionPolicy that keep a resource without the stack: its page in the guide."""
_STRENGTH = [Replacement.FALSE, Replacement.CONDITIONAL, Replacement.TRUE]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
    """Return all differences between two templates; empty for equal ones.

    The order of keys does not count, nor that of lists whose entries have a name.
    """
    resources = {change.logical_id: change for change in _resources(before, after)}
    _propagate(resources, after)
    return Diff(
        resources=by_gravity(resources.values()),
        entries=tuple(_entries(before, after)),
    )


def _resources(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ResourceChange]:
    old, new = _section(before, _RESOURCES), _section(after, _RESOURCES)
    for name in sorted({*old, *new}):
        one, other = old.get(name), new.get(name)
        if one == other:
            continue
        if one is None or other is None:
            action = Action.ADD if one is None else Action.REMOVE
            held = _mapping(one or other)
            kept = other is None and held.get("DeletionPolicy") in _KEEPING
            kind = str(held.get("Type"))
            yield ResourceChange(logical_id=name, type=kind, action=action, retained=kept)
            continue
        yield _modified(name, one, other)


def _mapping(resource: Any) -> Mapping[str, Any]:
    """Return a resource; an empty mapping for others, such as the list of a Fn::ForEach."""
    return resource if isinstance(resource, dict) else {}


def _modified(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> ResourceChange:
    kind = str(_mapping(new).get("Type"))
    changes = tuple(
        PropertyChange(
            path=path,
            before=one,
            after=other,
            replacement=replacement(kind, path, one, other),
            label="" if label == path else label,
        )
        for path, label, one, other in labelled_differences(old, new)
    )
    replacements = (change.replacement for change in changes)
    worst = max(replacements, key=_STRENGTH.index, default=Replacement.FALSE)
    if _mapping(old).get("Type") != _mapping(new).get("Type"):
        worst = Replacement.TRUE
    return ResourceChange(
        logical_id=name, type=kind, action=Action.MODIFY, replacement=worst, properties=changes
    )


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield path, before and after of every difference, as deep as both sides go.

    The side without a value has None. An item that is inserted into a list
    moves the ones after it and is one difference, not many.
    """
    for at, _, before, after in labelled_differences(old, new, path, path):
        yield at, before, after


def labelled_differences(
    old: Any, new: Any, path: str = "", label: str = ""
) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield the same with a label: the path in which list entries are named by their keys.

    Entries that have a key (the port of a listener, the name of a policy) are compared by it, and
    so are the rules of security groups: their order does not count.
    """
    if old == new:
        return
    if (
        isinstance(old, dict)
        and isinstance(new, dict)
        and not (is_function(old) or is_function(new))
    ):
        for key in [*new, *(key for key in old if key not in new)]:
            below = f"/{escape_pointer(key)}"
            sides = old.get(key), new.get(key)
            yield from labelled_differences(*sides, f"{path}{below}", f"{label}{below}")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _items(old, new, path, label)
    else:
        yield path, label, old, new


def _items(
    old: list[Any], new: list[Any], path: str, label: str
) -> Iterator[tuple[str, str, Any, Any]]:
    for index, name, before, after in entries.pair(path.rpartition("/")[2], old, new):
        at, named = f"{path}/{index}", f"{label}/{escape_pointer(name)}"
        if before is None or after is None:
            yield at, named, before, after
        else:
            yield from labelled_differences(before, after, at, named)


def _propagate(changes: dict[str, ResourceChange], after: Mapping[str, Any]) -> None:
    """Follow replacements to the resources that refer to them, until no new one is found."""
    resources = _section(after, _RESOURCES)
    waiting = [name for name, change in changes.items() if change.replaces]
    while waiting:
        cause = waiting.pop()
        strength = changes[cause].replacement
        for name, resource in resources.items():
            if name == cause or not isinstance(resource, dict):
                continue
            brought = tuple(
                PropertyChange(
                    path=path,
                    before=value,
                    after=value,
                    replacement=_weaker(
                        replacement(str(resource.get("Type")), path, 0, 0), strength
                    ),
                    cause=cause,
                )
                for path, value in find_references(resource.get("Properties"), cause, "/Properties")
            )
            if brought and _add(changes, name, resource, brought):
                waiting.append(name)


def _weaker(one: Replacement, other: Replacement | str | None) -> Replacement:
    """Return the weaker of two: a possible replacement makes no other one certain."""
    second = Replacement(other) if other in set(Replacement) else Replacement.FALSE
    return min(one, second, key=_STRENGTH.index)


def _add(
    changes: dict[str, ResourceChange],
    name: str,
    resource: Mapping[str, Any],
    brought: tuple[PropertyChange, ...],
) -> bool:
    """Add the changes that a replacement causes; return whether this resource is newly replaced."""
    known = changes.get(name) or ResourceChange(
        logical_id=name,
        type=str(resource.get("Type")),
        action=Action.MODIFY,
        replacement=Replacement.FALSE,
    )
    if known.action is not Action.MODIFY:
        return False
    paths = {change.path for change in known.properties}
    new = tuple(change for change in brought if change.path not in paths)
    if not new:
        return False
    before = known.replacement
    strongest = max(
        (known.replacement or Replacement.FALSE, *(change.replacement for change in new)),
        key=lambda one: _STRENGTH.index(Replacement(one)),
    )
    changes[name] = replace(known, replacement=strongest, properties=(*known.properties, *new))
    return changes[name].replaces and strongest != before


def _entries(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[EntryChange]:
    """Compare every section but Resources; a section that is not a mapping is one entry."""
    for section in [*after, *(name for name in before if name not in after)]:
        if section == _RESOURCES or before.get(section) == after.get(section):
            continue
        old, new = before.get(section), after.get(section)
        if not all(isinstance(one, dict | None) for one in (old, new)):
            yield _entry(section, "", old, new)
            continue
        old, new = old or {}, new or {}
        for name in [*new, *(name for name in old if name not in new)]:
            if old.get(name) != new.get(name):
                yield _entry(section, str(name), old.get(name), new.get(name))


def _entry(section: str, name: str, old: Any, new: Any) -> EntryChange:
    action = Action.ADD if old is None else Action.REMOVE if new is None else Action.MODIFY
    return EntryChange(section=section, name=name, action=action, before=old, after=new)


def _section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = template.get(name)
    return found if isinstance(found, dict) else {}
