"""Merging one compose document over another: the rule of each attribute, as a table.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md; where that is silent,
what Docker Compose does. Mappings merge, lists append, all else is replaced.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.merge_forms import (
    as_list,
    as_map,
    list_hosts,
    write_dependency,
    write_nothing,
)
from sslstack.compose.private import show
from sslstack.compose.tree import (
    OVERRIDE,
    Map,
    Node,
    Path,
    Scalar,
    Sequence,
    derive,
    get_text,
    make_empty,
    make_map,
    to_plain,
)
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def merge(base: Map, over: Map) -> Map:
    """Return the mapping that `over` makes of `base`; raises InputError where they do not fit."""
    merged = _merge_nodes(base, over, ())
    assert isinstance(merged, Map)  # noqa: S101 - two mappings give one
    return merged


def merge_service(base: Map, over: Map) -> Map:
    """Merge one service over another, as `extends` does."""
    merged = _merge_nodes(base, over, ("services", "*"))
    assert isinstance(merged, Map)  # noqa: S101 - two mappings give one
    return merged


def _merge_nodes(base: Node, over: Node, path: Path) -> Node:
    if over.tag == OVERRIDE:
        return replace(over, tag="")
    if isinstance(base, Scalar) and base.value is None:
        return over
    if isinstance(over, Scalar) and over.value is None and not _is_cleared(path):
        return base
    rule = _find_rule(path)
    if rule is not None:
        return rule(base, over, path)
    match base, over:
        case Map(), Map():
            return _merge_maps(base, over, path)
        case Sequence(), Sequence():
            return replace(base, items=(*base.items, *over.items))
        case Scalar(), _:
            return over
        case _:
            name = ".".join(path)
            raise InputError.at(
                over.at,
                "compose.merge",
                f"{name}: a {_name_form(over)} cannot be merged over the "
                f"{_name_form(base)} at {base.at}",
            )


def _is_cleared(path: Path) -> bool:
    """Return whether an override without a value counts: for commands, and for variables."""
    return path[2:] in _CLEARED or path[-2:-1] == ("=",)


def _name_form(node: Node) -> str:
    return {Map: "mapping", Sequence: "list", Scalar: "plain value"}[type(node)]


def _merge_maps(base: Map, over: Map, path: Path) -> Map:
    items, keys = dict(base.items), dict(base.keys)
    for key, value in over.items.items():
        if key in items:
            items[key] = _merge_nodes(items[key], value, (*path, key))
        else:
            items[key] = value
            keys[key] = over.keys.get(key, value.at)
    return replace(base, items=items, keys=keys)


def _replace(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    return over


def _merge_variables(base: Node, over: Node, path: Path) -> Node:
    """Merge variables by name; a list's name with a space after it is refused."""
    for node in (base, over):
        for item in node.items if isinstance(node, Sequence) else ():
            if (name := (get_text(item) or "").partition("=")[0]) != name.rstrip():
                name = show(item).partition("=")[0]
                message = f"variable '{name}' has a space before '='"
                raise InputError.at(item.at, "compose.value", message)
    return _merge_by_key(base, over, path)


def _merge_by_key(base: Node, over: Node, path: Path) -> Node:
    """Merge lists of `KEY=value` and mappings alike, by key.

    The result is a mapping, but for the empty key, which only a list may hold.
    """
    merged = _merge_maps(as_map(base), as_map(over), (*path, "="))
    if "" not in merged.items:
        return merged
    written = ((key, get_text(item), item) for key, item in merged.items.items())
    items = (derive(i, key if value is None else f"{key}={value}") for key, value, i in written)
    return Sequence(tuple(items), merged.at)


def _append(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    """Append what may be written as one value or as a list."""
    return Sequence((*as_list(base).items, *as_list(over).items), base.at)


def _merge_by_name(value: Callable[[Node], Node]) -> Callable[[Node, Node, Path], Node]:
    """Merge lists of names and mappings by name; a bare name means `value(name)`."""

    def write_out(node: Node) -> Map:
        if isinstance(node, Map):
            return node
        items = node.items if isinstance(node, Sequence) else ()  # a lone value is none
        return make_map(((get_text(i) or "", value(i)) for i in items), node.at)

    return lambda base, over, path: _merge_maps(write_out(base), write_out(over), path)


def _merge_hosts(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    """Append hosts, from lists and mappings alike, but for those the base holds to the letter."""
    known = list_hosts(base)
    written = {get_text(item) for item in known}
    added = [item for item in list_hosts(over) if get_text(item) not in written]
    return Sequence((*known, *added), base.at)


def _merge_builds(base: Node, over: Node, path: Path) -> Node:
    def write_out(node: Node) -> Map:
        return node if isinstance(node, Map) else make_empty(node.at).with_item("context", node)

    return _merge_maps(write_out(base), write_out(over), path)


def _merge_logging(base: Node, over: Node, path: Path) -> Node:
    """Options stay only while the driver is the same."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    before, after = base.get("driver"), over.get("driver")
    if before is None or after is None or to_plain(before) == to_plain(after):
        return _merge_maps(base, over, path)
    return over


def _merge_limits(base: Node, over: Node, path: Path) -> Node:
    """Merge two mappings, else take the later: `ulimits` take a number or a mapping."""
    both = isinstance(base, Map) and isinstance(over, Map)
    return _merge_maps(base, over, path) if both else over  # type: ignore[arg-type]


def _merge_subnets(base: Node, over: Node, path: Path) -> Node:
    """Keep what the later list says, each subnet over the one of the earlier list."""
    known = {to_plain(c.get("subnet")): c for c in as_list(base).items if isinstance(c, Map)}
    items = [
        _merge_maps(known[to_plain(c.get("subnet"))], c, path)
        if isinstance(c, Map) and to_plain(c.get("subnet")) in known
        else c
        for c in as_list(over).items
    ]
    return Sequence(tuple(items), base.at)


def _merge_gpus(base: Node, over: Node, path: Path) -> Node:
    """Append devices to devices; `all` cannot override anything."""
    if isinstance(over, Scalar):
        message = f"{'.'.join(path)}: '{show(over)}' cannot be merged over the value at {base.at}"
        raise InputError.at(over.at, "compose.merge", message)

    def list_devices(node: Node) -> tuple[Node, ...]:
        if isinstance(node, Sequence):
            return node.items
        return (make_empty(node.at).with_item("count", node),)

    return Sequence((*list_devices(base), *list_devices(over)), base.at)


_S = ("services", "*")
_CLEARED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
"""What an override without a value takes away; all else of a service stays as it was."""
_RULES: Mapping[Path, Callable[[Node, Node, Path], Node]] = {
    (*_S, "command"): _replace,
    (*_S, "entrypoint"): _replace,
    (*_S, "healthcheck", "test"): _replace,
    (*_S, "build"): _merge_builds,
    (*_S, "environment"): _merge_variables,
    (*_S, "build", "extra_hosts"): _merge_hosts,
    (*_S, "extra_hosts"): _merge_hosts,
    (*_S, "depends_on"): _merge_by_name(write_dependency),
    (*_S, "models"): _merge_by_name(write_nothing),
    (*_S, "networks"): _merge_by_name(write_nothing),
    (*_S, "logging"): _merge_logging,
    (*_S, "ulimits", "*"): _merge_limits,
    (*_S, "gpus"): _merge_gpus,
    ("networks", "*", "ipam", "config"): _merge_subnets,
    **dict.fromkeys(
        (
            (*_S, "annotations"),
            (*_S, "build", "args"),
            (*_S, "build", "additional_contexts"),
            (*_S, "build", "labels"),
            (*_S, "deploy", "labels"),
            (*_S, "labels"),
            (*_S, "sysctls"),
            ("networks", "*", "labels"),
            ("volumes", "*", "labels"),
        ),
        _merge_by_key,
    ),
    **dict.fromkeys(
        (
            (*_S, "dns"),
            (*_S, "dns_opt"),
            (*_S, "dns_search"),
            (*_S, "env_file"),
            (*_S, "label_file"),
            (*_S, "tmpfs"),
        ),
        _append,
    ),
}


def _find_rule(path: Path) -> Callable[[Node, Node, Path], Node] | None:
    for pattern, rule in _RULES.items():
        if len(pattern) == len(path) and all(
            p in ("*", step) for p, step in zip(pattern, path, strict=True)
        ):
            return rule
    return None
