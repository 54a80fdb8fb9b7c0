"""What changes in a stack, in CloudFormation's words.

The difference that a review predicts and the change set that CloudFormation proposes are
values of the same types, so that they share one view and can be compared.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Action(enum.StrEnum):
    """What happens to a resource (ResourceChange.Action in the API reference)."""

    ADD = "Add"
    MODIFY = "Modify"
    REMOVE = "Remove"
    IMPORT = "Import"
    DYNAMIC = "Dynamic"
    SYNC = "SyncWithActual"


class Replacement(enum.StrEnum):
    """Whether a new resource takes the place of the old one (ResourceChange.Replacement)."""

    TRUE = "True"
    CONDITIONAL = "Conditional"
    FALSE = "False"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """One property of a resource before and after.

    `path` is a JSON pointer within the resource, as `ResourceTargetDefinition.Path` has it:
    `/Properties/Listeners/0/SSLCertificateId`. A side is None where the property is absent
    there. `cause` names the resource or parameter whose change brings this one about; empty
    when the property itself was edited. `label` is the path with what names the entry of a list
    in place of its number, as `/Properties/Listeners/443/SSLCertificateId`; empty where there is
    no such name.
    """

    path: str
    before: Any = None
    after: Any = None
    replacement: Replacement = Replacement.FALSE
    cause: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """What happens to one resource.

    `action` and `replacement` are text where CloudFormation has a word that is not known
    here: it is shown as it stands. `replacement` is None where the question does not arise.
    `retained` tells of what is removed that it goes on, outside the stack.
    """

    logical_id: str
    type: str
    action: Action | str
    replacement: Replacement | str | None = None
    properties: tuple[PropertyChange, ...] = ()
    physical_id: str = ""
    retained: bool = False

    @property
    def replaces(self) -> bool:
        """Tell whether the resource is, or may be, replaced."""
        return self.replacement in (Replacement.TRUE, Replacement.CONDITIONAL)


_ACTIONS: Mapping[str, int] = {
    Action.REMOVE: 2, Action.DYNAMIC: 3, Action.MODIFY: 4, Action.SYNC: 4, Action.IMPORT: 5,
    Action.ADD: 6,
}  # fmt: skip
_UNKNOWN = 3


def by_gravity(changes: Iterable[ResourceChange]) -> tuple[ResourceChange, ...]:
    """Sort changes: what is replaced, what may be, what is removed, then the rest."""
    return tuple(sorted(changes, key=lambda change: (_gravity(change), change.logical_id)))


def _gravity(change: ResourceChange) -> int:
    if change.replacement == Replacement.TRUE:
        return 0
    if change.replacement == Replacement.CONDITIONAL:
        return 1
    return _ACTIONS.get(change.action, _UNKNOWN)
