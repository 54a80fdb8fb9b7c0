"""Rules for security policies, of every kind of load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.classic import NEGOTIATION, POLICY_ATTRIBUTES, PROTOCOL_PREFIX, REFERENCE
from sslstack.balancers.policies import WEAK_CIPHERS, WEAK_PROTOCOLS, SecurityPolicy, predefined
from sslstack.balancers.protocols import SECURE
from sslstack.cloudformation.resource_types import CLASSIC, LISTENER, LOAD_BALANCER, type_of
from sslstack.findings import find_nearest
from sslstack.kinds import KINDS
from sslstack.rules.definition import rule
from sslstack.rules.listeners import read_protocol
from sslstack.rules.policies import (
    find_attributes,
    find_policies,
)
from sslstack.rules.reading import find_items, find_values, read_key, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.rules.reading import Path, Resource


_OBSOLETE = frozenset(PROTOCOL_PREFIX + one for one in WEAK_PROTOCOLS)


@rule("W9115", source="policies", types=(CLASSIC, LISTENER))
def unknown_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Check predefined policies by name."""
    names = _load_policies(thing)
    for path, name in _find_predefined(thing):
        if name not in names:
            near = find_nearest(name, names)
            hint = f"; did you mean {near}?" if near else ""
            yield path, f"'{name}' is not a known security policy{hint}"


def _load_policies(thing: Resource) -> Mapping[str, SecurityPolicy]:
    wanted = CLASSIC if thing.type == CLASSIC else LOAD_BALANCER
    kinds = [kind for kind in KINDS if type_of(kind) == wanted]
    return {name: policy for kind in kinds for name, policy in predefined(kind).items()}


def _find_predefined(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Yield the predefined policies that a load balancer or listener refers to."""
    if thing.type == CLASSIC:
        for policy in find_policies(thing, NEGOTIATION):
            for spot, name, value in find_attributes(policy, thing):
                if name == REFERENCE and value is not None:
                    yield (*spot.path, "Value"), value
        return
    for spot in thing.find_values("SslPolicy"):
        named = read_text(spot, thing.template)
        if named is not None:
            yield spot.path, named


@rule("W9116", source="policies", types=(CLASSIC, LISTENER))
def weak_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Check what predefined policies allow and what other policies enable."""
    names = _load_policies(thing)
    for path, name in _find_predefined(thing):
        if name in names and (weak := names[name].weaknesses):
            yield path, f"{name} allows {', '.join(weak)}"
    if thing.type != CLASSIC:
        return
    for policy in find_policies(thing, NEGOTIATION):
        for spot, name, value in find_attributes(policy, thing):
            weak_name = name in _OBSOLETE or any(word in name for word in WEAK_CIPHERS)
            if weak_name and value == "true":
                yield (*spot.path, "Name"), f"{name} is weak and enabled"


@rule("I9117", source="alb policies", types=(LISTENER,))
def not_forward_secret(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Check listeners of the newer kinds; no predefined policy of classic ones is better."""
    names = _load_policies(listener)
    for path, name in _find_predefined(listener):
        if name in names and names[name].forward_secret is False:
            yield path, f"{name} has ciphers without forward secrecy"


@rule("W9118", source="policies", types=(CLASSIC, LISTENER))
def default_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Look for TLS listeners without a policy."""
    message = "no security policy is set: AWS's default allows TLS 1.0"
    if thing.type == LISTENER:
        front = next(thing.find_values("Protocol"), None)
        spoken = read_text(front, thing.template) if front else None
        if spoken and spoken.upper() in SECURE:
            for spot in thing.find_missing("SslPolicy"):
                yield (*spot.path, "Protocol"), message
        return
    kinds = {
        read_key(policy, "PolicyName", thing.template): read_key(
            policy, "PolicyType", thing.template
        )
        for policy in find_policies(thing)
    }
    if None in kinds or not set(kinds.values()) <= set(POLICY_ATTRIBUTES):
        return
    for listener in thing.find_items("Listeners"):
        if read_protocol(listener, "Protocol", thing) not in SECURE:
            continue
        named = [read_text(spot, thing.template) for spot in find_items(listener, "PolicyNames")]
        lists = all(isinstance(spot.value, list) for spot in find_values(listener, "PolicyNames"))
        known = lists and None not in named
        if known and not any(kinds.get(name) == NEGOTIATION for name in named):
            yield (*listener.path, "Protocol"), message
