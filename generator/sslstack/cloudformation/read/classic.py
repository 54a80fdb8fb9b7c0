"""Classic load balancers of a template, their policies worked in where they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    Unknown,
)
from sslstack.balancers.policies import RESERVED_PREFIXES
from sslstack.balancers.protocols import default_behind
from sslstack.cloudformation.intrinsics import logical_id, show
from sslstack.cloudformation.possible import mappings
from sslstack.cloudformation.read.groups import read_groups, read_scheme
from sslstack.cloudformation.read.values import (
    mapping,
    read_number,
    read_protocol,
    read_switch,
    read_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.balancers.model import Number, Text

Policies = dict[str, "Mapping[str, Any]"]


def read_classic(properties: Mapping[str, Any], template: Mapping[str, Any]) -> Classic:
    """Read the properties of a classic load balancer."""
    policies: Policies = {
        show(policy.get("PolicyName")): policy
        for policy in mappings(properties.get("Policies"), template)
    }
    return Classic(
        scheme=read_scheme(properties, template),
        security_groups=read_groups(properties, template),
        listeners=_listeners(properties.get("Listeners"), policies, template),
        health_check=_health_check(properties.get("HealthCheck"), template),
        idle_timeout=read_number(
            mapping(properties.get("ConnectionSettings")).get("IdleTimeout"),
            template,
            USUAL_IDLE_TIMEOUT,
        ),
        draining=_draining(mapping(properties.get("ConnectionDrainingPolicy")), template),
        cross_zone=read_switch(properties.get("CrossZone"), template),
        stickiness=_stickiness(properties, template),
        access_logs=_access_logs(mapping(properties.get("AccessLoggingPolicy")), template),
    )


def _listeners(
    written: Any, policies: Policies, template: Mapping[str, Any]
) -> tuple[Listener, ...]:
    """Read the listeners, those in both branches of a condition too."""
    return tuple(_listener(one, policies, template) for one in mappings(written, template))


def _listener(
    written: Mapping[str, Any], policies: Policies, template: Mapping[str, Any]
) -> Listener:
    protocol = read_protocol(written.get("Protocol"), template)
    certificate = written.get("SSLCertificateId")
    return Listener(
        port=read_number(written.get("LoadBalancerPort"), template),
        protocol=protocol,
        targets=(_target(written, protocol, policies, template),),
        certificates=() if certificate is None else (logical_id(certificate),),
        security_policy=(policy := _security_policy(written, policies)),
        allowed=_allowed(written, policies) if policy == CUSTOM_POLICY else frozenset(),
    )


def _target(
    written: Mapping[str, Any], front: Text, policies: Policies, template: Mapping[str, Any]
) -> Target:
    port = show(written.get("InstancePort"))
    protocol = read_protocol(written.get("InstanceProtocol"), template)
    return Target(
        port=read_number(written.get("InstancePort"), template),
        protocol=protocol or default_behind(str(front)),
        trusted_keys=_trusted_keys(policies, port),
        proxy_protocol=any(
            policy.get("PolicyType") == PROXY and _applies(policy, port)
            for policy in policies.values()
        ),
    )


def _attribute(policy: Mapping[str, Any], name: str) -> list[str]:
    return [show(one.get("Value")) for one in _attributes(policy) if one.get("Name") == name]


def _attributes(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = policy.get("Attributes")
    return [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict)]


def _security_policy(written: Mapping[str, Any], policies: Policies) -> str:
    """Give the predefined policy that a listener names, by whatever way."""
    named = written.get("PolicyNames")
    for name in named if isinstance(named, list) else ():
        if show(name).startswith(RESERVED_PREFIXES):
            return show(name)  # AWS's own, as an import finds it on a listener
        policy = policies.get(show(name), {})
        if policy.get("PolicyType") == NEGOTIATION:
            return next(iter(_attribute(policy, REFERENCE)), CUSTOM_POLICY)
    return ""


def _allowed(written: Mapping[str, Any], policies: Policies) -> frozenset[str]:
    """Give the protocols and ciphers that a listener's own policies switch on."""
    named = written.get("PolicyNames")
    chosen = [policies.get(show(name), {}) for name in (named if isinstance(named, list) else ())]
    return frozenset(
        show(attribute.get("Name"))
        for policy in chosen
        if policy.get("PolicyType") == NEGOTIATION
        for attribute in _attributes(policy)
        if show(attribute.get("Value")).lower() == "true"
    )


def _applies(policy: Mapping[str, Any], port: str) -> bool:
    ports = policy.get("InstancePorts")
    return isinstance(ports, list) and port in map(show, ports)


def _trusted_keys(policies: Policies, port: str) -> frozenset[str]:
    """Give the public keys that a target may present on a port."""
    names = {
        name
        for policy in policies.values()
        if policy.get("PolicyType") == AUTHENTICATION and _applies(policy, port)
        for name in _attribute(policy, KEY_NAME)
    }
    return frozenset(
        value for name in names for value in _attribute(policies.get(name, {}), KEY_CONTENT)
    )


def _health_check(written: Any, template: Mapping[str, Any]) -> HealthCheck | Unknown | None:
    if not isinstance(written, dict):
        return None if written is None else Unknown(show(written))
    parts = HEALTH_TARGET.fullmatch(str(read_text(written.get("Target"), template)))
    if parts is None:
        return Unknown(show(written.get("Target")))
    return HealthCheck(
        protocol=parts["protocol"],
        port=int(parts["port"]),
        path=parts["path"],
        interval=read_number(written.get("Interval"), template),
        timeout=read_number(written.get("Timeout"), template),
        healthy=read_number(written.get("HealthyThreshold"), template),
        unhealthy=read_number(written.get("UnhealthyThreshold"), template),
    )


def _draining(policy: Mapping[str, Any], template: Mapping[str, Any]) -> Number:
    enabled = read_switch(policy.get("Enabled"), template)
    if isinstance(enabled, Unknown):
        return enabled
    return read_number(policy.get("Timeout"), template, USUAL_DRAINING) if enabled else 0


def _stickiness(properties: Mapping[str, Any], template: Mapping[str, Any]) -> Stickiness | None:
    for policy in mappings(properties.get("AppCookieStickinessPolicy"), template):
        return Stickiness(cookie=read_text(policy.get("CookieName"), template), duration=None)
    for policy in mappings(properties.get("LBCookieStickinessPolicy"), template):
        period = policy.get("CookieExpirationPeriod")
        return Stickiness(
            cookie=None, duration=None if period is None else read_number(period, template)
        )
    return None


def _access_logs(policy: Mapping[str, Any], template: Mapping[str, Any]) -> AccessLogs | None:
    if read_switch(policy.get("Enabled"), template) is False:
        return None
    return AccessLogs(
        bucket=read_text(policy.get("S3BucketName"), template),
        prefix=read_text(policy.get("S3BucketPrefix"), template) or None,
        interval=read_number(policy.get("EmitInterval"), template, USUAL_LOG_INTERVAL),
    )
