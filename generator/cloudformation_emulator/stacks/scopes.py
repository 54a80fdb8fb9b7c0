"""The names a template may use, bound to the state of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from cloudformation_emulator.resources import ProvisioningError
from cloudformation_emulator.stacks import parameters
from cloudformation_emulator.stacks.errors import invalid
from cloudformation_emulator.stacks.functions import Scope, holds
from cloudformation_emulator.stacks.graph import references, waves
from cloudformation_emulator.stacks.template import depends_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudformation_emulator.stacks.model import Proposal, Resource, Stack
    from cloudformation_emulator.stacks.region import Region


def scope(
    region: Region,
    stack: Stack,
    proposal: Proposal,
    *,
    masked: bool = False,
    reference: Callable[[str], Any] | None = None,
    attribute: Callable[[str, str], Any] | None = None,
) -> Scope:
    """Bind names for a proposal; resources are those of the stack, unless told otherwise.

    `masked` gives NoEcho parameters as asterisks.
    """
    template = proposal.template
    values = proposal.parameters
    if masked:
        values = parameters.shown(template, values)
    return Scope(
        values={**parameters.typed(template, values), **_pseudo(region, stack)},
        mappings=template.section("Mappings"),
        conditions=template.section("Conditions"),
        zones=_zones(region),
        reference=reference or (lambda name: resource_of(stack, name).physical_id),
        attribute=attribute or (lambda name, key: attribute_of(stack, name, key)),
    )


def attribute_of(stack: Stack, name: str, key: str) -> Any:
    """Give what GetAtt of a resource that exists gives."""
    made = resource_of(stack, name).provisioned
    if made is not None and key in made.attributes:
        return made.attributes[key]
    getter = getattr(made.model, "get_cfn_attribute", None) if made else None
    if getter is None:
        raise ProvisioningError(f"Requested attribute {key} does not exist in schema for {name}")
    return getter(key)


def resource_of(stack: Stack, name: str) -> Resource:
    """Give a resource of the stack; raises ValidationError where a condition left it out."""
    if name not in stack.resources:
        raise invalid(f"Unresolved resource dependencies [{name}] in the template")
    return stack.resources[name]


def effective(proposal: Proposal, bound: Scope) -> dict[str, Mapping[str, Any]]:
    """Give the resources whose condition holds, each after those it needs."""
    resources = proposal.template.section("Resources")
    wanted = {
        name: definition
        for name, definition in resources.items()
        if "Condition" not in definition or holds(definition["Condition"], bound)
    }
    return {name: wanted[name] for wave in ordered(wanted) for name in wave}


def ordered(resources: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Give the waves in which resources can be made."""
    return waves(
        {
            name: {
                *(one.name for one in references(definition.get("Properties"))),
                *depends_on(definition),
            }
            for name, definition in resources.items()
        }
    )


def _pseudo(region: Region, stack: Stack) -> dict[str, Any]:
    return {
        "AWS::AccountId": region.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": region.name,
        "AWS::StackId": stack.arn,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def _zones(region: Region) -> tuple[str, ...]:
    return tuple(ec2_backends[region.account][region.name].get_default_subnets())
