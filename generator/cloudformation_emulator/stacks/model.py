"""A stack, what it holds and what happened to it. Values here change as things happen."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.resources import Provisioned
from cloudformation_emulator.stacks.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudformation_emulator.resources import Properties

STACK_TYPE = "AWS::CloudFormation::Stack"


def now() -> datetime.datetime:
    """Give the time for a timestamp."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(slots=True, kw_only=True)
class Resource:
    """A resource of a stack.

    `properties` have their functions resolved and their dynamic references as written; `shown`
    are the same with NoEcho parameters masked, and the only ones that ever leave the engine.
    """

    logical_id: str
    type: str
    definition: Mapping[str, Any]
    properties: Properties
    shown: Properties
    provisioned: Provisioned | None = None
    status: str = ""
    reason: str = ""
    updated: datetime.datetime = field(default_factory=now)

    @property
    def physical_id(self) -> str:
        """What Ref gives; empty while the resource does not exist."""
        return self.provisioned.physical_id if self.provisioned else ""

    @classmethod
    def of(cls, stack: Stack) -> Resource:
        """Give the stack as the resource its own events are about."""
        return cls(
            logical_id=stack.name,
            type=STACK_TYPE,
            definition={},
            properties={},
            shown={},
            provisioned=Provisioned(physical_id=stack.arn),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the stack's history."""

    event_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    properties: str
    token: str
    operation_id: str
    time: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something asked of a stack: its id, its OperationType and the caller's token."""

    kind: str
    token: str = ""
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a stack is to become: the input of a difference and of an execution."""

    template: Template
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...] = ()
    imports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    on_failure: str = ""
    disable_rollback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """What early validation, before anything is compared, has found wrong with a resource."""

    logical_id: str
    type: str
    reason: str
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    time: datetime.datetime = field(default_factory=now)


@dataclass(slots=True, kw_only=True)
class ChangeSet:
    """A proposal under a name, and the difference it makes."""

    arn: str
    name: str
    kind: str
    proposal: Proposal
    token: str
    description: str
    created: datetime.datetime = field(default_factory=now)
    status: str = "CREATE_PENDING"
    reason: str = ""
    execution: str = "UNAVAILABLE"
    executed_by: str = ""
    operation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    invalid: tuple[Invalid, ...] = ()
    changes: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True, kw_only=True)
class Stack:
    """A stack with its resources, outputs, events and change sets.

    `cancelled` is the token of whoever has cancelled the operation that runs.
    """

    arn: str
    name: str
    template: Template = field(default_factory=lambda: Template("", {}))
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    status: str = ""
    reason: str = ""
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    created: datetime.datetime = field(default_factory=now)
    updated: datetime.datetime | None = None
    deleted: datetime.datetime | None = None
    executed: str = ""
    protected: bool = False
    policy: str = ""
    disable_rollback: bool = False
    cancelled: str | None = None
    unfinished: list[Any] = field(default_factory=list)

    @property
    def in_progress(self) -> bool:
        """Tell whether something is happening to the stack right now."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def begin(self, operation: Operation) -> None:
        """Note that an operation begins; events from now on belong to it."""
        self.operations.append(operation)
        self.cancelled = None

    def turn_back(self, token: str) -> None:
        """Note that the operation is cancelled: its events have the canceller's token from now."""
        self.operations[-1] = replace(self.operations[-1], token=token)

    def become(self, status: str, reason: str = "") -> None:
        """Give the stack a status, which is an event."""
        self.status, self.reason = status, reason
        self._record(Resource.of(self), status, reason)

    def note(self, resource: Resource, status: str, reason: str = "") -> None:
        """Give a resource a status, which is an event."""
        resource.status, resource.reason, resource.updated = status, reason, now()
        self._record(resource, status, reason)

    def _record(self, resource: Resource, status: str, reason: str) -> None:
        operation = self.operations[-1] if self.operations else Operation(kind="")
        event = Event(
            event_id=f"{resource.logical_id}-{status}-{uuid.uuid4()}",
            logical_id=resource.logical_id,
            physical_id=resource.physical_id,
            type=resource.type,
            status=status,
            reason=reason,
            properties=json.dumps(resource.shown, sort_keys=True) if resource.shown else "",
            token=operation.token,
            operation_id=operation.operation_id,
            time=now(),
        )
        self.events.append(event)
