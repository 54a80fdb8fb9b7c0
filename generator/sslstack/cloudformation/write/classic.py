"""A classic load balancer with its policies, its security group, and what is shown of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import GetAtt, Output, Ref
from troposphere import elasticloadbalancing as elb

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
from sslstack.balancers.model import Classic, known
from sslstack.cloudformation.names import SECURITY_GROUP, load_balancer_id, logical_id, policy_name
from sslstack.cloudformation.write import certificates
from sslstack.cloudformation.write.properties import (
    cookie_properties,
    listener_properties,
    policy_properties,
    setting_properties,
)
from sslstack.cloudformation.write.security_groups import own_group, security_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troposphere import AWSObject

    from sslstack.balancers.model import Listener, Target
    from sslstack.stack import Stack
    from sslstack.stack.model import LoadBalancer

PolicyContent = tuple[str, str, tuple[tuple[str, str], ...]]
"""Prefix of its name, PolicyType, attributes (elb-create-https-ssl-load-balancer, 2023)."""


def resources(load_balancer: LoadBalancer, stack: Stack) -> Iterator[AWSObject]:
    """Give the load balancer, and its security group where it has one of its own."""
    groups: list[Any] = list(load_balancer.balancer.security_groups)
    if (own := own_group(load_balancer)) is not None:
        group = security_group(load_balancer, own)
        yield group
        groups = [GetAtt(group.title, "GroupId")]
    yield _load_balancer(load_balancer.service, load_balancer.balancer, groups, stack)


def outputs(load_balancer: LoadBalancer) -> Iterator[Output]:
    """Give what DNS records, services and their security groups need of a load balancer."""
    service = load_balancer.service
    resource = load_balancer_id(service, Classic.kind)
    for suffix, value, words in (
        ("DNSName", GetAtt(resource, "DNSName"), "DNS name"),
        # Not CanonicalHostedZoneName: internal load balancers have none.
        ("HostedZoneId", GetAtt(resource, "CanonicalHostedZoneNameID"), "Route 53 hosted zone"),
        ("LoadBalancerName", Ref(resource), "Name"),
    ):
        description = f"{words} of the load balancer of {service}"
        yield Output(logical_id(service, suffix), Description=description, Value=value)
    if own_group(load_balancer) is not None:
        yield Output(
            logical_id(service, "SecurityGroupId"),
            Description=f"Security group of the load balancer of {service}",
            Value=GetAtt(logical_id(service, SECURITY_GROUP), "GroupId"),
        )


def _load_balancer(
    service: str, balancer: Classic, groups: list[Any], stack: Stack
) -> elb.LoadBalancer:
    policies = _backend_policies(balancer)
    stickiness = _stickiness(balancer)
    policies += {
        policy.PolicyName: policy
        for listener in balancer.listeners
        if (policy := _negotiation_policy(listener)) is not None
    }.values()
    return elb.LoadBalancer(
        load_balancer_id(service, Classic.kind),
        Scheme=balancer.scheme,
        Subnets=Ref("Subnets"),
        SecurityGroups=groups,
        Listeners=[_listener(listener, stack, stickiness) for listener in balancer.listeners],
        **({"Policies": policies} if policies else {}),
        **stickiness,
        **_settings(balancer),
    )


def _settings(balancer: Classic) -> dict[str, Any]:
    classes = {
        "HealthCheck": elb.HealthCheck,
        "ConnectionDrainingPolicy": elb.ConnectionDrainingPolicy,
        "ConnectionSettings": elb.ConnectionSettings,
        "AccessLoggingPolicy": elb.AccessLoggingPolicy,
    }
    written = setting_properties(balancer)
    return {key: classes[key](**one) if key in classes else one for key, one in written.items()}


def _listener(listener: Listener, stack: Stack, stickiness: dict[str, list[Any]]) -> elb.Listener:
    negotiation = _negotiation_policy(listener)
    names = [negotiation.PolicyName] if negotiation is not None else []
    if listener.is_http:
        names += [policy.PolicyName for policies in stickiness.values() for policy in policies]
    named = listener.certificate
    certified = None if named is None else stack.certificate(str(named))
    reference = None if certified is None else certificates.arn(certified)
    return elb.Listener(**listener_properties(listener, reference, names))


def _stickiness(balancer: Classic) -> dict[str, list[Any]]:
    said = balancer.stickiness
    if said is None:
        return {}
    if said.cookie is not None:
        cookie = str(said.cookie)
        name = policy_name("app-cookie-stickiness", [("CookieName", cookie)])
        (written,) = cookie_properties({name: cookie}, {}).values()
        return {"AppCookieStickinessPolicy": [elb.AppCookieStickinessPolicy(**written[0])]}
    period = None if said.duration is None else known(said.duration)
    content = [] if period is None else [("CookieExpirationPeriod", str(period))]
    name = policy_name("lb-cookie-stickiness", content)
    (written,) = cookie_properties({}, {name: period}).values()
    return {"LBCookieStickinessPolicy": [elb.LBCookieStickinessPolicy(**written[0])]}


def _negotiation_policy(listener: Listener) -> elb.Policy | None:
    """Wrap a predefined policy: by its own name it cannot be attached (PolicyNotFound)."""
    if not listener.security_policy:
        return None
    attributes = ((REFERENCE, str(listener.security_policy)),)
    return _policy(("ssl-negotiation", NEGOTIATION, attributes))


def _backend_policies(balancer: Classic) -> list[elb.Policy]:
    """Give the policies set on instance ports; public keys before those that name them."""
    keys = {key for one in balancer.listeners for key in one.target.trusted_keys}
    ports: dict[PolicyContent, set[int]] = {}
    for listener in balancer.listeners:
        for content in _behind(listener.target):
            ports.setdefault(content, set()).add(known(listener.target.port))
    return [
        *sorted(map(_policy, map(_public_key, keys)), key=lambda policy: policy.PolicyName),
        *(_policy(content, ports[content]) for content in ports),
    ]


def _behind(target: Target) -> Iterator[PolicyContent]:
    if target.trusted_keys:
        names = sorted(policy_name(kind, a) for kind, _, a in map(_public_key, target.trusted_keys))
        attributes = tuple((KEY_NAME, name) for name in names)
        yield "backend-authentication", AUTHENTICATION, attributes
    if target.proxy_protocol:
        yield "proxy-protocol", PROXY, ((PROXY_SWITCH, "true"),)


def _public_key(key: str) -> PolicyContent:
    return "public-key", PUBLIC_KEY, ((KEY_CONTENT, key),)


def _policy(content: PolicyContent, ports: Iterable[int] = ()) -> elb.Policy:
    kind, policy_type, attributes = content
    written = policy_properties(
        policy_name(kind, attributes), policy_type, attributes, sorted(ports)
    )
    items = [elb.PolicyItem(**one) for one in written["Attributes"]]
    return elb.Policy(**(written | {"Attributes": items}))
