"""The difference between two templates, as a value."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.changes import Action, ResourceChange


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """A changed entry of a section other than Resources: a parameter, an output, a condition."""

    section: str
    name: str
    action: Action
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Everything that differs; resources that are replaced or removed come first."""

    resources: tuple[ResourceChange, ...] = ()
    entries: tuple[EntryChange, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.resources or self.entries)


class Effect(enum.StrEnum):
    """What a consequence means for clients, the gravest first: the order of every list.

    `exposed`: public clients can newly reach a well-known port. `removed`: something that
    clients use is removed for good. `outage`: it is interrupted for a time.
    """

    EXPOSED = "exposed"
    WEAKER = "weaker"
    REMOVED = "removed"
    OUTAGE = "outage"
    CHANGE = "change"
    STRONGER = "stronger"


FAILING = (Effect.EXPOSED, Effect.WEAKER, Effect.REMOVED, Effect.OUTAGE)
"""Effects at which `diff --fail-on` can fail."""
_GRAVITY = tuple(Effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One consequence: a stable kind, the part it is about, the message, and the effect."""

    kind: str
    subject: str
    message: str
    effect: Effect = Effect.CHANGE


def sort_consequences(found: Iterable[Consequence]) -> tuple[Consequence, ...]:
    """Sort by gravity, then by subject; without duplicates."""
    return tuple(
        sorted(dict.fromkeys(found), key=lambda one: (_GRAVITY.index(one.effect), one.subject))
    )
