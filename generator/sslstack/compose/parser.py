"""YAML text as a compose tree: places, tags, merge keys, and what go-yaml would refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from yaml.nodes import MappingNode, ScalarNode, SequenceNode
from yaml.nodes import Node as YamlNode

from sslstack import yaml_nodes
from sslstack.compose.aliases import find_aliased_lists
from sslstack.compose.scalars import Plain, read_date, read_plain, read_tagged
from sslstack.compose.tree import OVERRIDE, RESET, Map, Node, Scalar, Sequence
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sslstack.compose.limits import Budget

_STANDARD = "tag:yaml.org,2002:"
_TEMPLATE = "'{{' of a template begins a mapping in YAML"


def parse(
    content: bytes, file: str, *, private: bool = False, budget: Budget | None = None
) -> tuple[list[Map], list[Finding]]:
    """Read every document of a file that is a mapping; raises InputError for what is not YAML.

    The places of a `private` file have no column. The values count against the budget.
    """
    roots = yaml_nodes.compose(content, file)
    reading = _Reading(file, find_aliased_lists(content, file, roots), private=private)
    found = []
    for node in roots:
        root = reading.read(node)
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
    """Turns YAML nodes into ours and collects what go-yaml would refuse."""

    def __init__(
        self, file: str, aliases: Mapping[tuple[int, int], Location], *, private: bool
    ) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.count = 0
        self._aliases = aliases
        self._private = private
        self._read: set[int] = set()

    def read(self, node: YamlNode) -> Node:
        self.count += 1
        at = self._locate(node)
        tag = node.tag if node.tag in (RESET, OVERRIDE) else ""
        if isinstance(node, ScalarNode):
            return self._read_scalar_node(node, at, tag)
        # Docker Compose takes `!reset` out of what an anchor names where it is first written:
        # an alias or a merge key that repeats it resets nothing.
        is_repeated = id(node) in self._read
        self._read.add(id(node))
        if isinstance(node, MappingNode):
            if _is_template(node):
                self._add_finding("compose.key", _TEMPLATE, at, "put the value in quotes")
                return Scalar("{{ }}", at, tag)
            items, keys = self._read_mapping(node, is_repeated=is_repeated)
            return Map(items, at, keys, tag)
        items_ = tuple(
            self._read_item(node, index, item)
            for index, item in enumerate(node.value)
            if not (is_repeated and item.tag == RESET)
        )
        return Sequence(items_, at, tag)

    def _read_scalar_node(self, node: ScalarNode, at: Location, tag: str) -> Scalar:
        try:
            value, is_date = _read_scalar(node)
        except ValueError as error:
            self._add_finding("yaml.tag", f"'{node.value}' {error}", at)
            return Scalar(str(node.value), at, tag)
        return Scalar(value, at, tag, is_date=is_date)

    def _read_item(self, parent: YamlNode, index: int, node: YamlNode) -> Node:
        """Read an item of a list; a list that is an alias there has the place of the alias."""
        item = self.read(node)
        used = self._aliases.get((id(parent), index))
        if used is None:
            return item
        return replace(item, at=replace(used, column=0) if self._private else used)

    def _locate(self, node: YamlNode) -> Location:
        at = yaml_nodes.locate(node, self.file)
        return replace(at, column=0) if self._private else at

    def _read_mapping(
        self, node: MappingNode, *, is_repeated: bool
    ) -> tuple[dict[str, Node], dict[str, Location]]:
        items: dict[str, Node] = {}
        keys: dict[str, Location] = {}
        merged: list[Map] = []
        for key_node, value_node in node.value:
            at = self._locate(key_node)
            if not isinstance(key_node, ScalarNode):
                hint = "a list or a mapping cannot be a key; put '{{ }}' of a template in quotes"
                self._add_finding("compose.key", "a key must be plain text", at, hint)
                continue
            key = self._read_key(key_node, at)
            if key in keys:
                first = keys[key].line
                self._add_finding(
                    "yaml.duplicate-key", f"duplicate key '{key}' (first on line {first})", at
                )
                continue
            if is_repeated and value_node.tag == RESET:
                continue
            keys[key] = at
            if yaml_nodes.is_merge_key(key_node):
                merged += self._list_merged(value_node)
                continue
            items[key] = self.read(value_node)
        _merge_inherited(items, keys, merged)
        keys.pop("<<", None)
        return items, keys

    def _read_key(self, node: ScalarNode, at: Location) -> str:
        """Return the text of a key; Docker Compose refuses keys that are numbers or dates."""
        try:
            value, is_date = _read_scalar(node)
        except ValueError as error:
            self._add_finding("yaml.tag", f"key '{node.value}' {error}", at)
            return str(node.value)
        if isinstance(value, str) and not is_date:
            return value
        self._add_finding("compose.key", f"key {node.value} must be text; put it in quotes", at)
        return str(node.value)

    def _list_merged(self, node: YamlNode) -> list[Map]:
        candidates = node.value if isinstance(node, SequenceNode) else [node]
        if isinstance(node, SequenceNode):  # in a list of mappings, Docker Compose resets nothing
            self._read.update(map(id, candidates))
        found = [self.read(candidate) for candidate in candidates]
        for candidate in found:
            if not isinstance(candidate, Map):
                message = "'<<' must be a mapping or a list of mappings"
                self._add_finding("yaml.merge", message, candidate.at)
        return [candidate for candidate in found if isinstance(candidate, Map)]

    def _add_finding(self, rule: str, message: str, at: Location, hint: str = "") -> None:
        self.findings.append(Finding(rule=rule, message=message, location=at, hint=hint))


def _read_scalar(node: ScalarNode) -> tuple[Plain, bool]:
    """Return what a scalar means, and whether it is a date; raises ValueError for a wrong tag."""
    written, kind = str(node.value), str(node.tag)
    if yaml_nodes.is_plain(node):
        value = read_plain(written)
        return value, isinstance(value, str) and read_date(value) is not None
    value = read_tagged(written, kind.removeprefix(_STANDARD))
    return value, kind == f"{_STANDARD}timestamp" and read_date(written) is not None


def _is_template(node: MappingNode) -> bool:
    """Return whether a mapping is what YAML makes of `{{ NAME }}` without quotes."""
    return len(node.value) == 1 and node.flow_style and isinstance(node.value[0][0], MappingNode)


def _merge_inherited(
    items: dict[str, Node], keys: dict[str, Location], merged: Iterable[Map]
) -> None:
    """Add what merge keys bring, below what is written in the mapping itself."""
    for other in merged:
        for key, value in other.items.items():
            if key not in items:
                items[key] = value
                keys[key] = other.keys[key]
            elif items[key].tag == RESET:  # resets what is older; what is merged stays
                items[key] = replace(value, tag=OVERRIDE)
