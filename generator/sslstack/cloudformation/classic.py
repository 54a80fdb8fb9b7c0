"""A classic load balancer and its security group as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref
from troposphere import elasticloadbalancing as elb
from troposphere.ec2 import SecurityGroup, SecurityGroupRule

from sslstack.balancers.classic import (
    AUTHENTICATION,
    KEY_CONTENT,
    KEY_NAME,
    NEGOTIATION,
    PROXY,
    PROXY_SWITCH,
    PUBLIC_KEY,
    REFERENCE,
)
from sslstack.cloudformation import certificate
from sslstack.cloudformation.names import logical_id, policy_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import AWSObject

    from sslstack.stack import Stack
    from sslstack.stack.model import Backend, ClassicLoadBalancer, Listener

PolicyContent = tuple[str, str, tuple[tuple[str, str], ...]]
"""Prefix of its name, PolicyType, attributes (elb-create-https-ssl-load-balancer, 2023)."""


def resources(load_balancer: ClassicLoadBalancer, stack: Stack) -> Iterator[AWSObject]:
    """Give the load balancer, and its security group where it has one of its own."""
    groups: list[Any] = list(load_balancer.security_groups)
    if makes_group(load_balancer):
        group = _security_group(load_balancer)
        yield group
        groups = [GetAtt(group.title, "GroupId")]
    yield _load_balancer(load_balancer, groups, stack)


def makes_group(load_balancer: ClassicLoadBalancer) -> bool:
    """Tell whether a load balancer gets a security group of its own."""
    return not load_balancer.security_groups


def outputs(load_balancer: ClassicLoadBalancer) -> Iterator[Output]:
    """Give what DNS records, services and their security groups need of a load balancer."""
    service = load_balancer.service
    resource = logical_id(service, "LoadBalancer")
    for suffix, value, words in (
        ("DNSName", GetAtt(resource, "DNSName"), "DNS name"),
        # Not CanonicalHostedZoneName: internal load balancers have none.
        ("HostedZoneId", GetAtt(resource, "CanonicalHostedZoneNameID"), "Route 53 hosted zone"),
        ("LoadBalancerName", Ref(resource), "Name"),
    ):
        description = f"{words} of the load balancer of {service}"
        yield Output(logical_id(service, suffix), Description=description, Value=value)
    if makes_group(load_balancer):
        yield Output(
            logical_id(service, "SecurityGroupId"),
            Description=f"Security group of the load balancer of {service}",
            Value=GetAtt(logical_id(service, "SecurityGroup"), "GroupId"),
        )


def _security_group(load_balancer: ClassicLoadBalancer) -> SecurityGroup:
    return SecurityGroup(
        logical_id(load_balancer.service, "SecurityGroup"),
        # A changed description replaces the group, so it says only what never changes.
        GroupDescription=f"Clients of the load balancer of {load_balancer.service}",
        VpcId=Ref("VpcId"),
        SecurityGroupIngress=[
            SecurityGroupRule(
                IpProtocol="tcp",
                FromPort=listener.port,
                ToPort=listener.port,
                **{"CidrIpv6" if ":" in cidr else "CidrIp": cidr},
            )
            for listener in load_balancer.listeners
            for cidr in load_balancer.ingress
        ],
    )


def _load_balancer(
    load_balancer: ClassicLoadBalancer, groups: list[Any], stack: Stack
) -> elb.LoadBalancer:
    check = load_balancer.health_check
    policies = _backend_policies(load_balancer)
    stickiness = _stickiness(load_balancer)
    policies += {
        policy.PolicyName: policy
        for listener in load_balancer.listeners
        if (policy := _negotiation_policy(listener)) is not None
    }.values()
    return elb.LoadBalancer(
        logical_id(load_balancer.service, "LoadBalancer"),
        Scheme=load_balancer.scheme,
        Subnets=Ref("Subnets"),
        SecurityGroups=groups,
        Listeners=[_listener(listener, stack, stickiness) for listener in load_balancer.listeners],
        **({"Policies": policies} if policies else {}),
        **stickiness,
        # Always written: adding one later, or removing it, replaces the load balancer.
        HealthCheck=elb.HealthCheck(
            Target=check.target,
            Interval=str(check.interval),
            Timeout=str(check.timeout),
            HealthyThreshold=str(check.healthy),
            UnhealthyThreshold=str(check.unhealthy),
        ),
        ConnectionDrainingPolicy=_draining(load_balancer.draining),
        ConnectionSettings=elb.ConnectionSettings(IdleTimeout=load_balancer.idle_timeout),
        CrossZone=load_balancer.cross_zone,
        **_access_logs(load_balancer),
    )


def _draining(seconds: int) -> elb.ConnectionDrainingPolicy:
    if seconds == 0:
        return elb.ConnectionDrainingPolicy(Enabled=False)
    return elb.ConnectionDrainingPolicy(Enabled=True, Timeout=seconds)


def _access_logs(load_balancer: ClassicLoadBalancer) -> dict[str, elb.AccessLoggingPolicy]:
    logs = load_balancer.access_logs
    if logs is None:
        return {}
    prefix = {"S3BucketPrefix": logs.prefix} if logs.prefix else {}
    policy = elb.AccessLoggingPolicy(
        Enabled=True, S3BucketName=logs.bucket, EmitInterval=logs.interval, **prefix
    )
    return {"AccessLoggingPolicy": policy}


def _listener(listener: Listener, stack: Stack, stickiness: dict[str, list[Any]]) -> elb.Listener:
    """Give one listener; its PolicyNames are the whole set, so all are named together."""
    negotiation = _negotiation_policy(listener)
    names = [negotiation.PolicyName] if negotiation is not None else []
    if listener.is_http:
        names += [policy.PolicyName for policies in stickiness.values() for policy in policies]
    certified = listener.certificate and stack.certificate(listener.certificate)
    return elb.Listener(
        LoadBalancerPort=str(listener.port),
        Protocol=listener.protocol,
        InstancePort=str(listener.backend.port),
        InstanceProtocol=listener.backend.protocol,
        **({"SSLCertificateId": certificate.arn(certified)} if certified else {}),
        **({"PolicyNames": names} if names else {}),
    )


def _stickiness(load_balancer: ClassicLoadBalancer) -> dict[str, list[Any]]:
    said = load_balancer.stickiness
    if said is None:
        return {}
    if said.cookie is not None:
        name = policy_name("app-cookie-stickiness", [("CookieName", said.cookie)])
        policy = elb.AppCookieStickinessPolicy(PolicyName=name, CookieName=said.cookie)
        return {"AppCookieStickinessPolicy": [policy]}
    period = {} if said.duration is None else {"CookieExpirationPeriod": str(said.duration)}
    name = policy_name("lb-cookie-stickiness", list(period.items()))
    return {"LBCookieStickinessPolicy": [elb.LBCookieStickinessPolicy(PolicyName=name, **period)]}


def _negotiation_policy(listener: Listener) -> elb.Policy | None:
    """Wrap a predefined policy: by its own name it cannot be attached (PolicyNotFound)."""
    if listener.security_policy is None:
        return None
    attributes = ((REFERENCE, listener.security_policy),)
    return _policy(("ssl-negotiation", NEGOTIATION, attributes))


def _backend_policies(load_balancer: ClassicLoadBalancer) -> list[elb.Policy]:
    """Give the policies set on instance ports; public keys before those that name them."""
    keys = {key for one in load_balancer.listeners for key in one.backend.trusted_keys}
    ports: dict[PolicyContent, set[int]] = {}
    for listener in load_balancer.listeners:
        for content in _behind(listener.backend):
            ports.setdefault(content, set()).add(listener.backend.port)
    return [
        *sorted(map(_policy, map(_public_key, keys)), key=lambda policy: policy.PolicyName),
        *(
            _policy(content, InstancePorts=[str(p) for p in sorted(ports[content])])
            for content in ports
        ),
    ]


def _behind(backend: Backend) -> Iterator[PolicyContent]:
    if backend.trusted_keys:
        names = sorted(
            policy_name(kind, a) for kind, _, a in map(_public_key, backend.trusted_keys)
        )
        attributes = tuple((KEY_NAME, name) for name in names)
        yield "backend-authentication", AUTHENTICATION, attributes
    if backend.proxy_protocol:
        yield "proxy-protocol", PROXY, ((PROXY_SWITCH, "true"),)


def _public_key(key: str) -> PolicyContent:
    return "public-key", PUBLIC_KEY, ((KEY_CONTENT, key),)


def _policy(content: PolicyContent, **more: Any) -> elb.Policy:
    kind, policy_type, attributes = content
    return elb.Policy(
        PolicyName=policy_name(kind, attributes),
        PolicyType=policy_type,
        Attributes=[elb.PolicyItem(Name=name, Value=value) for name, value in attributes],
        **more,
    )
