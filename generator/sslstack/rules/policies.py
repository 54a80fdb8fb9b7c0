"""Rules for the policies of classic load balancers, and for security policies of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.classic import (
    ENDS_WITHOUT_PROXY,
    NEGOTIATION,
    POLICY_ATTRIBUTES,
    PROTOCOL_PREFIX,
    PROXY,
    REFERENCE,
)
from sslstack.balancers.policies import RESERVED_PREFIXES, negotiable, predefined
from sslstack.balancers.protocols import HTTP
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.findings import find_nearest
from sslstack.rules.definition import rule
from sslstack.rules.listeners import read_instance_protocol, read_protocol
from sslstack.rules.reading import find_items, find_values, read_key, read_number, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot


def find_policies(balancer: Resource, kind: str = "") -> Iterator[Spot]:
    """Yield the declared policies, all or those of a type."""
    for policy in balancer.find_items("Policies"):
        if not kind or read_key(policy, "PolicyType", balancer.template) == kind:
            yield policy


def find_attributes(policy: Spot, balancer: Resource) -> Iterator[tuple[Spot, str, str | None]]:
    """Yield the attributes of a policy: the place, the name, and the value where known."""
    for attribute in find_items(policy, "Attributes"):
        name = read_key(attribute, "Name", balancer.template)
        if name is not None:
            yield attribute, name, read_key(attribute, "Value", balancer.template)


def _read_policy_names(balancer: Resource) -> set[str] | None:
    """Return the names of all declared policies; None where one cannot be known."""
    names = {
        read_key(spot, "PolicyName", balancer.template)
        for key in ("Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for spot in balancer.find_items(key)
    }
    known = {name for name in names if name is not None}
    lists = all(
        isinstance(spot.value, list)
        for key in ("Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for spot in balancer.find_values(key)
    )
    return known if lists and None not in names else None


@rule("E9111", source="classic", types=(CLASSIC,))
def undeclared_policy(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the names in listeners with those declared."""
    declared = _read_policy_names(balancer)
    if declared is None:
        return
    for listener in balancer.find_items("Listeners"):
        for named in find_items(listener, "PolicyNames"):
            name = read_text(named, balancer.template)
            if name is None or name in declared:
                continue
            near = find_nearest(name, declared)
            hint = f"; did you mean '{near}'?" if near else ""
            if name in predefined("classic"):
                hint = f"; declare an {NEGOTIATION} with {REFERENCE}: {name}"
            yield named.path, f"no policy '{name}' is declared here{hint}"


@rule("E9112", source="https", types=(CLASSIC,))
def reserved_name(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the names of declared policies."""
    for policy in find_policies(balancer):
        for spot in find_values(policy, "PolicyName"):
            name = read_text(spot, balancer.template)
            if name is not None and name.startswith(RESERVED_PREFIXES):
                yield spot.path, f"'{name}' has a prefix that AWS reserves for its own policies"


@rule("E9113", source="classic", types=(CLASSIC,))
def unknown_policy_type(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the types of declared policies."""
    for policy in find_policies(balancer):
        for spot in find_values(policy, "PolicyType"):
            kind = read_text(spot, balancer.template)
            if kind is not None and kind not in POLICY_ATTRIBUTES:
                near = find_nearest(kind, POLICY_ATTRIBUTES)
                hint = f"; did you mean {near}?" if near else ""
                yield spot.path, f"unknown policy type '{kind}'{hint}"


@rule("E9114", source="classic", types=(CLASSIC,))
def unknown_attribute(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the attributes of policies whose type is known."""
    for policy in find_policies(balancer):
        kind = read_key(policy, "PolicyType", balancer.template)
        if kind is None or kind not in POLICY_ATTRIBUTES:
            continue
        allowed = POLICY_ATTRIBUTES[kind] or negotiable()
        for spot, name, _ in find_attributes(policy, balancer):
            if name not in allowed:
                near = find_nearest(name, allowed)
                hint = f"; did you mean '{near}'?" if near else ""
                yield (*spot.path, "Name"), f"{kind} has no attribute '{name}'{hint}"
        if kind in (NEGOTIATION, PROXY):
            yield from _check_switches(policy, allowed, balancer)
        if kind == NEGOTIATION:
            yield from _check_protocols(policy, balancer)


def _check_switches(
    policy: Spot, allowed: frozenset[str], balancer: Resource
) -> Iterator[tuple[Path, str]]:
    """Check the values of attributes that are on or off."""
    for spot, name, value in find_attributes(policy, balancer):
        if name == REFERENCE or name not in allowed or value is None:
            continue
        if value.lower() not in ("true", "false"):
            yield (*spot.path, "Value"), f"'{name}' is '{value}'; use true or false"


def _check_protocols(policy: Spot, balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a policy that certainly enables no protocol."""
    held = [*find_attributes(policy, balancer)]
    listed = [*find_items(policy, "Attributes")]
    protocols = {value for _, name, value in held if name.startswith(PROTOCOL_PREFIX)}
    certain = len(held) == len(listed) and all(
        isinstance(one.value, list) for one in find_values(policy, "Attributes")
    )
    if not certain or any(name == REFERENCE for _, name, _ in held):
        return
    if protocols and all(value is not None and value.lower() == "false" for value in protocols):
        yield (*policy.path, "Attributes"), "every protocol is off: no client can connect"


@rule("E9119", source="proxy", types=(CLASSIC,))
def proxy_where_it_cannot_go(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the instance ports of PROXY policies with the listeners that use them."""
    for policy in find_policies(balancer, PROXY):
        switched = {value for _, name, value in find_attributes(policy, balancer)}
        if switched and switched != {"true"}:
            continue
        for spot in find_items(policy, "InstancePorts"):
            port = read_number(spot, balancer.template)
            for front, back in _find_protocol_pairs(balancer, port):
                if front in HTTP or (front, back) in ENDS_WITHOUT_PROXY:
                    message = f"instance port {port} is used by {front} to {back}"
                    yield spot.path, f"{message}, which does not carry the PROXY header"


def _find_protocol_pairs(balancer: Resource, port: int | None) -> Iterator[tuple[str, str]]:
    """Yield the protocol pairs of the listeners that certainly use an instance port."""
    for listener in balancer.find_items("Listeners"):
        used = next(find_values(listener, "InstancePort"), None)
        front = read_protocol(listener, "Protocol", balancer)
        back = read_instance_protocol(listener, balancer)
        if used is None or port is None or not front or not back or not listener.certain:
            continue
        if read_number(used, balancer.template) == port:
            yield front, back
