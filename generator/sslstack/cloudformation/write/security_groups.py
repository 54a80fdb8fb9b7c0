"""The security group of a load balancer that has no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troposphere import Ref
from troposphere.ec2 import SecurityGroup as Resource
from troposphere.ec2 import SecurityGroupRule

from sslstack.balancers.model import SecurityGroup
from sslstack.cloudformation.names import SECURITY_GROUP, logical_id

if TYPE_CHECKING:
    from sslstack.balancers.model import Opening
    from sslstack.stack.model import LoadBalancer


def own_group(load_balancer: LoadBalancer) -> SecurityGroup | None:
    """Give the group that is made with a load balancer; None where others exist already."""
    groups = load_balancer.balancer.security_groups
    return next((one for one in groups if isinstance(one, SecurityGroup)), None)


def security_group(load_balancer: LoadBalancer, group: SecurityGroup) -> Resource:
    """Give the group of a load balancer as a resource."""
    return Resource(
        logical_id(load_balancer.service, SECURITY_GROUP),
        # A changed description replaces the group, so it says only what never changes.
        GroupDescription=f"Clients of the load balancer of {load_balancer.service}",
        VpcId=Ref("VpcId"),
        SecurityGroupIngress=[_rule(one) for one in group.openings],
    )


def _rule(opening: Opening) -> SecurityGroupRule:
    source = str(opening.source)
    return SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=opening.first,
        ToPort=opening.last,
        **{"CidrIpv6" if ":" in source else "CidrIp": source},
    )
