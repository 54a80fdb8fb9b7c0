"""Properties of a classic load balancer in the long form of a template.

They are the same for a stack that is generated and for a load balancer that is imported as it is;
what differs is how policies, certificates and groups are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import HealthCheck, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sslstack.balancers.model import AccessLogs, Classic, Listener

Properties = dict[str, Any]


def listener_properties(
    listener: Listener, certificate: Any, policy_names: Sequence[str]
) -> Properties:
    """Give a listener; its PolicyNames are the whole set, so all are named together."""
    return {
        "LoadBalancerPort": str(listener.port),
        "Protocol": listener.protocol,
        "InstancePort": str(listener.target.port),
        "InstanceProtocol": listener.target.protocol,
        **({"SSLCertificateId": certificate} if certificate else {}),
        **({"PolicyNames": list(policy_names)} if policy_names else {}),
    }


def policy_properties(
    name: str, policy_type: str, attributes: Iterable[tuple[str, str]], ports: Sequence[int]
) -> Properties:
    """Give a policy; `ports` are the instance ports that it is set on."""
    return {
        "PolicyName": name,
        "PolicyType": policy_type,
        "Attributes": [{"Name": key, "Value": value} for key, value in attributes],
        **({"InstancePorts": [str(port) for port in ports]} if ports else {}),
    }


def cookie_properties(cookies: Mapping[str, str], periods: Mapping[str, int | None]) -> Properties:
    """Give the policies of stickiness: cookies of the application, and seconds of those of AWS."""
    followed = [{"PolicyName": name, "CookieName": cookie} for name, cookie in cookies.items()]
    made = [
        {"PolicyName": name} | ({} if seconds is None else {"CookieExpirationPeriod": str(seconds)})
        for name, seconds in periods.items()
    ]
    return {
        **({"AppCookieStickinessPolicy": followed} if followed else {}),
        **({"LBCookieStickinessPolicy": made} if made else {}),
    }


def setting_properties(balancer: Classic) -> Properties:
    """Give what a load balancer is beside its listeners and their policies."""
    check, draining = balancer.health_check, known(balancer.draining)
    assert isinstance(check, HealthCheck)  # noqa: S101 - declarations and AWS tell all of it
    return {
        # Always written: adding one later, or removing it, replaces the load balancer.
        "HealthCheck": {
            "Target": check.target,
            "Interval": str(check.interval),
            "Timeout": str(check.timeout),
            "HealthyThreshold": str(check.healthy),
            "UnhealthyThreshold": str(check.unhealthy),
        },
        "ConnectionDrainingPolicy": {"Enabled": True, "Timeout": draining}
        if draining
        else {"Enabled": False},
        "ConnectionSettings": {"IdleTimeout": balancer.idle_timeout},
        "CrossZone": balancer.cross_zone,
        **_access_logs(balancer.access_logs),
    }


def _access_logs(logs: AccessLogs | None) -> Properties:
    if logs is None:
        return {}
    written = {"Enabled": True, "S3BucketName": logs.bucket, "EmitInterval": logs.interval}
    prefix = {"S3BucketPrefix": logs.prefix} if logs.prefix else {}
    return {"AccessLoggingPolicy": written | prefix}
