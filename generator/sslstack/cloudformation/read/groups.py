"""Whom a load balancer of a template faces: its scheme and its security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import Opening, SecurityGroup, Unknown
from sslstack.cloudformation.intrinsics import logical_id, show
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import items, mappings
from sslstack.cloudformation.read.values import read_number, read_text
from sslstack.cloudformation.resource_types import SECURITY_GROUP
from sslstack.ports import PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.balancers.model import Groups, Text

OTHERS = "others"
"""Source of a rule that names no network: another security group, or a prefix list."""


def read_scheme(properties: Mapping[str, Any], template: Mapping[str, Any]) -> Text:
    """Give whom a load balancer faces; the internet where it does not say."""
    return read_text(properties.get("Scheme"), template) or "internet-facing"


def read_groups(properties: Mapping[str, Any], template: Mapping[str, Any]) -> Groups:
    """Give the security groups; those of the template with what they open."""
    here = dict(resources_of(template, SECURITY_GROUP))
    found: list[SecurityGroup | Text] = []
    for one in items(properties.get("SecurityGroups"), template):
        if (held := here.get(logical_id(one))) is not None:
            found.append(SecurityGroup(openings=_openings(held, template)))
        elif one is not None:
            found.append(Unknown(show(one)) if isinstance(one, dict) else str(one))
    return tuple(found)


def _openings(group: Mapping[str, Any], template: Mapping[str, Any]) -> tuple[Opening, ...]:
    return tuple(
        Opening(
            first=read_number(rule.get("FromPort"), template, 0),
            last=read_number(rule.get("ToPort"), template, PORTS[-1]),
            source=read_text(rule.get("CidrIp"), template)
            or read_text(rule.get("CidrIpv6"), template)
            or OTHERS,
        )
        for rule in mappings(group.get("SecurityGroupIngress"), template)
    )
