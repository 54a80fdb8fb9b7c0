"""Compose documents as trees of frozen nodes, each with the place where it was written.

A value keeps its place through interpolation, extends, include and merge, so that every
message can name the line a person has to change. Scalars mean what they mean to go-yaml,
with which Docker Compose reads: `yes` is text, `0777` is 511, a date is a date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.nodes import Node as YamlNode

from sslstack import documents
from sslstack.compose import go_numbers
from sslstack.compose.aliases import find_aliased_lists
from sslstack.compose.scalars import Plain, read_date, read_tagged, scalar
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.compose.limits import Budget

Path = tuple[str, ...]

_STANDARD = "tag:yaml.org,2002:"
_TEMPLATE = "'{{' of a template begins a mapping in YAML"
RESET, OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value; `is_date` for what YAML 1.1 takes for a timestamp (kept as its text).

    `template` is what is written where the value came from variables: messages show it and
    not the value.
    """

    value: Plain
    at: Location
    tag: str = ""
    is_date: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    at: Location
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping; `keys` holds the place of each key."""

    items: Mapping[str, Node]
    at: Location
    keys: Mapping[str, Location]
    tag: str = ""

    def get(self, key: str) -> Node | None:
        """Give the value of a key, None where there is none."""
        return self.items.get(key)

    def with_item(self, key: str, value: Node) -> Map:
        """Give a mapping that has the value under the key, at its old position if it had one."""
        keys = self.keys if key in self.keys else {**self.keys, key: value.at}
        return replace(self, items={**self.items, key: value}, keys=keys)

    def without(self, *keys: str) -> Map:
        """Give a mapping without the keys."""
        return replace(self, items={k: v for k, v in self.items.items() if k not in keys})


Node = Scalar | Sequence | Map


def derive(node: Node, value: Plain) -> Scalar:
    """Give a value that is made of another one, at its place and as secret as that is."""
    return Scalar(value, node.at, template=node.template if isinstance(node, Scalar) else "")


def derive_tree(node: Node, value: Mapping[str, Any] | Plain) -> Node:
    """Give a value or a mapping that is made of another value, as `derive` does."""
    if not isinstance(value, dict):
        return derive(node, cast("Plain", value))
    return make_map(((key, derive_tree(node, item)) for key, item in value.items()), node.at)


def make_map(pairs: Iterable[tuple[str, Node]], at: Location) -> Map:
    """Give a mapping of the pairs, later ones over earlier ones, keys at their values' places."""
    items = dict(pairs)
    return Map(items, at, {key: item.at for key, item in items.items()})


def empty(at: Location) -> Map:
    """Give an empty mapping at a place."""
    return Map({}, at, {})


def plain(node: Node | None) -> Any:
    """Give the node as dicts, lists and scalars."""
    match node:
        case Map():
            return {key: plain(item) for key, item in node.items.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value
        case None:
            return None


def text(node: Node | None) -> str | None:
    """Give the text of a scalar as Docker Compose would print it, None for all else."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return go_numbers.format_float(node.value) if isinstance(node.value, float) else str(node.value)


def is_text(node: Node | None) -> bool:
    """Return whether a node is a text that is not read as a date."""
    return isinstance(node, Scalar) and isinstance(node.value, str) and not node.is_date


def is_null(node: Node | None) -> bool:
    """Return whether a node is written without a value."""
    return isinstance(node, Scalar) and node.value is None


def find(node: Node, path: tuple[str | int, ...]) -> Node:
    """Give what is at a path, or the nearest thing around it."""
    for step in path:
        if isinstance(node, Map) and str(step) in node.items:
            node = node.items[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            break
    return node


def at_path(node: Node, path: tuple[str | int, ...]) -> Location:
    """Give the place of what is at a path, or of the nearest thing around it."""
    return find(node, path).at


def parse(
    content: bytes, file: str, *, private: bool = False, budget: Budget | None = None
) -> tuple[list[Map], list[Finding]]:
    """Read every document of a file that is a mapping; raises InputError for what is not YAML.

    The places of a `private` file have no column. The values count against the budget.
    """
    roots = documents.nodes(content, file)
    reading = _Reading(file, find_aliased_lists(content, file, roots), private=private)
    found = []
    for node in roots:
        root = reading.node(node)
        if isinstance(root, Map):
            found.append(root)
        else:
            message = "a compose file must be a mapping"
            hint = "begin it with 'services:', then a line for each service, indented"
            reading.findings.append(
                Finding(rule="compose.form", message=message, location=root.at, hint=hint)
            )
    if budget is not None:
        budget.add_values(reading.count, Location(file, 1, 1))
    return found, reading.findings


class _Reading:
    """Turns YAML nodes into ours and notes what go-yaml would refuse."""

    def __init__(
        self, file: str, aliases: Mapping[tuple[int, int], Location], *, private: bool
    ) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.count = 0
        self._aliases = aliases
        self._private = private
        self._read: set[int] = set()

    def node(self, node: YamlNode) -> Node:
        self.count += 1
        at = self._place(node)
        tag = node.tag if node.tag in (RESET, OVERRIDE) else ""
        if isinstance(node, ScalarNode):
            return self._scalar(node, at, tag)
        # Docker Compose takes `!reset` out of what an anchor names where it first stands:
        # an alias or a merge key that repeats it resets nothing.
        is_repeated = id(node) in self._read
        self._read.add(id(node))
        if isinstance(node, MappingNode):
            if _is_template(node):
                self._find("compose.key", _TEMPLATE, at, "put the value in quotes")
                return Scalar("{{ }}", at, tag)
            items, keys = self._mapping(node, is_repeated=is_repeated)
            return Map(items, at, keys, tag)
        items_ = tuple(
            self._item(node, index, item)
            for index, item in enumerate(node.value)
            if not (is_repeated and item.tag == RESET)
        )
        return Sequence(items_, at, tag)

    def _scalar(self, node: ScalarNode, at: Location, tag: str) -> Scalar:
        try:
            value, is_date = _read_scalar(node)
        except ValueError as error:
            self._find("yaml.tag", f"'{node.value}' {error}", at)
            return Scalar(str(node.value), at, tag)
        return Scalar(value, at, tag, is_date=is_date)

    def _item(self, parent: YamlNode, index: int, node: YamlNode) -> Node:
        """Give an item of a list; a list that is an alias there stands where it is used."""
        item = self.node(node)
        used = self._aliases.get((id(parent), index))
        if used is None:
            return item
        return replace(item, at=replace(used, column=0) if self._private else used)

    def _place(self, node: YamlNode) -> Location:
        at = documents.place(node, self.file)
        return replace(at, column=0) if self._private else at

    def _mapping(
        self, node: MappingNode, *, is_repeated: bool
    ) -> tuple[dict[str, Node], dict[str, Location]]:
        items: dict[str, Node] = {}
        keys: dict[str, Location] = {}
        merged: list[Map] = []
        for key_node, parsednode in node.value:
            at = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                hint = "a list or a mapping cannot be a key; put '{{ }}' of a template in quotes"
                self._find("compose.key", "a key must be plain text", at, hint)
                continue
            key = self._key(key_node, at)
            if key in keys:
                first = keys[key].line
                self._find(
                    "yaml.duplicate-key", f"duplicate key '{key}' (first on line {first})", at
                )
                continue
            if is_repeated and parsednode.tag == RESET:
                continue
            keys[key] = at
            if documents.is_merge_key(key_node):
                merged += self._merged(parsednode)
                continue
            items[key] = self.node(parsednode)
        _fill(items, keys, merged)
        keys.pop("<<", None)
        return items, keys

    def _key(self, node: ScalarNode, at: Location) -> str:
        """Return the text of a key; Docker Compose refuses keys that are numbers or dates."""
        try:
            value, is_date = _read_scalar(node)
        except ValueError as error:
            self._find("yaml.tag", f"key '{node.value}' {error}", at)
            return str(node.value)
        if isinstance(value, str) and not is_date:
            return value
        self._find("compose.key", f"key {node.value} must be text; put it in quotes", at)
        return str(node.value)

    def _merged(self, node: YamlNode) -> list[Map]:
        candidates = node.value if isinstance(node, SequenceNode) else [node]
        if isinstance(node, SequenceNode):  # in a list of mappings, Docker Compose resets nothing
            self._read.update(map(id, candidates))
        found = [self.node(candidate) for candidate in candidates]
        for candidate in found:
            if not isinstance(candidate, Map):
                message = "'<<' takes a mapping or a list of mappings"
                self._find("yaml.merge", message, candidate.at)
        return [candidate for candidate in found if isinstance(candidate, Map)]

    def _find(self, rule: str, message: str, at: Location, hint: str = "") -> None:
        self.findings.append(Finding(rule=rule, message=message, location=at, hint=hint))


def _read_scalar(node: ScalarNode) -> tuple[Plain, bool]:
    """Return what a scalar means, and whether it is a date; raises ValueError for a wrong tag."""
    written, kind = str(node.value), str(node.tag)
    if documents.is_plain(node):
        value = scalar(written)
        return value, isinstance(value, str) and read_date(value) is not None
    value = read_tagged(written, kind.removeprefix(_STANDARD))
    return value, kind == f"{_STANDARD}timestamp" and read_date(written) is not None


def _is_template(node: MappingNode) -> bool:
    """Tell whether a mapping is what YAML makes of `{{ NAME }}` without quotes."""
    return len(node.value) == 1 and node.flow_style and isinstance(node.value[0][0], MappingNode)


def _fill(items: dict[str, Node], keys: dict[str, Location], merged: Iterable[Map]) -> None:
    """Add what merge keys bring, below what is written in the mapping itself."""
    for other in merged:
        for key, value in other.items.items():
            if key not in items:
                items[key] = value
                keys[key] = other.keys[key]
            elif items[key].tag == RESET:  # resets what is older; what is merged stays
                items[key] = replace(value, tag=OVERRIDE)


def walk(
    node: Node, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Give every node with its path, a mapping before what is in it."""
    yield path, node
    match node:
        case Map():
            for key, item in node.items.items():
                yield from walk(item, (*path, key))
        case Sequence():
            for index, item in enumerate(node.items):
                yield from walk(item, (*path, index))
        case Scalar():
            pass
