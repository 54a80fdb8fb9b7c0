"""What the calls about events answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudformation_emulator.stacks.answers import page, present
from cloudformation_emulator.stacks.errors import missing_stack

if TYPE_CHECKING:
    from cloudformation_emulator.stacks.answers import Answer
    from cloudformation_emulator.stacks.model import ChangeSet, Event, Invalid, Stack
    from cloudformation_emulator.stacks.proposals import Request
    from cloudformation_emulator.stacks.region import Region


def stack_events(region: Region, request: Request) -> Answer:
    """DescribeStackEvents, the latest first."""
    stack = region.stack(request["StackName"])
    events = [_event(stack, one) for one in reversed(stack.events)]
    return page(region, request, {}, "StackEvents", events)


def events(region: Region, request: Request) -> Answer:
    """DescribeEvents: of a stack, of an operation, of the making of a change set."""
    if name := request.get("ChangeSetName"):
        stack, proposed = region.change_set(name, request.get("StackName"))
        refused = [_refused(stack, proposed, one) for one in proposed.invalid]
        return page(region, request, {}, "OperationEvents", refused)
    stack = _stack_of_events(region, request)
    operation = request.get("OperationId")
    failed_only = (request.get("Filters") or {}).get("FailedEvents")
    kinds = {one.operation_id: one.kind for one in stack.operations}
    found = [
        {
            **_event(stack, one),
            "OperationType": kinds.get(one.operation_id, ""),
            "EventType": "PROVISIONING_ERROR" if _is_failure(one) else "STACK_EVENT",
        }
        for one in reversed(stack.events)
        if operation in (None, one.operation_id) and (_is_failure(one) or not failed_only)
    ]
    return page(region, request, {}, "OperationEvents", found)


def _stack_of_events(region: Region, request: Request) -> Stack:
    if name := request.get("StackName"):
        return region.stack(name)
    wanted = request.get("OperationId")
    for stack in region.stacks.values():
        if any(one.operation_id == wanted for one in stack.operations):
            return stack
    raise missing_stack(str(wanted))


def _is_failure(event: Event) -> bool:
    return event.status.endswith("_FAILED")


def _event(stack: Stack, event: Event) -> Answer:
    return present(
        StackId=stack.arn,
        StackName=stack.name,
        EventId=event.event_id,
        OperationId=event.operation_id,
        LogicalResourceId=event.logical_id,
        PhysicalResourceId=event.physical_id,
        ResourceType=event.type,
        Timestamp=event.time,
        ResourceStatus=event.status,
        ResourceStatusReason=event.reason or None,
        ResourceProperties=event.properties or None,
        ClientRequestToken=event.token or None,
    )


def _refused(stack: Stack, proposed: ChangeSet, found: Invalid) -> Answer:
    return {
        "EventId": found.event_id,
        "StackId": stack.arn,
        "OperationId": proposed.operation_id,
        "OperationType": "CREATE_CHANGESET",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": found.logical_id,
        "ResourceType": found.type,
        "Timestamp": found.time,
        "ValidationFailureMode": "FAIL",
        "ValidationName": "PROPERTY_VALIDATION",
        "ValidationPath": f"/Resources/{found.logical_id}/Properties",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": found.reason,
    }
