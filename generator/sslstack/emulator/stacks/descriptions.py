"""What the describe, list and get calls answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.emulator.stacks import parameters, proposals, template
from sslstack.emulator.stacks.errors import invalid, missing_stack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sslstack.emulator.stacks.model import ChangeSet, Event, Invalid, Resource, Stack
    from sslstack.emulator.stacks.proposals import Request
    from sslstack.emulator.stacks.region import Region

Answer = dict[str, Any]
_VALUES = ("Path", "BeforeValue", "AfterValue", "AttributeChangeType")
"""What of a detail's target is told only with IncludePropertyValues."""
_CONTEXTS = ("BeforeContext", "AfterContext")
_TOLD = 100
"""How many DescribeStackResources tells of at most."""
_RECENT = 2
"""How many operations LastOperations holds at most."""


def change_set(region: Region, request: Request) -> Answer:
    """DescribeChangeSet, a page of changes at a time."""
    stack, found = region.change_set(request["ChangeSetName"], request.get("StackName"))
    changes = [_resource_change(one, request) for one in found.changes]
    proposal = found.proposal
    answer = {
        **_summary(stack, found),
        "Parameters": _parameters(proposal.template, proposal.parameters),
        "Tags": _tags(proposal.tags),
        "Capabilities": list(proposal.capabilities),
        "NotificationARNs": [],
        "RollbackConfiguration": {},
    }
    if proposal.on_failure:
        answer["OnStackFailure"] = proposal.on_failure
    return _page(region, request, answer, "Changes", changes)


def change_sets(region: Region, request: Request) -> Answer:
    """ListChangeSets."""
    stack = region.stack(request["StackName"])
    summaries = [_summary(stack, one) for one in stack.change_sets.values()]
    return _page(region, request, {}, "Summaries", summaries)


def stacks(region: Region, request: Request) -> Answer:
    """DescribeStacks; without a name, all that are not deleted."""
    if name := request.get("StackName"):
        return {"Stacks": [_stack(region.stack(name))]}
    living = [_stack(one) for one in region.stacks.values() if one.deleted is None]
    return _page(region, request, {}, "Stacks", living)


def stack_summaries(region: Region, request: Request) -> Answer:
    """ListStacks."""
    wanted = request.get("StackStatusFilter")
    summaries = [
        _present(
            StackId=one.arn,
            StackName=one.name,
            TemplateDescription=one.template.section("Description") or None,
            CreationTime=one.created,
            LastUpdatedTime=one.updated,
            DeletionTime=one.deleted,
            StackStatus=one.status,
            StackStatusReason=one.reason or None,
        )
        for one in region.stacks.values()
        if not wanted or one.status in wanted
    ]
    return _page(region, request, {}, "StackSummaries", summaries)


def stack_events(region: Region, request: Request) -> Answer:
    """DescribeStackEvents, the latest first."""
    stack = region.stack(request["StackName"])
    events = [_event(stack, one) for one in reversed(stack.events)]
    return _page(region, request, {}, "StackEvents", events)


def events(region: Region, request: Request) -> Answer:
    """DescribeEvents: of a stack, of an operation, of the making of a change set."""
    if name := request.get("ChangeSetName"):
        stack, proposed = region.change_set(name, request.get("StackName"))
        refused = [_refused(stack, proposed, one) for one in proposed.invalid]
        return _page(region, request, {}, "OperationEvents", refused)
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
    return _page(region, request, {}, "OperationEvents", found)


def resources(region: Region, request: Request) -> Answer:
    """DescribeStackResources: of a stack, by its name or by what it has made, the first hundred.

    With a physical ID all of the stack's resources are told as well, and a deleted stack's
    still: the API reference. Of one resource where its logical ID is given.
    """
    name = request.get("PhysicalResourceId")
    stack = region.stack_of(name) if name else region.stack(request["StackName"])
    wanted = request.get("LogicalResourceId")
    told = [
        {"StackId": stack.arn, "StackName": stack.name, **_resource(one, "Timestamp")}
        for one in stack.resources.values()
        if wanted in (None, one.logical_id)
    ]
    return {"StackResources": told[:_TOLD]}


def resource(region: Region, request: Request) -> Answer:
    """DescribeStackResource."""
    stack, name = region.stack(request["StackName"]), request["LogicalResourceId"]
    if name not in stack.resources:
        raise invalid(f"Resource {name} does not exist for stack {stack.name}")
    detail = _resource(stack.resources[name], "LastUpdatedTimestamp")
    return {"StackResourceDetail": {"StackId": stack.arn, "StackName": stack.name, **detail}}


def resource_summaries(region: Region, request: Request) -> Answer:
    """ListStackResources."""
    stack = region.stack(request["StackName"])
    found = [_resource(one, "LastUpdatedTimestamp") for one in stack.resources.values()]
    return _page(region, request, {}, "StackResourceSummaries", found)


def template_text(region: Region, request: Request) -> Answer:
    """GetTemplate: the text as it was sent, of the stack or of a change set."""
    if name := request.get("ChangeSetName"):
        _, found = region.change_set(name, request.get("StackName"))
        text = found.proposal.template.text
    else:
        text = region.stack(request["StackName"]).template.text
    return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}


def template_summary(region: Region, request: Request) -> Answer:
    """GetTemplateSummary and ValidateTemplate."""
    if name := request.get("StackName"):
        found = region.stack(name).template
    else:
        found = template.read(proposals.body(region, request))
    declared = found.section("Parameters")
    return {
        "Description": found.data.get("Description", ""),
        "Parameters": [_declared(name, entry) for name, entry in declared.items()],
        "ResourceTypes": sorted({one["Type"] for one in found.section("Resources").values()}),
    }


def policy(region: Region, request: Request) -> Answer:
    """GetStackPolicy."""
    return _present(StackPolicyBody=region.stack(request["StackName"]).policy or None)


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


def _summary(stack: Stack, found: ChangeSet) -> Answer:
    return _present(
        StackId=stack.arn,
        StackName=stack.name,
        ChangeSetId=found.arn,
        ChangeSetName=found.name,
        ExecutionStatus=found.execution,
        Status=found.status,
        StatusReason=found.reason or None,
        CreationTime=found.created,
        Description=found.description or None,
        IncludeNestedStacks=False,
    )


def _stack(stack: Stack) -> Answer:
    last = reversed(stack.operations[-_RECENT:])
    return _present(
        StackId=stack.arn,
        StackName=stack.name,
        ChangeSetId=stack.executed or None,
        Description=stack.template.data.get("Description"),
        Parameters=_parameters(stack.template, stack.parameters),
        CreationTime=stack.created,
        LastUpdatedTime=stack.updated,
        DeletionTime=stack.deleted,
        StackStatus=stack.status,
        StackStatusReason=stack.reason or None,
        DisableRollback=stack.disable_rollback,
        Capabilities=list(stack.capabilities),
        Outputs=list(stack.outputs),
        Tags=_tags(stack.tags),
        EnableTerminationProtection=stack.protected,
        NotificationARNs=[],
        RollbackConfiguration={},
        DriftInformation={"StackDriftStatus": "NOT_CHECKED"},
        LastOperations=[
            {"OperationType": one.kind, "OperationId": one.operation_id} for one in last
        ],
    )


def _event(stack: Stack, event: Event) -> Answer:
    return _present(
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


def _resource(found: Resource, time_key: str) -> Answer:
    return _present(
        LogicalResourceId=found.logical_id,
        PhysicalResourceId=found.physical_id or None,
        ResourceType=found.type,
        ResourceStatus=found.status,
        ResourceStatusReason=found.reason or None,
        DriftInformation={"StackResourceDriftStatus": "NOT_CHECKED"},
        **{time_key: found.updated},
    )


def _resource_change(change: Mapping[str, Any], request: Request) -> Answer:
    if request.get("IncludePropertyValues"):
        return {"Type": "Resource", "ResourceChange": dict(change)}
    details: list[Answer] = []
    for one in change["Details"]:
        target = {key: value for key, value in one["Target"].items() if key not in _VALUES}
        if (detail := {**one, "Target": target}) not in details:
            details.append(detail)
    kept = {key: value for key, value in change.items() if key not in _CONTEXTS}
    return {"Type": "Resource", "ResourceChange": {**kept, "Details": details}}


def _parameters(found: template.Template, values: Mapping[str, str]) -> list[Answer]:
    shown = parameters.shown(found, values)
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in shown.items()]


def _declared(name: str, declared: Mapping[str, Any]) -> Answer:
    return _present(
        ParameterKey=name,
        ParameterType=declared.get("Type"),
        DefaultValue=str(declared["Default"]) if "Default" in declared else None,
        NoEcho=str(declared.get("NoEcho")).lower() == "true",
        Description=declared.get("Description"),
    )


def _tags(tags: Mapping[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _present(**values: Any) -> Answer:
    return {key: value for key, value in values.items() if value is not None}


def _page(
    region: Region, request: Request, answer: Answer, key: str, items: Sequence[Answer]
) -> Answer:
    """Give a page of items; NextToken is the number of the first of the next page."""
    start = int(request.get("NextToken") or 0)
    end = start + region.page_size
    following = {"NextToken": str(end)} if end < len(items) else {}
    return {**answer, key: list(items[start:end]), **following}
