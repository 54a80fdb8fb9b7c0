"""AWS::ElasticLoadBalancing::LoadBalancer, every property that a listener stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elb.models import LoadBalancer, elb_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ReplacementNeededError,
)
from cloudformation_emulator.services.classic import DEFAULT_POLICY as CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloudformation_emulator.services.classic import ClassicBackend

NAME_LENGTH = 32
_SCHEME = "internet-facing"


class ClassicLoadBalancer:
    """A classic load balancer; Ref gives its name."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Make a load balancer; one that is half made is taken away again."""
        backend = _elb(context)
        made = backend.create_load_balancer(
            name=properties.get("LoadBalancerName") or context.name(NAME_LENGTH),
            zones=properties.get("AvailabilityZones", []),
            ports=properties.get("Listeners", []),
            scheme=properties.get("Scheme", _SCHEME),
            subnets=properties.get("Subnets"),
            security_groups=properties.get("SecurityGroups"),
        )
        try:
            _configure(context, made, properties)
        except Exception:
            backend.delete_load_balancer(made.name)
            raise
        return _provisioned(made)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Change a load balancer in place: listeners and policies are made anew.

        A health check or subnets that appear or disappear replace it: the type's reference page.
        """
        balancer: Any = _elb(context).get_load_balancer(old.physical_id)
        if (
            properties.get("LoadBalancerName", balancer.name) != balancer.name
            or properties.get("Scheme", _SCHEME) != balancer.scheme
            or ("HealthCheck" in properties) != balancer.declares_health_check
        ):
            raise ReplacementNeededError
        before = vars(balancer).copy()
        try:
            _elb(context).replace_listeners(balancer.name, properties.get("Listeners", []))
            _configure(context, balancer, properties)
        except Exception:
            vars(balancer).update(before)
            raise
        return _provisioned(balancer)

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a load balancer."""
        _elb(context).delete_load_balancer(old.physical_id)

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a load balancer by its name, and mark it as the stack's."""
        found = _elb(context).get_load_balancer(identifier["LoadBalancerName"])
        found.tags = {**found.tags, **context.all_tags([])}
        return _provisioned(found)


def _elb(context: Context) -> ClassicBackend:
    backend: Any = elb_backends[context.account][context.region]
    found: ClassicBackend = backend  # services.install() saw to it
    return found


def _configure(context: Context, balancer: Any, properties: Properties) -> None:
    """Give a load balancer with fresh listeners all that is set on it afterwards."""
    backend = _elb(context)
    balancer.declares_health_check = "HealthCheck" in properties
    _set_policies(backend, balancer, properties)
    if subnets := properties.get("Subnets"):
        balancer.subnets = list(subnets)
    if groups := properties.get("SecurityGroups"):
        backend.apply_security_groups_to_load_balancer(balancer.name, list(groups))
    if check := properties.get("HealthCheck"):
        backend.configure_health_check(
            balancer.name,
            check["Timeout"],
            check["HealthyThreshold"],
            check["UnhealthyThreshold"],
            check["Interval"],
            check["Target"],
        )
    balancer.attributes = {**LoadBalancer.get_default_attributes(), **dict(_attributes(properties))}
    if "Instances" in properties:  # else whoever registered them may have others
        balancer.instance_sparse_ids = list(properties["Instances"])
    balancer.tags = context.all_tags(properties.get("Tags", []))


def _set_policies(backend: ClassicBackend, balancer: LoadBalancer, properties: Properties) -> None:
    """Make the policies of the template, and set them on listeners and instance ports."""
    name = balancer.name
    balancer.policies = [one for one in balancer.policies if one.policy_name == CHOSEN]
    for cookie in properties.get("LBCookieStickinessPolicy", []):
        period = cookie.get("CookieExpirationPeriod")
        backend.create_lb_cookie_stickiness_policy(name, cookie["PolicyName"], period)
    for cookie in properties.get("AppCookieStickinessPolicy", []):
        backend.create_app_cookie_stickiness_policy(
            name, cookie["PolicyName"], cookie["CookieName"]
        )
    behind: dict[int, list[str]] = {}
    for policy in properties.get("Policies", []):
        attributes = [
            {"AttributeName": one["Name"], "AttributeValue": str(one["Value"])}
            for one in policy["Attributes"]
        ]
        backend.create_load_balancer_policy(
            name, policy["PolicyName"], policy["PolicyType"], attributes
        )
        for port in policy.get("InstancePorts", []):
            behind.setdefault(int(port), []).append(policy["PolicyName"])
        for port in policy.get("LoadBalancerPorts", []):
            backend.set_load_balancer_policies_of_listener(name, int(port), [policy["PolicyName"]])
    for number, names in behind.items():
        backend.set_load_balancer_policies_for_backend_server(name, number, names)
    for listener in properties.get("Listeners", []):
        if names := listener.get("PolicyNames"):
            backend.set_load_balancer_policies_of_listener(
                name, int(listener["LoadBalancerPort"]), list(names)
            )
    used = {name for listener in balancer.listeners for name in listener.policy_names}
    balancer.policies = [
        one for one in balancer.policies if one.policy_name in used or one.policy_name != CHOSEN
    ]


def _attributes(properties: Properties) -> Iterator[tuple[str, Any]]:
    """Give the attributes that the template sets, as moto keeps them."""
    if "CrossZone" in properties:
        yield "cross_zone_load_balancing", {"enabled": _truth(properties["CrossZone"])}
    if settings := properties.get("ConnectionSettings"):
        yield "connection_settings", {"idle_timeout": int(settings["IdleTimeout"])}
    if draining := properties.get("ConnectionDrainingPolicy"):
        seconds = int(draining.get("Timeout", 300))
        yield "connection_draining", {"enabled": _truth(draining["Enabled"]), "timeout": seconds}
    if log := properties.get("AccessLoggingPolicy"):
        yield (
            "access_log",
            {
                "enabled": _truth(log["Enabled"]),
                "s3_bucket_name": log["S3BucketName"],
                "s3_bucket_prefix": log.get("S3BucketPrefix", ""),
                "emit_interval": int(log.get("EmitInterval", 60)),
            },
        )


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _provisioned(balancer: LoadBalancer) -> Provisioned:
    made: Any = balancer
    return Provisioned(
        physical_id=balancer.name,
        attributes={
            "DNSName": balancer.dns_name,
            "CanonicalHostedZoneName": balancer.dns_name,
            "CanonicalHostedZoneNameID": made.canonical_hosted_zone_name_id,
            "SourceSecurityGroup.GroupName": balancer.source_security_group["GroupName"],
            "SourceSecurityGroup.OwnerAlias": balancer.source_security_group["OwnerAlias"],
        },
    )
