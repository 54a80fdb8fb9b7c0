"""Reading a classic load balancer: three calls that change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.adoption.model import LiveLoadBalancer, Policy
from sslstack.aws.refusals import Refused
from sslstack.balancers.classic import (
    AUTHENTICATION,
    HEALTH_TARGET,
    KEY_CONTENT,
    KEY_NAME,
    NEGOTIATION,
    PROXY,
    REFERENCE,
    USUAL_DRAINING,
    USUAL_IDLE_TIMEOUT,
    USUAL_LOG_INTERVAL,
)
from sslstack.balancers.model import (
    CUSTOM_POLICY,
    AccessLogs,
    Classic,
    HealthCheck,
    Listener,
    Stickiness,
    Target,
)
from sslstack.balancers.model import known as known_number
from sslstack.balancers.policies import RESERVED_PREFIXES
from sslstack.balancers.protocols import default_behind
from sslstack.errors import SslstackError
from sslstack.findings import find_nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.aws.client import Answer, Aws

_SERVICE = "elb"
_ABSENT = frozenset({"LoadBalancerNotFound", "AccessPointNotFound"})
_SHOWN = 10


def read(aws: Aws, name: str) -> LiveLoadBalancer:
    """Read a load balancer by its name; raises SslstackError when there is none of it."""
    try:
        answer = aws.read(_SERVICE, "describe_load_balancers", LoadBalancerNames=[name])
    except Refused as refused:
        if refused.code not in _ABSENT:
            raise
        raise _not_there(aws, name) from None
    (description,) = answer["LoadBalancerDescriptions"]
    if not description.get("VPCId"):
        raise SslstackError(f"{name} is not in a VPC: CloudFormation would have to replace it")
    policies = aws.read(_SERVICE, "describe_load_balancer_policies", LoadBalancerName=name)
    attributes = aws.read(_SERVICE, "describe_load_balancer_attributes", LoadBalancerName=name)
    return from_answers(
        description,
        policies["PolicyDescriptions"],
        attributes["LoadBalancerAttributes"],
    )


def known(aws: Aws) -> tuple[str, ...]:
    """Return the names of the classic load balancers, in order."""
    names: list[str] = []
    given: Answer = {}
    while True:
        answer = aws.read(_SERVICE, "describe_load_balancers", **given)
        names += [one["LoadBalancerName"] for one in answer["LoadBalancerDescriptions"]]
        if not (marker := answer.get("NextMarker")):
            return tuple(sorted(names))
        given = {"Marker": marker}


def _not_there(aws: Aws, name: str) -> SslstackError:
    names = known(aws)
    near = find_nearest(name, names)
    more = ", ..." if len(names) > _SHOWN else ""
    there = f"found: {', '.join(names[:_SHOWN])}{more}" if names else "there are none"
    return SslstackError(
        f"no classic load balancer is named '{name}'",
        hint=f"did you mean '{near}'?" if near else f"{there}; check --region and --profile",
    )


def from_answers(
    description: Answer, policies: list[Answer], attributes: Answer
) -> LiveLoadBalancer:
    """Return the value of a load balancer from what AWS answers."""
    cookies = description.get("Policies") or {}
    raw = _Raw(
        policies={one["PolicyName"]: _policy(one) for one in policies},
        named={
            one["Listener"]["LoadBalancerPort"]: tuple(one.get("PolicyNames") or ())
            for one in description["ListenerDescriptions"]
        },
        backends={
            int(one["InstancePort"]): tuple(one.get("PolicyNames") or ())
            for one in description.get("BackendServerDescriptions") or ()
        },
        cookies={
            one["PolicyName"]: one["CookieName"]
            for one in cookies.get("AppCookieStickinessPolicies") or ()
        },
        periods={
            one["PolicyName"]: one.get("CookieExpirationPeriod")
            for one in cookies.get("LBCookieStickinessPolicies") or ()
        },
    )
    return LiveLoadBalancer(
        name=description["LoadBalancerName"],
        dns_name=description.get("DNSName", ""),
        vpc=description["VPCId"],
        subnets=tuple(description.get("Subnets") or ()),
        instances=len(description.get("Instances") or ()),
        balancer=_balancer(description, attributes, raw),
        policies=tuple(raw.policies.values()),
        named=raw.named,
        backends=raw.backends,
        cookies=raw.cookies,
        periods=raw.periods,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """The policies of a load balancer, and what names them."""

    policies: Mapping[str, Policy]
    named: Mapping[int, tuple[str, ...]]
    backends: Mapping[int, tuple[str, ...]]
    cookies: Mapping[str, str]
    periods: Mapping[str, int | None]


def _balancer(description: Answer, attributes: Answer, raw: _Raw) -> Classic:
    draining = attributes.get("ConnectionDraining") or {}
    listeners = [_listener(one["Listener"], raw) for one in description["ListenerDescriptions"]]
    return Classic(
        scheme=description.get("Scheme", "internet-facing"),
        security_groups=tuple(description.get("SecurityGroups") or ()),
        listeners=tuple(sorted(listeners, key=lambda one: known_number(one.port))),
        health_check=_health_check(description["HealthCheck"]),
        idle_timeout=(attributes.get("ConnectionSettings") or {}).get(
            "IdleTimeout", USUAL_IDLE_TIMEOUT
        ),
        draining=draining.get("Timeout", USUAL_DRAINING) if draining.get("Enabled") else 0,
        cross_zone=bool((attributes.get("CrossZoneLoadBalancing") or {}).get("Enabled")),
        stickiness=_stickiness(listeners, raw),
        access_logs=_access_logs(attributes.get("AccessLog") or {}),
    )


def _listener(said: Answer, raw: _Raw) -> Listener:
    protocol = said["Protocol"].upper()
    port, behind = said["LoadBalancerPort"], said["InstancePort"]
    certificate = said.get("SSLCertificateId")
    policy = _security_policy(raw, raw.named[port])
    return Listener(
        port=port,
        protocol=protocol,
        targets=(_target(behind, (said.get("InstanceProtocol") or default_behind(protocol)), raw),),
        certificates=(certificate,) if certificate else (),
        security_policy=policy,
    )


def _target(port: int, protocol: str, raw: _Raw) -> Target:
    behind = [raw.policies[one] for one in raw.backends.get(port, ()) if one in raw.policies]
    keys = [
        raw.policies[name]
        for policy in behind
        if policy.type == AUTHENTICATION
        for name in policy.values(KEY_NAME)
        if name in raw.policies
    ]
    return Target(
        port=port,
        protocol=protocol.upper(),
        trusted_keys=frozenset(value for one in keys for value in one.values(KEY_CONTENT)),
        proxy_protocol=any(policy.type == PROXY for policy in behind),
    )


def _security_policy(raw: _Raw, names: tuple[str, ...]) -> str:
    """Return the predefined policy that a listener has.

    AWS's own are attached by their names, and not all of them are described as references.
    """
    found = [raw.policies[name] for name in names if name in raw.policies]
    chosen = [policy for policy in found if policy.type == NEGOTIATION]
    for policy in chosen:
        if reference := policy.values(REFERENCE):
            return reference[0]
    for name in names:
        if name.startswith(RESERVED_PREFIXES):
            return name
    return CUSTOM_POLICY if chosen else ""


def _stickiness(listeners: list[Listener], raw: _Raw) -> Stickiness | None:
    """Return the first of the cookies that HTTP listeners follow."""
    named = [name for one in listeners if one.is_http for name in raw.named[known_number(one.port)]]
    used = {*raw.cookies, *raw.periods}.intersection(named)
    if not used:
        return None
    name = min(used)
    return Stickiness(cookie=raw.cookies.get(name), duration=raw.periods.get(name))


def _health_check(said: Answer) -> HealthCheck:
    """Read a health check; raises SslstackError for a target of another form than AWS's."""
    parts = HEALTH_TARGET.fullmatch(said["Target"])
    if parts is None:
        raise SslstackError(f"the health check '{said['Target']}' has no protocol and port")
    return HealthCheck(
        protocol=parts["protocol"].upper(),
        port=int(parts["port"]),
        path=parts["path"],
        interval=said["Interval"],
        timeout=said["Timeout"],
        healthy=said["HealthyThreshold"],
        unhealthy=said["UnhealthyThreshold"],
    )


def _policy(entry: Answer) -> Policy:
    return Policy(
        name=entry["PolicyName"],
        type=entry["PolicyTypeName"],
        attributes=tuple(
            (one["AttributeName"], str(one.get("AttributeValue", "")))
            for one in entry.get("PolicyAttributeDescriptions") or ()
        ),
    )


def _access_logs(said: Mapping[str, object]) -> AccessLogs | None:
    if not said.get("Enabled"):
        return None
    return AccessLogs(
        bucket=str(said.get("S3BucketName", "")),
        prefix=str(said.get("S3BucketPrefix") or "") or None,
        interval=int(str(said.get("EmitInterval") or USUAL_LOG_INTERVAL)),
    )
