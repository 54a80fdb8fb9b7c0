"""Stack -> template, through troposphere's classes.

Order in the template: parameters; for each load balancer, by service, its security group and
itself; certificates by name; outputs in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from troposphere import Output, Parameter, Template

from sslstack.balancers.model import Classic
from sslstack.cloudformation.write import certificates, classic
from sslstack.cloudformation.write.security_groups import own_group
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troposphere import AWSObject

    from sslstack.stack import Stack


def synthesize(stack: Stack) -> dict[str, Any]:
    """Give the template as a mapping with intrinsics in their long form.

    Raises InputError when two names of the stack lead to one logical ID.
    """
    template = Template()
    template.set_version()
    template.set_description(f"Load balancers and certificates of {stack.name}")
    # Not by add_resource and its like: they raise at CloudFormation's limits, which are
    # findings of `limits` with a place and a hint.
    template.parameters |= {one.title: one for one in _parameters(stack)}
    template.resources |= {one.title: one for one in _unique(stack, _resources(stack))}
    template.outputs |= {one.title: one for one in _outputs(stack)}
    mapping: dict[str, Any] = template.to_dict()
    return mapping


def _parameters(stack: Stack) -> Iterable[Parameter]:
    if any(own_group(one) is not None for one in stack.load_balancers):
        yield Parameter("VpcId", Type="AWS::EC2::VPC::Id", Description="VPC of the load balancers")
    if stack.load_balancers:
        yield Parameter(
            "Subnets",
            Type="List<AWS::EC2::Subnet::Id>",
            Description="One subnet of the VPC for each availability zone",
        )
    yield from certificates.parameters(stack)


def _resources(stack: Stack) -> Iterable[AWSObject]:
    for load_balancer in stack.load_balancers:
        match load_balancer.balancer:
            case Classic():
                yield from classic.resources(load_balancer, stack)
            case _:
                assert_never(load_balancer.balancer)
    yield from certificates.resources(stack)


def _outputs(stack: Stack) -> Iterable[Output]:
    for load_balancer in stack.load_balancers:
        match load_balancer.balancer:
            case Classic():
                yield from classic.outputs(load_balancer)
            case _:
                assert_never(load_balancer.balancer)
    yield from certificates.outputs(stack)


def _unique(stack: Stack, resources: Iterable[AWSObject]) -> list[AWSObject]:
    found: dict[str, AWSObject] = {}
    for resource in resources:
        if resource.title in found:
            raise InputError(
                [
                    Finding(
                        rule="template.logical-id",
                        message=f"two names of stack '{stack.name}' lead to the logical ID "
                        f"{resource.title}",
                        location=Location("ssl.yml"),
                        hint="rename a service or a certificate",
                    )
                ]
            )
        found[resource.title] = resource
    return list(found.values())
