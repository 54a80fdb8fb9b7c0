"""Template text: written for a reviewer, the same bytes on every machine.

Sections are in AWS's order, Type before Properties, one blank line between resources,
intrinsics in short form, PEM as literal blocks. `loads` reads back what `dumps` wrote.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from sslstack import yaml_nodes
from sslstack.errors import InputError
from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECTIONS = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
)
_SPACED = frozenset({"Parameters", "Mappings", "Resources", "Outputs"})
_ENTRY = (
    "Type",
    "Condition",
    "DependsOn",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "Properties",
)
_SHORT = {"Ref": "!Ref", "Condition": "!Condition"}
_LONG = {tag: name for name, tag in _SHORT.items()}
_FUNCTION = re.compile(r"Fn::([A-Za-z]+(?:::[A-Za-z]+)?)")
_PLAIN = re.compile(r"[A-Za-z0-9_/.(][ -~]*")
_NOT_PLAIN = re.compile(r": |:$| #|\s$|^(---|\.\.\.)")
_LITERAL = re.compile(r"[!-~](?:[\t\n -~]*[!-~])?\n?")
_RESOLVER = Resolver()
_TRAILING = re.compile(r"[ \t]\n")
_STANDARD = "tag:yaml.org,2002:"
_TEXT = "str"
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f-\xa0\ud800-\uf8ff\u2028\u2029\ufeff\ufffe\uffff]')
"""What double quotes must escape; the same set in every version of Unicode."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_TWO_DIGITS = 0x100


def dumps(template: Mapping[str, Any], header: str = "") -> str:
    """Write a template as YAML; `header` becomes comment lines above it."""
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    for section in sorted(template, key=_rank(_SECTIONS)):
        if lines and section != "Description":
            lines.append("")
        lines += _section(section, template[section])
    return "\n".join(lines) + "\n"


def loads(text: str, file: str = "template") -> dict[str, Any]:
    """Read a template, JSON or YAML, with intrinsics in their long form.

    Raises InputError where the text is not YAML, or is not one mapping.
    """
    roots = yaml_nodes.compose(text.encode("utf-8", "surrogatepass"), file)
    value = _construct(roots[0], file) if len(roots) == 1 else None
    if not isinstance(value, dict):
        raise InputError.at(Location(file), "template.form", "a template must be one mapping")
    return value


def _rank(order: tuple[str, ...]) -> Any:
    """Return a sort key: known names in their order, then the others as they come."""
    return lambda name: order.index(name) if name in order else len(order)


def _section(name: str, value: Any) -> Iterator[str]:
    if name not in _SPACED or not isinstance(value, dict) or not value:
        yield from _pair(name, value, "")
        return
    yield f"{name}:"
    for index, (key, entry) in enumerate(value.items()):
        if index and name == "Resources":
            yield ""
        ordered = entry
        if isinstance(entry, dict):
            ordered = {k: entry[k] for k in sorted(entry, key=_rank(_ENTRY))}
        yield from _pair(key, ordered, "  ")


def _pair(key: str, value: Any, indent: str) -> Iterator[str]:
    yield from _node(value, indent, f"{indent}{_scalar(key)}:")


def _node(value: Any, indent: str, before: str) -> Iterator[str]:
    """Write a value after `before`: on the same line if it fits, else on lines below."""
    tag, value = _tagged(value)
    start = f"{before} {tag}".rstrip() if tag else before
    inner = indent + "  "
    if isinstance(value, dict) and value:
        yield start
        for key, item in value.items():
            yield from _pair(key, item, inner)
    elif isinstance(value, list) and value:
        yield start
        for item in value:
            yield from _item(item, inner)
    elif isinstance(value, str) and _fits_literal(value):
        chomping = "" if value.endswith("\n") else "-"
        yield f"{start} |{chomping}"
        yield from (inner + line if line else "" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{start} {_scalar(value)}"


def _item(value: Any, indent: str) -> Iterator[str]:
    """Write an item of a list; a mapping begins on the line of its dash."""
    tag, content = _tagged(value)
    if tag or not isinstance(content, dict) or not content:
        yield from _node(value, indent, f"{indent}-")
        return
    lines = [line for key, item in content.items() for line in _pair(key, item, indent + "  ")]
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _tagged(value: Any) -> tuple[str, Any]:
    """Split an intrinsic into its short tag and its argument; `("", value)` for the rest.

    YAML allows no tag on a tag, so an intrinsic directly inside one stays long.
    """
    if not isinstance(value, dict) or len(value) != 1:
        return "", value
    ((name, argument),) = value.items()
    function = _FUNCTION.fullmatch(str(name))
    tag = _SHORT.get(name) or (f"!{function[1]}" if function else "")
    takes = (str,) if name in _SHORT else (str, list, dict)
    if not tag or not isinstance(argument, takes) or _tagged(argument)[0]:
        return "", value
    if name == "Fn::GetAtt":
        return (tag, ".".join(argument)) if _is_attribute(argument) else ("", value)
    return tag, argument


def _is_attribute(argument: Any) -> bool:
    """Return whether the argument of GetAtt can be written `Resource.Attribute`."""
    return (
        isinstance(argument, list)
        and len(argument) == 2  # noqa: PLR2004 - resource and attribute
        and all(isinstance(part, str) and part for part in argument)
        and "." not in argument[0]
    )


def _fits_literal(value: str) -> bool:
    """Return whether every YAML parser reads exactly this text from a literal block."""
    return "\n" in value and bool(_LITERAL.fullmatch(value)) and not _TRAILING.search(value)


def _scalar(value: Any) -> str:
    """Write a scalar on one line: plain if YAML 1.1 reads it back as text, else quoted."""
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")  # YAML 1.1 requires the point
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = _PLAIN.fullmatch(value) and not _NOT_PLAIN.search(value)
    if is_plain and _meaning(value) == _TEXT:
        return value
    return f'"{_SPECIAL.sub(_escaped, value)}"'


def _escaped(match: re.Match[str]) -> str:
    """Escape a character within double quotes: YAML 1.2, section 5.7."""
    character = match[0]
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\x{code:02x}" if code < _TWO_DIGITS else f"\\u{code:04x}"


def _meaning(text: str) -> str:
    """Return the tag of a plain scalar in YAML 1.1, which CloudFormation uses."""
    tag: str = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag.removeprefix(_STANDARD)


def _construct(node: Node, file: str) -> Any:
    """Return a node as plain data, with CloudFormation's tags in long form."""
    value: Any
    match node:
        case MappingNode():
            value = {str(key.value): _construct(item, file) for key, item in node.value}
        case SequenceNode():
            value = [_construct(item, file) for item in node.value]
        case _:
            value = _plain(node.value) if node.tag == "?" else str(node.value)
    if node.tag in ("?", "!") or node.tag.startswith(_STANDARD):
        return value
    name = _LONG.get(node.tag) or f"Fn::{node.tag.removeprefix('!')}"
    if name == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name: value}


def _plain(text: str) -> Any:
    """Read a plain scalar as CloudFormation does: as YAML 1.1, but dates stay text."""
    if _meaning(text) in ("str", "timestamp", "value", "merge"):
        return text
    return yaml.safe_load(text) if text else None
