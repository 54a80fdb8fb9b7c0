"""A template's text as CloudFormation reads it: YAML 1.1, with tags for functions.

Source: the guide's page template-formats. Dates stay text; YAML aliases are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cloudformation_emulator.stacks.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONG_FORMS = {"!Ref": "Ref", "!Condition": "Condition"}
"""The tags whose long form does not begin with `Fn::`."""
_STANDARD = "tag:yaml.org,2002:"
_TYPED = frozenset(f"{_STANDARD}{name}" for name in ("null", "bool", "int", "float"))
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it: it takes a tenth of the time."""


def parse(text: str) -> Mapping[str, Any]:
    """Read YAML or JSON, functions in their long form; raises ValidationError."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        _refuse_aliases(text)
        data = _Reader(loader).value(root) if root is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise invalid(f"Template format error: YAML not well-formed. ({reason})") from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise invalid("Template format error: unsupported structure.")
    return data


def _refuse_aliases(text: str) -> None:
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
        raise invalid("Template error: YAML aliases are not allowed in CloudFormation templates")


class _Reader:
    """Gives plain data for nodes of one document."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def value(self, node: Node) -> Any:
        """Give a node's data; a tag of a function becomes a mapping with its long name."""
        content = self._content(node)
        if node.tag == "!" or node.tag.startswith(_STANDARD):
            return content
        name = _LONG_FORMS.get(node.tag) or f"Fn::{node.tag.removeprefix('!')}"
        if name == "Fn::GetAtt" and isinstance(content, str):
            content = content.split(".", 1)
        return {name: content}

    def _content(self, node: Node) -> Any:
        match node:
            case MappingNode():
                return {str(key.value): self.value(entry) for key, entry in node.value}
            case SequenceNode():
                return [self.value(entry) for entry in node.value]
            case ScalarNode() if node.tag in _TYPED:
                return self._loader.construct_object(node)
        return str(node.value)
