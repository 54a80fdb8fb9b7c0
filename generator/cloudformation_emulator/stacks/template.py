"""A template as it was sent, read and judged as far as CloudFormation judges it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.stacks.errors import invalid
from cloudformation_emulator.stacks.graph import references
from cloudformation_emulator.stacks.text import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY_LIMIT = 51_200
"""Bytes of TemplateBody; larger ones come by TemplateURL (cloudformation-limits)."""
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName",
        "URLSuffix",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """The text as GetTemplate gives it back, and the data in it."""

    text: str
    data: Mapping[str, Any]

    def section(self, name: str) -> Mapping[str, Any]:
        """Give a section, empty where the template has none."""
        found: Mapping[str, Any] = self.data.get(name) or {}
        return found


def read(text: str) -> Template:
    """Read a template's text; raises ValidationError as CreateChangeSet does."""
    template = Template(text, parse(text))
    resources = template.section("Resources")
    if not resources:
        raise invalid("Template format error: At least one Resources member must be defined.")
    for name, definition in resources.items():
        if not isinstance(definition, dict) or "Type" not in definition:
            raise invalid(
                f"Template format error: [/Resources/{name}] Every Resources object must "
                "contain a Type member."
            )
    _refuse_unresolved(template)
    return template


def _refuse_unresolved(template: Template) -> None:
    """Refuse a reference to what the template does not have."""
    known = {*template.section("Resources"), *template.section("Parameters"), *PSEUDO}
    for block in ("Resources", "Outputs"):
        section = template.section(block)
        names = {one.name for one in references(section)}
        for definition in section.values():
            names |= set(depends_on(definition))
        if missing := sorted(names - known):
            raise invalid(
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(missing)}] in the {block} block of the template"
            )


def depends_on(definition: Mapping[str, Any]) -> list[str]:
    """Give what a resource waits for without referring to it."""
    named = definition.get("DependsOn", [])
    return [named] if isinstance(named, str) else list(named)
