"""YAML text as PyYAML's nodes, within limits that keep hostile files cheap.

PyYAML's C parser does the reading; everything it would swallow or choke on (alias bombs, deep
nesting, control characters, other encodings) is refused here, in bounded time.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode

from sslstack import yaml_words
from sslstack.errors import InputError
from sslstack.findings import Location

DEPTH = 100
"""Levels of nesting. The deepest compose file known has eleven."""
NODES = 1_000_000
"""Nodes once every alias is written out; a bomb of nine lines has 10^9."""
PLAIN, QUOTED = "?", "!"
"""The tags of scalars without a tag of their own: without and with quotes."""
STANDARD = "tag:yaml.org,2002:"
"""The prefix of YAML's own tags."""

# Block collections nest by a column a level at least: spaces or the indicators "- ? :".
_DEEP_BLOCK = re.compile(rf"^(?: |[-?:](?=[ \t])|\t){{{DEPTH}}}", re.MULTILINE)
_TOO_DEEP = "exceeded maximum nesting depth"
"""libyaml's words for it."""
_QUOTED_STYLES = frozenset("'\"|>")
_SECOND_ANCHOR = "second occurrence"
"""libyaml's words for an anchor that is defined twice."""
_MERGE = "<<"


class _Parser(yaml.CSafeLoader):
    """Composes nodes and leaves the meaning of plain scalars to the constructor."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:  # noqa: ARG002
        if kind is ScalarNode:
            return PLAIN if implicit[0] else QUOTED
        return f"{STANDARD}{'map' if kind is MappingNode else 'seq'}"

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


def compose(content: bytes, file: str) -> list[Node]:
    """Compose the root node of each document in the content, within all limits.

    Plain scalars have the tag "?", quoted ones "!"; explicit tags are kept as written.
    Raises InputError for anything that is not YAML or asks for too much work.
    """
    text = _decode(content, file)
    _refuse_nesting(text, file)
    try:
        found = _compose_roots(text)
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


def _compose_roots(text: str) -> list[Node]:
    try:
        return _read_roots(_Parser(text))
    except yaml.composer.ComposerError as error:
        if error.problem != _SECOND_ANCHOR:
            raise
        return _read_roots(_AnchorParser(text))


def _read_roots(parser: _Parser) -> list[Node]:
    found = []
    while parser.check_node():
        node = parser.get_node()
        if node is not None:
            found.append(node)
    return found


def is_plain(node: ScalarNode) -> bool:
    """Return whether a scalar is written without quotes and without a tag that names a type."""
    return bool(node.tag == PLAIN and node.style not in _QUOTED_STYLES)


def is_merge_key(node: Node) -> bool:
    """Return whether a key is `<<` without quotes, or tagged `!!merge`.

    https://yaml.org/type/merge.html
    """
    if not isinstance(node, ScalarNode) or node.value != _MERGE:
        return False
    return is_plain(node) or node.tag == f"{STANDARD}merge"


def locate(node: Node, file: str) -> Location:
    """Return the place where a node begins."""
    return Location(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _refuse(
    at: Location, rule: str, message: str, cause: Exception | None = None, *, hint: str = ""
) -> NoReturn:
    raise InputError.at(at, rule, message, hint=hint) from cause


def _decode(content: bytes, file: str) -> str:
    if encoding := yaml_words.find_wide_encoding(content):
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
        return  # the composer reports it, with its place


def _weigh(node: Node, file: str, sizes: dict[int, int], above: frozenset[int], depth: int) -> int:
    """Count the nodes below with every alias written out; each node is visited once."""
    if id(node) in above:
        _refuse(locate(node, file), "yaml.aliases", "an alias contains itself")
    if depth > DEPTH:
        _refuse(locate(node, file), "yaml.nesting", f"nested more than {DEPTH} levels deep")
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
