"""YAML with positions, safe from strangers.

`load` gives plain data and a side table of places, so that whoever judges the data
later, by schema or by hand, can name line and column. Scalars follow the core schema of
YAML 1.2 (section 10.3.2): `yes` and `22:22` are text. PyYAML's C parser does the reading;
everything it would swallow or choke on (alias bombs, deep nesting, duplicate keys,
arbitrary tags) is refused here, in bounded time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sslstack import files, yaml_words
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

DocumentPath = tuple[str | int, ...]
Pair = tuple[Node, Node]

DEPTH = 100
"""Levels of nesting. The deepest compose file known has eleven."""
NODES = 1_000_000
"""Nodes once every alias is written out; a bomb of nine lines has 10^9."""

# Block collections nest by a column a level at least: spaces or the indicators "- ? :".
_DEEP_BLOCK = re.compile(rf"^(?: |[-?:](?=[ \t])|\t){{{DEPTH}}}", re.MULTILINE)
_TOO_DEEP = "exceeded maximum nesting depth"
"""libyaml's words for it."""
_PLAIN = "?"
"""The tag of a scalar written without quotes and without a tag."""
_QUOTED = "!"
_QUOTED_STYLES = frozenset("'\"|>")
_SECOND_ANCHOR = "second occurrence"
"""libyaml's words for an anchor that is defined twice."""
_MERGE = "<<"
_STANDARD = "tag:yaml.org,2002:"

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
    """Plain data, and where each value (`values`) and each mapping key (`keys`) stands.

    `numbers` are the integers that are not written as plain decimals, as 0443 or +1, by text.
    """

    file: str
    data: Any
    values: Mapping[DocumentPath, Location]
    keys: Mapping[DocumentPath, Location]
    numbers: Mapping[DocumentPath, str] = field(default_factory=dict)

    def locate(self, path: DocumentPath) -> Location:
        """Return the place of a value, or of the nearest thing around it that has one."""
        return self._nearest(self.values, path)

    def locate_key(self, path: DocumentPath) -> Location:
        """Return the place of a mapping's key; for a list's item that of the item."""
        return self.keys.get(path) or self._nearest(self.values, path)

    def _nearest(self, table: Mapping[DocumentPath, Location], path: DocumentPath) -> Location:
        for length in range(len(path), -1, -1):
            if found := table.get(path[:length]):
                return found
        return Location(self.file)


def is_below(path: DocumentPath, paths: Collection[DocumentPath]) -> bool:
    """Return whether a path is one of those given, or leads to something inside one of them."""
    return any(path[:length] in paths for length in range(1, len(path) + 1))


class _Parser(yaml.CSafeLoader):
    """Composes nodes and leaves the meaning of plain scalars to whoever constructs."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:  # noqa: ARG002
        if kind is ScalarNode:
            return _PLAIN if implicit[0] else _QUOTED
        return f"{_STANDARD}{'map' if kind is MappingNode else 'seq'}"

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Path resolvers are not used."""

    def ascend_resolver(self) -> None:
        """Path resolvers are not used."""


class _AnchorParser(Composer, _Parser):
    """Composes nodes where an anchor is defined twice: an alias names the nearest above it.

    YAML 1.2, 3.2.2.2. libyaml's composer refuses that, so this one, slower, is PyYAML's.
    """

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()
        if not isinstance(event, yaml.AliasEvent):
            self.anchors.pop(getattr(event, "anchor", None), None)
        return super().compose_node(parent, index)


def load(path: Path, reader: files.Reader) -> Document:
    """Read one YAML document from a file; raises InputError with file, line and column."""
    try:
        content = reader.read(path)
    except OSError as error:
        raise InputError.at(
            Location(str(path)), "file.unreadable", f"cannot be read: {files.reason(error)}"
        ) from error
    return parse(content, str(path))


def parse(content: bytes, file: str) -> Document:
    """Read one YAML document; `file` is the name by which messages call it."""
    roots = nodes(content, file)
    if len(roots) > 1:
        raise InputError.at(
            place(roots[1], file), "yaml.documents", "a second YAML document begins here"
        )
    if not roots:
        return Document(file=file, data=None, values={(): Location(file, 1, 1)}, keys={})
    construction = _Construction(file)
    data = construction.value(roots[0], ())
    if construction.findings:
        raise InputError(construction.findings)
    return Document(
        file=file,
        data=data,
        values=construction.values,
        keys=construction.keys,
        numbers=construction.numbers,
    )


def nodes(content: bytes, file: str) -> list[Node]:
    """Compose the root node of each document in the content, within all limits.

    Plain scalars have the tag "?", quoted ones "!"; explicit tags are kept as written.
    Raises InputError for anything that is not YAML or is made to hurt.
    """
    text = _decode(content, file)
    _refuse_nesting(text, file)
    try:
        found = _compose(text)
    except yaml.MarkedYAMLError as error:
        fault = yaml_words.explain(text, error)
        at = Location(file, fault.line, fault.column) if fault else Location(file)
        words = fault.message if fault else error.problem or error.context or "is not YAML"
        _refuse(at, "yaml.syntax", words, error, hint=fault.hint if fault else "")
    except (yaml.YAMLError, ValueError) as error:
        _refuse(Location(file), "yaml.syntax", str(error).splitlines()[0], error)
    sizes: dict[int, int] = {}
    if sum(_weigh(root, file, sizes, frozenset(), 0) for root in found) > NODES:
        _refuse(
            Location(file),
            "yaml.aliases",
            f"aliases (*name) make this more than {NODES:,} values when written out",
        )
    return found


def _compose(text: str) -> list[Node]:
    try:
        return _roots(_Parser(text))
    except yaml.composer.ComposerError as error:
        if error.problem != _SECOND_ANCHOR:
            raise
        return _roots(_AnchorParser(text))


def _roots(parser: _Parser) -> list[Node]:
    found = []
    while parser.check_node():
        node = parser.get_node()
        if node is not None:
            found.append(node)
    return found


def is_plain(node: ScalarNode) -> bool:
    """Return whether a scalar is written without quotes and without a tag that names a type."""
    return bool(node.tag == _PLAIN and node.style not in _QUOTED_STYLES)


def is_merge_key(node: Node) -> bool:
    """Return whether a key is `<<` without quotes, or tagged `!!merge`.

    https://yaml.org/type/merge.html
    """
    if not isinstance(node, ScalarNode) or node.value != _MERGE:
        return False
    return is_plain(node) or node.tag == f"{_STANDARD}merge"


def place(node: Node, file: str) -> Location:
    """Return the place where a node begins."""
    return Location(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _refuse(
    at: Location, rule: str, message: str, cause: Exception | None = None, *, hint: str = ""
) -> NoReturn:
    raise InputError.at(at, rule, message, hint=hint) from cause


def _decode(content: bytes, file: str) -> str:
    if encoding := yaml_words.wide_encoding(content):
        hint = f"save it as UTF-8; iconv -f {encoding} -t UTF-8 converts it"
        name = encoding.removesuffix("LE").removesuffix("BE")
        _refuse(Location(file, 1, 1), "yaml.encoding", f"is {name}, not UTF-8", hint=hint)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        at = Location(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        hint = "save the file as UTF-8; iconv -f LATIN1 -t UTF-8 converts Western European text"
        _refuse(at, "yaml.encoding", message, error, hint=hint)
    # YAML 1.2, 5.1: C0 controls but tab, LF, CR, and DEL are not allowed.
    if control := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        before_text = text[: control.start()]
        column = control.start() - before_text.rfind("\n")
        at = Location(file, before_text.count("\n") + 1, column)
        message = f"control character U+{ord(control[0]):04X} is not allowed"
        hint = f'delete it, or write it as "\\x{ord(control[0]):02x}" in double quotes'
        _refuse(at, "yaml.encoding", message, hint=hint)
    return text


def _refuse_nesting(text: str, file: str) -> None:
    """Refuse nesting beyond DEPTH before the recursive composer sees it.

    The event parser does not recurse, but costs as much as composing; it runs only over
    text that could nest so deep at all. libyaml may look ahead and give up at a limit of its
    own first (0.2.6: 1,000 levels): what comes before that is deep enough.
    """
    brackets = text.count("[") + text.count("{")
    if brackets <= DEPTH and not _DEEP_BLOCK.search(text):
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_Parser):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH and (mark := event.start_mark):
                at = Location(file, mark.line + 1, mark.column + 1)
                _refuse(at, "yaml.nesting", f"nested more than {DEPTH} levels deep")
    except yaml.MarkedYAMLError as error:
        if error.problem == _TOO_DEEP and error.problem_mark:
            _refuse_nesting(text[: error.problem_mark.index], file)
    except yaml.YAMLError:
        return  # said, with its place, by the composer


def _weigh(node: Node, file: str, sizes: dict[int, int], above: frozenset[int], depth: int) -> int:
    """Count the nodes below with every alias written out; each node is visited once."""
    if id(node) in above:
        _refuse(place(node, file), "yaml.aliases", "an alias stands inside what it names")
    if depth > DEPTH:
        _refuse(place(node, file), "yaml.nesting", f"nested more than {DEPTH} levels deep")
    if (known := sizes.get(id(node))) is not None:
        return known
    if isinstance(node, ScalarNode):
        return 1
    inside = above | {id(node)}
    pairs = isinstance(node, MappingNode)
    children = [child for pair in node.value for child in pair] if pairs else node.value
    size = 1 + sum(_weigh(child, file, sizes, inside, depth + 1) for child in children)
    sizes[id(node)] = size
    return size


class _Construction:
    """Turns nodes into plain data and notes the places."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[DocumentPath, Location] = {}
        self.keys: dict[DocumentPath, Location] = {}
        self.numbers: dict[DocumentPath, str] = {}
        self.findings: list[Finding] = []

    def value(self, node: Node, path: DocumentPath) -> Any:
        self.values[path] = place(node, self.file)
        match node:
            case MappingNode():
                self._expect_tag(node, "map")
                return self._mapping(node, path)
            case SequenceNode():
                self._expect_tag(node, "seq")
                return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
            case ScalarNode():
                data = self._scalar(node)
                if type(data) is int and str(data) != node.value:
                    self.numbers[path] = node.value
                return data
            case _:  # pragma: no cover - there are three kinds of node
                raise AssertionError(node)

    def _mapping(self, node: MappingNode, path: DocumentPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own, inherited = self._pairs(node)
        for is_own, (key_node, value_node) in [
            *((True, pair) for pair in own),
            *((False, pair) for pair in inherited),
        ]:
            if not isinstance(key_node, ScalarNode):
                self._find(key_node, "yaml.key", "a mapping's key must be plain text")
                continue
            key = key_node.value
            if key not in found:
                self.keys[*path, key] = place(key_node, self.file)
                found[key] = self.value(value_node, (*path, key))
            elif is_own:
                first = self.keys[*path, key].line
                self._find(
                    key_node, "yaml.duplicate-key", f"'{key}' stands on line {first} already"
                )
        return found

    def _pairs(self, node: MappingNode) -> tuple[list[Pair], list[Pair]]:
        """Return a mapping's own pairs, and those it takes over by `<<`, nearest first.

        https://yaml.org/type/merge.html: what is written here wins, then the first named.
        """
        own: list[Pair] = []
        inherited: list[Pair] = []
        for key_node, value_node in node.value:
            if not is_merge_key(key_node):
                own.append((key_node, value_node))
                continue
            for mapping in self._merged(value_node):
                for pairs in self._pairs(mapping):
                    inherited += pairs
        return own, inherited

    def _merged(self, node: Node) -> list[MappingNode]:
        candidates = node.value if isinstance(node, SequenceNode) else [node]
        for candidate in candidates:
            if not isinstance(candidate, MappingNode):
                self._find(candidate, "yaml.merge", "'<<' takes a mapping or a list of mappings")
        return [candidate for candidate in candidates if isinstance(candidate, MappingNode)]

    def _scalar(self, node: ScalarNode) -> str | int | float | bool | None:
        if node.tag == _PLAIN:
            return core_schema(node.value)
        if node.tag != _QUOTED:
            self._expect_tag(node, "str")
        return str(node.value)

    def _expect_tag(self, node: Node, name: str) -> None:
        if node.tag != _STANDARD + name:
            shown = node.tag.replace(_STANDARD, "!!")
            self._find(node, "yaml.tag", f"the tag {shown} means nothing here")

    def _find(self, node: Node, rule: str, message: str) -> None:
        self.findings.append(Finding(rule=rule, message=message, location=place(node, self.file)))


def core_schema(text: str) -> str | int | float | bool | None:
    """Return what a plain scalar means in YAML 1.2's core schema.

    Numbers of more than 64 characters stay text: nobody means them, and turning them into
    integers takes time that grows with the square of their length.
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
