"""What the describe, list and get calls answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudformation_emulator.stacks import parameters, proposals, template
from cloudformation_emulator.stacks.answers import page, present
from cloudformation_emulator.stacks.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudformation_emulator.stacks.answers import Answer
    from cloudformation_emulator.stacks.model import ChangeSet, Resource, Stack
    from cloudformation_emulator.stacks.proposals import Request
    from cloudformation_emulator.stacks.region import Region

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
    return page(region, request, answer, "Changes", changes)


def change_sets(region: Region, request: Request) -> Answer:
    """ListChangeSets."""
    stack = region.stack(request["StackName"])
    summaries = [_summary(stack, one) for one in stack.change_sets.values()]
    return page(region, request, {}, "Summaries", summaries)


def stacks(region: Region, request: Request) -> Answer:
    """DescribeStacks; without a name, all that are not deleted."""
    if name := request.get("StackName"):
        return {"Stacks": [_stack(region.stack(name))]}
    living = [_stack(one) for one in region.stacks.values() if one.deleted is None]
    return page(region, request, {}, "Stacks", living)


def stack_summaries(region: Region, request: Request) -> Answer:
    """ListStacks."""
    wanted = request.get("StackStatusFilter")
    summaries = [
        present(
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
    return page(region, request, {}, "StackSummaries", summaries)


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
    return page(region, request, {}, "StackResourceSummaries", found)


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
    return present(StackPolicyBody=region.stack(request["StackName"]).policy or None)


def _summary(stack: Stack, found: ChangeSet) -> Answer:
    return present(
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
    return present(
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


def _resource(found: Resource, time_key: str) -> Answer:
    return present(
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
    return present(
        ParameterKey=name,
        ParameterType=declared.get("Type"),
        DefaultValue=str(declared["Default"]) if "Default" in declared else None,
        NoEcho=str(declared.get("NoEcho")).lower() == "true",
        Description=declared.get("Description"),
    )


def _tags(tags: Mapping[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
