"""One template before and after, with everything a reviewer asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.diff import facts
from sslstack.diff.compare import compare
from sslstack.diff.consequences import consequences
from sslstack.diff.model import Effect

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sslstack.diff.facts import Facts
    from sslstack.diff.model import Consequence, Diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A template as text and as mapping, and what it says about those who connect."""

    text: str
    template: Mapping[str, Any]
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The difference between two sides of a template; `base` says what the first one is."""

    template: str
    base: str
    before: Side
    after: Side
    diff: Diff
    consequences: tuple[Consequence, ...]

    @property
    def weaker(self) -> bool:
        """Tell whether anything becomes weaker."""
        return self.has({Effect.WEAKER})

    def has(self, effects: Collection[Effect]) -> bool:
        """Tell whether any consequence has one of some effects."""
        return any(one.effect in effects for one in self.consequences)


def side(text: str, template: Mapping[str, Any]) -> Side:
    """Read one side."""
    return Side(text=text, template=template, facts=facts.read(template))


def review(template: str, base: str, before: Side, after: Side) -> Review:
    """Compare two sides of the template that stands at a path."""
    diff = compare(before.template, after.template)
    return Review(
        template=template,
        base=base,
        before=before,
        after=after,
        diff=diff,
        consequences=consequences(diff, before.template, after.template),
    )
