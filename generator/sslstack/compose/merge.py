"""Merging one compose document over another: the rule of each attribute, as a table.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md; where that is silent,
what Docker Compose does. Mappings merge, lists append, all else is replaced.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.go_numbers import print_value
from sslstack.compose.private import show
from sslstack.compose.tree import (
    OVERRIDE,
    RESET,
    Map,
    Node,
    Path,
    Scalar,
    Sequence,
    derive,
    empty,
    is_text,
    make_map,
    plain,
    text,
)
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sslstack.compose.scalars import Plain


def merge(base: Map, over: Map) -> Map:
    """Give the mapping that `over` makes of `base`; raises InputError where they do not fit."""
    merged = _merge(base, over, ())
    assert isinstance(merged, Map)  # noqa: S101 - two mappings give one
    return merged


def service(base: Map, over: Map) -> Map:
    """Merge one service over another, as `extends` does."""
    merged = _merge(base, over, ("services", "*"))
    assert isinstance(merged, Map)  # noqa: S101 - two mappings give one
    return merged


def _merge(base: Node, over: Node, path: Path) -> Node:
    if over.tag == OVERRIDE:
        return replace(over, tag="")
    if isinstance(base, Scalar) and base.value is None:
        return over
    if isinstance(over, Scalar) and over.value is None and not _is_cleared(path):
        return base
    rule = _rule(path)
    if rule is not None:
        return rule(base, over, path)
    match base, over:
        case Map(), Map():
            return _maps(base, over, path)
        case Sequence(), Sequence():
            return replace(base, items=(*base.items, *over.items))
        case Scalar(), _:
            return over
        case _:
            name = ".".join(path)
            raise InputError.at(
                over.at,
                "compose.merge",
                f"{name}: a {_form(over)} cannot be merged over the {_form(base)} at {base.at}",
            )


def _is_cleared(path: Path) -> bool:
    """Tell where an override without a value counts: for commands, and for variables."""
    return path[2:] in _CLEARED or path[-2:-1] == ("=",)


def _form(node: Node) -> str:
    return {Map: "mapping", Sequence: "list", Scalar: "plain value"}[type(node)]


def _maps(base: Map, over: Map, path: Path) -> Map:
    items, keys = dict(base.items), dict(base.keys)
    for key, value in over.items.items():
        if key in items:
            items[key] = _merge(items[key], value, (*path, key))
        else:
            items[key] = value
            keys[key] = over.keys.get(key, value.at)
    return replace(base, items=items, keys=keys)


def _replaced(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    return over


def _as_map(node: Node) -> Map:
    """Read a list of `KEY=value` (or bare names) as a mapping of plain values.

    As Docker Compose does where it merges, a lone text is a list of one, and of several values
    of a key the last in alphabetical order counts. Raises InputError for an item that is no text.
    """
    if isinstance(node, Map):
        flat = ((key, _flat(value)) for key, value in node.items.items())
        items = {key: value for key, value in flat if value is not None}
        return replace(node, items=items)
    if isinstance(node, Scalar):
        node = Sequence((node,) if is_text(node) else (), node.at)
    parts = [(_text_of(item).partition("="), item) for item in node.items]
    return make_map(
        ((key, derive(item, value if equals else None)) for (key, equals, value), item in parts),
        node.at,
    )


def _text_of(item: Node) -> str:
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return item.value
    raise InputError.at(item.at, "compose.merge", "an item of this list must be text, KEY=value")


def _flat(value: Node) -> Scalar | None:
    """Give what stands for a value where lists and mappings merge, None for an empty list."""
    match value:
        case Scalar():
            return value
        case Map():
            return Scalar(print_value(plain(value)), value.at)
        case Sequence():
            texts = sorted(print_value(plain(item)) for item in value.items)
            return Scalar(texts[-1], value.at) if texts else None


def _variables(base: Node, over: Node, path: Path) -> Node:
    """Merge variables by name; a list's name with a blank behind it is refused as alone."""
    for node in (base, over):
        for item in node.items if isinstance(node, Sequence) else ():
            if (name := (text(item) or "").partition("=")[0]) != name.rstrip():
                name = show(item).partition("=")[0]
                message = f"variable '{name}' has a blank before the equals sign"
                raise InputError.at(item.at, "compose.value", message)
    return _by_key(base, over, path)


def _by_key(base: Node, over: Node, path: Path) -> Node:
    """Merge lists of `KEY=value` and mappings alike, by key.

    The result is a mapping, but for the empty key, which only a list may hold.
    """
    merged = _maps(_as_map(base), _as_map(over), (*path, "="))
    if "" not in merged.items:
        return merged
    written = ((key, text(item), item) for key, item in merged.items.items())
    items = (derive(i, key if value is None else f"{key}={value}") for key, value, i in written)
    return Sequence(tuple(items), merged.at)


def _as_list(node: Node) -> Sequence:
    """Give a list, one of a lone text, or `KEY=value` of a mapping; all else is none."""
    match node:
        case Sequence():
            return node
        case Map():
            return Sequence(tuple(_pairs(node)), node.at)
        case Scalar():
            return Sequence((node,) if isinstance(node.value, str) else (), node.at)


def _pairs(node: Map) -> Iterable[Node]:
    for key, value in sorted(node.items.items()):
        items = value.items if isinstance(value, Sequence) else (value,)
        for item in sorted(items, key=lambda one: print_value(plain(one))):
            written = None if isinstance(item, Scalar) and item.value is None else plain(item)
            pair = key if written is None else f"{key}={print_value(written)}"
            yield derive(item, pair)


def _appended(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    """Append what may be written as one value or as a list."""
    return Sequence((*_as_list(base).items, *_as_list(over).items), base.at)


def _named(value: Callable[[Node], Node]) -> Callable[[Node, Node, Path], Node]:
    """Merge lists of names and mappings by name; a bare name stands for `value(name)`."""

    def as_map(node: Node) -> Map:
        if isinstance(node, Map):
            return node
        items = node.items if isinstance(node, Sequence) else ()  # a lone value is none
        return make_map(((text(i) or "", value(i)) for i in items), node.at)

    return lambda base, over, path: _maps(as_map(base), as_map(over), path)


def _depends(item: Node) -> Node:
    short_for: dict[str, Plain] = {"condition": "service_started", "required": True}
    return make_map(((key, derive(item, value)) for key, value in short_for.items()), item.at)


def _nothing(item: Node) -> Node:
    return derive(item, None)


def _hosts(base: Node, over: Node, path: Path) -> Node:  # noqa: ARG001 - a rule's signature
    """Append hosts, from lists and mappings alike, but for those the base holds to the letter."""
    known = _host_list(base)
    written = {text(item) for item in known}
    added = [item for item in _host_list(over) if text(item) not in written]
    return Sequence((*known, *added), base.at)


def _host_list(node: Node) -> list[Node]:
    """Give a list as it is, and `host=address` for every address of a mapping."""
    if not isinstance(node, Map):
        return [*_as_list(node).items]
    return [
        derive(address, f"{host}={text(address)}" if text(address) is not None else host)
        for host, addresses in node.items.items()
        for address in (addresses.items if isinstance(addresses, Sequence) else (addresses,))
    ]


def _build(base: Node, over: Node, path: Path) -> Node:
    def as_map(node: Node) -> Map:
        return node if isinstance(node, Map) else empty(node.at).with_item("context", node)

    return _maps(as_map(base), as_map(over), path)


def _logging(base: Node, over: Node, path: Path) -> Node:
    """Options stay only while the driver is the same."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    before, after = base.get("driver"), over.get("driver")
    if before is None or after is None or plain(before) == plain(after):
        return _maps(base, over, path)
    return over


def _either(base: Node, over: Node, path: Path) -> Node:
    """Merge two mappings, else take the later: `ulimits` take a number or a mapping."""
    both = isinstance(base, Map) and isinstance(over, Map)
    return _maps(base, over, path) if both else over  # type: ignore[arg-type]


def _subnets(base: Node, over: Node, path: Path) -> Node:
    """Keep what the later list says, each subnet over what was said of it before."""
    known = {plain(c.get("subnet")): c for c in _as_list(base).items if isinstance(c, Map)}
    items = [
        _maps(known[plain(c.get("subnet"))], c, path)
        if isinstance(c, Map) and plain(c.get("subnet")) in known
        else c
        for c in _as_list(over).items
    ]
    return Sequence(tuple(items), base.at)


def _gpus(base: Node, over: Node, path: Path) -> Node:
    """Append devices to devices; `all` cannot be said over anything."""
    if isinstance(over, Scalar):
        message = f"{'.'.join(path)}: '{show(over)}' cannot be merged over what is at {base.at}"
        raise InputError.at(over.at, "compose.merge", message)

    def as_list(node: Node) -> tuple[Node, ...]:
        if isinstance(node, Sequence):
            return node.items
        return (empty(node.at).with_item("count", node),)

    return Sequence((*as_list(base), *as_list(over)), base.at)


_S = ("services", "*")
_CLEARED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
"""What an override without a value takes away; all else of a service stays as it was."""
_RULES: Mapping[Path, Callable[[Node, Node, Path], Node]] = {
    (*_S, "command"): _replaced,
    (*_S, "entrypoint"): _replaced,
    (*_S, "healthcheck", "test"): _replaced,
    (*_S, "build"): _build,
    (*_S, "environment"): _variables,
    (*_S, "build", "extra_hosts"): _hosts,
    (*_S, "extra_hosts"): _hosts,
    (*_S, "depends_on"): _named(_depends),
    (*_S, "models"): _named(_nothing),
    (*_S, "networks"): _named(_nothing),
    (*_S, "logging"): _logging,
    (*_S, "ulimits", "*"): _either,
    (*_S, "gpus"): _gpus,
    ("networks", "*", "ipam", "config"): _subnets,
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
        _by_key,
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
        _appended,
    ),
}


def _rule(path: Path) -> Callable[[Node, Node, Path], Node] | None:
    for pattern, rule in _RULES.items():
        if len(pattern) == len(path) and all(
            p in ("*", step) for p, step in zip(pattern, path, strict=True)
        ):
            return rule
    return None


def without_resets(node: Node) -> Node:
    """Give the tree without what is marked `!reset`."""
    match node:
        case Map():
            kept = {k: without_resets(v) for k, v in node.items.items() if v.tag != RESET}
            return replace(node, items=kept)
        case Sequence():
            items = tuple(without_resets(item) for item in node.items if item.tag != RESET)
            return replace(node, items=items)
        case Scalar():
            return node


def resets(node: Node, path: Path = ()) -> list[Path]:
    """Give the paths marked `!reset`: what stands there in earlier files goes, too."""
    if node.tag == RESET:
        return [path]
    if isinstance(node, Map):
        return [found for k, v in node.items.items() for found in resets(v, (*path, k))]
    return []


def remove(node: Map, paths: Iterable[Path]) -> Map:
    """Give the tree without what is at the paths."""
    inside: dict[str, list[Path]] = {}
    for path in paths:
        if path:
            inside.setdefault(path[0], []).append(path[1:])
    items = dict(node.items)
    for key, below in inside.items():
        item = items.get(key)
        if () in below:
            items.pop(key, None)
        elif isinstance(item, Map):
            items[key] = remove(item, below)
    return replace(node, items=items) if inside else node
