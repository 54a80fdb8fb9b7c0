"""Reading a classic load balancer: three calls that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.adoption.model import (
    AccessLogs,
    HealthCheck,
    Listener,
    LiveLoadBalancer,
    Policy,
)
from sslstack.aws.refusals import Refused
from sslstack.balancers.classic import USUAL_DRAINING, USUAL_IDLE_TIMEOUT, USUAL_LOG_INTERVAL
from sslstack.balancers.protocols import default_behind
from sslstack.errors import SslstackError
from sslstack.findings import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.aws.door import Answer, Aws

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
        raise SslstackError(f"{name} is in no VPC: CloudFormation would have to replace it")
    policies = aws.read(_SERVICE, "describe_load_balancer_policies", LoadBalancerName=name)
    attributes = aws.read(_SERVICE, "describe_load_balancer_attributes", LoadBalancerName=name)
    return from_answers(
        description,
        policies["PolicyDescriptions"],
        attributes["LoadBalancerAttributes"],
    )


def known(aws: Aws) -> tuple[str, ...]:
    """Give the names of the classic load balancers, in order."""
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
    near = nearest(name, names)
    more = ", ..." if len(names) > _SHOWN else ""
    there = f"there are: {', '.join(names[:_SHOWN])}{more}" if names else "there is none"
    return SslstackError(
        f"no classic load balancer is named '{name}'",
        hint=f"did you mean '{near}'?" if near else f"{there}; look at --region and --profile",
    )


def from_answers(
    description: Answer, policies: list[Answer], attributes: Answer
) -> LiveLoadBalancer:
    """Give the value of a load balancer from what AWS answers."""
    check = description["HealthCheck"]
    draining = attributes.get("ConnectionDraining") or {}
    cookies = description.get("Policies") or {}
    return LiveLoadBalancer(
        name=description["LoadBalancerName"],
        dns_name=description.get("DNSName", ""),
        scheme=description.get("Scheme", "internet-facing"),
        vpc=description["VPCId"],
        subnets=tuple(description.get("Subnets") or ()),
        security_groups=tuple(description.get("SecurityGroups") or ()),
        instances=len(description.get("Instances") or ()),
        listeners=tuple(
            sorted(map(_listener, description["ListenerDescriptions"]), key=lambda one: one.port)
        ),
        policies=tuple(map(_policy, policies)),
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
        health_check=HealthCheck(
            target=check["Target"],
            interval=check["Interval"],
            timeout=check["Timeout"],
            healthy=check["HealthyThreshold"],
            unhealthy=check["UnhealthyThreshold"],
        ),
        idle_timeout=(attributes.get("ConnectionSettings") or {}).get(
            "IdleTimeout", USUAL_IDLE_TIMEOUT
        ),
        draining=draining.get("Timeout", USUAL_DRAINING) if draining.get("Enabled") else None,
        cross_zone=bool((attributes.get("CrossZoneLoadBalancing") or {}).get("Enabled")),
        access_logs=_access_logs(attributes.get("AccessLog") or {}),
    )


def _listener(entry: Answer) -> Listener:
    said = entry["Listener"]
    protocol = said["Protocol"].upper()
    default = default_behind(protocol)
    return Listener(
        port=said["LoadBalancerPort"],
        protocol=protocol,
        instance_port=said["InstancePort"],
        instance_protocol=(said.get("InstanceProtocol") or default).upper(),
        certificate=said.get("SSLCertificateId") or "",
        policies=tuple(entry.get("PolicyNames") or ()),
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
        prefix=str(said.get("S3BucketPrefix") or ""),
        interval=int(str(said.get("EmitInterval") or USUAL_LOG_INTERVAL)),
    )
