"""What a kind of resource can do, and what the engine knows of each one it made."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

Properties = dict[str, Any]
_ALPHABET = string.ascii_letters + string.digits


class ProvisioningError(Exception):
    """A resource cannot be made, changed or deleted; the text is the event's reason."""


class ReplacementNeededError(Exception):
    """A change in place is not possible: the engine makes a new resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where and for whom a resource is made."""

    account: str
    region: str
    stack_name: str
    stack_id: str
    logical_id: str
    tags: Mapping[str, str]

    def name(self, length: int) -> str:
        """Give a new physical name as CloudFormation does: stack, logical ID, random text."""
        random = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        room = length - len(random) - 2
        stack = self.stack_name[: max(room - len(self.logical_id), room // 2)]
        return f"{stack}-{self.logical_id[: room - len(stack)]}-{random}"

    def all_tags(self, own: list[dict[str, str]]) -> dict[str, str]:
        """Give a resource's tags: its own, the stack's and CloudFormation's three."""
        return {
            **self.tags,
            **{tag["Key"]: str(tag["Value"]) for tag in own},
            "aws:cloudformation:stack-name": self.stack_name,
            "aws:cloudformation:stack-id": self.stack_id,
            "aws:cloudformation:logical-id": self.logical_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """A resource that exists: what Ref and GetAtt give, and moto's model where it has one."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    model: Any = None


class Kind(Protocol):
    """A resource type: its handlers in CloudFormation's words."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Make a resource."""
        ...

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Change a resource in place, or raise ReplacementNeededError."""
        ...

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a resource; one that is gone already is no error."""
        ...

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a resource that exists, for an import; raises ProvisioningError if there is none."""
        ...
