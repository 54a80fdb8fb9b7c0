"""AWS::EC2::SecurityGroup; moto's own model replaces the group at every change, ours does not."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import InvalidSecurityGroupNotFoundError
from moto.ec2.models import ec2_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ProvisioningError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.ec2.models import EC2Backend
    from moto.ec2.models.security_groups import SecurityGroup as Group

NAME_LENGTH = 255


class SecurityGroup:
    """A security group of a VPC; Ref gives its ID."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Make a group with its rules."""
        made = _ec2(context).create_security_group(
            name=properties.get("GroupName") or context.name(NAME_LENGTH),
            description=properties["GroupDescription"],
            vpc_id=properties.get("VpcId"),
        )
        try:
            _configure(context, made, properties)
        except Exception:
            _ec2(context).delete_security_group(group_id=made.id)
            raise
        return _provisioned(made)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Give the group the rules the template has now."""
        group = _find(context, old.physical_id)
        before = (group.ingress_rules, group.egress_rules)
        group.ingress_rules = []
        try:
            _configure(context, group, properties)
        except Exception:
            group.ingress_rules, group.egress_rules = before
            raise
        return _provisioned(group)

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a group."""
        with contextlib.suppress(InvalidSecurityGroupNotFoundError):
            _ec2(context).delete_security_group(group_id=old.physical_id)

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a group by its ID."""
        return _provisioned(_find(context, identifier.get("Id") or identifier["GroupId"]))


def _ec2(context: Context) -> EC2Backend:
    return ec2_backends[context.account][context.region]


def _find(context: Context, group_id: str) -> Group:
    group = _ec2(context).get_security_group_from_id(group_id)
    if group is None:
        raise ProvisioningError(f"The security group '{group_id}' does not exist")
    return group


def _configure(context: Context, group: Group, properties: Properties) -> None:
    backend = _ec2(context)
    for rule in properties.get("SecurityGroupIngress", []):
        backend.authorize_security_group_ingress(**_rule(group, rule, "SourceSecurityGroupId"))
    if "SecurityGroupEgress" in properties:
        group.egress_rules = []
        for rule in properties["SecurityGroupEgress"]:
            key = "DestinationSecurityGroupId"
            backend.authorize_security_group_egress(**_rule(group, rule, key))
    group.add_tags(context.all_tags(properties.get("Tags", [])))


def _rule(group: Group, rule: Mapping[str, Any], other: str) -> dict[str, Any]:
    """Give a rule as moto takes it: a range of addresses or another group."""
    described = {"Description": rule["Description"]} if "Description" in rule else {}
    ranges = [{key: rule[key], **described} for key in ("CidrIp", "CidrIpv6") if rule.get(key)]
    groups = [{"GroupId": rule[other], **described}] if rule.get(other) else []
    return {
        "group_name_or_id": group.id,
        "ip_protocol": str(rule["IpProtocol"]),
        "from_port": str(rule.get("FromPort", -1)),
        "to_port": str(rule.get("ToPort", -1)),
        "ip_ranges": ranges,
        "source_groups": groups,
        "vpc_id": group.vpc_id,
    }


def _provisioned(group: Group) -> Provisioned:
    return Provisioned(
        physical_id=group.id,
        attributes={"GroupId": group.id, "Id": group.id, "VpcId": group.vpc_id},
    )
