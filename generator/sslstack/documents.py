"""YAML with positions, safe for untrusted input.

`load` returns plain data and a side table of places, so that later checks, by schema or by
hand, can name line and column. Scalars follow the core schema of YAML 1.2 (section 10.3.2):
`yes` and `22:22` are text. Duplicate keys and arbitrary tags are refused here; `yaml_nodes`
refuses what is hostile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sslstack import files, yaml_nodes
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

DocumentPath = tuple[str | int, ...]
Pair = tuple[Node, Node]

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Plain data, and the places of each value (`values`) and of each mapping key (`keys`).

    `numbers` are the integers that are not written as plain decimals, as 0443 or +1, by text.
    """

    file: str
    data: Any
    values: Mapping[DocumentPath, Location]
    keys: Mapping[DocumentPath, Location]
    numbers: Mapping[DocumentPath, str] = field(default_factory=dict)

    def locate(self, path: DocumentPath) -> Location:
        """Return the place of a value, or of the nearest thing around it that has one."""
        return self._find_nearest(self.values, path)

    def locate_key(self, path: DocumentPath) -> Location:
        """Return the place of a mapping's key; for a list's item that of the item."""
        return self.keys.get(path) or self._find_nearest(self.values, path)

    def _find_nearest(self, table: Mapping[DocumentPath, Location], path: DocumentPath) -> Location:
        for length in range(len(path), -1, -1):
            if found := table.get(path[:length]):
                return found
        return Location(self.file)


def is_below(path: DocumentPath, paths: Collection[DocumentPath]) -> bool:
    """Return whether a path is one of those given, or leads to something inside one of them."""
    return any(path[:length] in paths for length in range(1, len(path) + 1))


def load(path: Path, reader: files.Reader) -> Document:
    """Read one YAML document from a file; raises InputError with file, line and column."""
    try:
        content = reader.read(path)
    except OSError as error:
        raise InputError.at(
            Location(str(path)), "file.unreadable", f"cannot be read: {files.describe_error(error)}"
        ) from error
    return parse(content, str(path))


def parse(content: bytes, file: str) -> Document:
    """Read one YAML document; `file` is the name by which messages call it."""
    roots = yaml_nodes.compose(content, file)
    if len(roots) > 1:
        raise InputError.at(
            yaml_nodes.locate(roots[1], file),
            "yaml.documents",
            "a second YAML document begins here",
        )
    if not roots:
        return Document(file=file, data=None, values={(): Location(file, 1, 1)}, keys={})
    construction = _Construction(file)
    data = construction.read(roots[0], ())
    if construction.findings:
        raise InputError(construction.findings)
    return Document(
        file=file,
        data=data,
        values=construction.values,
        keys=construction.keys,
        numbers=construction.numbers,
    )


class _Construction:
    """Turns nodes into plain data and keeps their places."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[DocumentPath, Location] = {}
        self.keys: dict[DocumentPath, Location] = {}
        self.numbers: dict[DocumentPath, str] = {}
        self.findings: list[Finding] = []

    def read(self, node: Node, path: DocumentPath) -> Any:
        self.values[path] = yaml_nodes.locate(node, self.file)
        match node:
            case MappingNode():
                self._expect_tag(node, "map")
                return self._read_mapping(node, path)
            case SequenceNode():
                self._expect_tag(node, "seq")
                return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
            case ScalarNode():
                data = self._read_scalar(node)
                if type(data) is int and str(data) != node.value:
                    self.numbers[path] = node.value
                return data
            case _:  # pragma: no cover - there are three kinds of node
                raise AssertionError(node)

    def _read_mapping(self, node: MappingNode, path: DocumentPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own, inherited = self._split_pairs(node)
        for is_own, (key_node, value_node) in [
            *((True, pair) for pair in own),
            *((False, pair) for pair in inherited),
        ]:
            if not isinstance(key_node, ScalarNode):
                self._add_finding(key_node, "yaml.key", "a mapping's key must be plain text")
                continue
            key = key_node.value
            if key not in found:
                self.keys[*path, key] = yaml_nodes.locate(key_node, self.file)
                found[key] = self.read(value_node, (*path, key))
            elif is_own:
                first = self.keys[*path, key].line
                self._add_finding(
                    key_node, "yaml.duplicate-key", f"duplicate key '{key}' (first on line {first})"
                )
        return found

    def _split_pairs(self, node: MappingNode) -> tuple[list[Pair], list[Pair]]:
        """Return a mapping's own pairs, and those it inherits by `<<`, nearest first.

        https://yaml.org/type/merge.html: what is written here wins, then the first named.
        """
        own: list[Pair] = []
        inherited: list[Pair] = []
        for key_node, value_node in node.value:
            if not yaml_nodes.is_merge_key(key_node):
                own.append((key_node, value_node))
                continue
            for mapping in self._list_merged(value_node):
                for pairs in self._split_pairs(mapping):
                    inherited += pairs
        return own, inherited

    def _list_merged(self, node: Node) -> list[MappingNode]:
        candidates = node.value if isinstance(node, SequenceNode) else [node]
        for candidate in candidates:
            if not isinstance(candidate, MappingNode):
                self._add_finding(
                    candidate, "yaml.merge", "'<<' must be a mapping or a list of mappings"
                )
        return [candidate for candidate in candidates if isinstance(candidate, MappingNode)]

    def _read_scalar(self, node: ScalarNode) -> str | int | float | bool | None:
        if node.tag == yaml_nodes.PLAIN:
            return read_scalar(node.value)
        if node.tag != yaml_nodes.QUOTED:
            self._expect_tag(node, "str")
        return str(node.value)

    def _expect_tag(self, node: Node, name: str) -> None:
        if node.tag != yaml_nodes.STANDARD + name:
            shown = node.tag.replace(yaml_nodes.STANDARD, "!!")
            self._add_finding(node, "yaml.tag", f"unsupported tag {shown}")

    def _add_finding(self, node: Node, rule: str, message: str) -> None:
        self.findings.append(
            Finding(rule=rule, message=message, location=yaml_nodes.locate(node, self.file))
        )


def read_scalar(text: str) -> str | int | float | bool | None:
    """Return what a plain scalar means in YAML 1.2's core schema.

    Numbers of more than 64 characters stay text: they are not meant as numbers, and converting them
    takes time that grows with the square of their length.
    """
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > _NUMBER_LENGTH:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NO_NUMBER.fullmatch(text):
        return float(text.replace(".", ""))
    return text
