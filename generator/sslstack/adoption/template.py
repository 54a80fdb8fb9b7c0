"""The template of an import: the load balancer as it is, to the last policy.

An import may be followed by an update of the resource to what the template says, and may
change nothing else (resource-import in the user guide). So the template of an import says
what is there; what the declarations want otherwise is the next deployment's change set, where
it can be reviewed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.adoption.references import StackReferences
from sslstack.balancers import policies
from sslstack.balancers.classic import AUTHENTICATION, NEGOTIATION, PROXY, PUBLIC_KEY, REFERENCE
from sslstack.balancers.model import known
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.cloudformation.write.properties import (
    cookie_properties,
    listener_properties,
    policy_properties,
    setting_properties,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.adoption.model import LiveLoadBalancer, Policy

Properties = dict[str, Any]
_ORDER = (PUBLIC_KEY, AUTHENTICATION, PROXY, NEGOTIATION)
_SUBNETS = "Subnets"
_BEGINNING = ("AWSTemplateFormatVersion", "Description")


def build_import(
    live: LiveLoadBalancer,
    logical_id: str,
    deployed: Mapping[str, Any],
    values: Mapping[str, str],
    generated: Mapping[str, Any],
    *,
    own: StackReferences | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a stack's template with the load balancer added as it is, and parameters for it.

    `deployed` is the stack's template in long form, empty where there is no stack yet, `values`
    are those of its parameters, or those that it is to have. `generated` is what the
    declarations make of it, whose description and parameter a new stack begins with. The
    resource stays when the stack goes, as each one imported must say; what is the stack's `own`
    is as the stack says.
    """
    properties = _properties(live, own or StackReferences())
    parameters: dict[str, str] = {}
    template = dict(deployed) or {name: generated[name] for name in _BEGINNING}
    known = find_subnets(values) or (() if deployed else live.subnets)
    if set(known) == set(live.subnets):
        properties[_SUBNETS] = {"Ref": _SUBNETS}
        if not deployed:
            template["Parameters"] = {_SUBNETS: generated["Parameters"][_SUBNETS]}
            parameters[_SUBNETS] = ",".join(known)
    stays = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    resource = {"Type": CLASSIC, **stays, "Properties": properties}
    template["Resources"] = {**template.get("Resources", {}), logical_id: resource}
    return template, parameters


def find_subnets(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the subnets of a stack's load balancers from its parameters, none if unset."""
    return tuple(filter(None, map(str.strip, values.get(_SUBNETS, "").split(","))))


def _properties(live: LiveLoadBalancer, own: StackReferences) -> Properties:
    """Return every property but the name, which would have the next update replace it."""
    balancer = live.balancer
    properties: Properties = {
        "Scheme": str(balancer.scheme),
        _SUBNETS: list(live.subnets),
        "SecurityGroups": [own.reference(one) for one in live.security_groups],
        "Listeners": list(_listeners(live, own)),
    }
    policies_ = list(_policies(live))
    return {
        **properties,
        **({"Policies": policies_} if policies_ else {}),
        **cookie_properties(live.cookies, live.periods),
        **setting_properties(balancer),
    }


def _listeners(live: LiveLoadBalancer, own: StackReferences) -> Iterator[Properties]:
    for one in live.listeners:
        certificate = own.reference(str(one.certificate)) if one.certificates else None
        yield listener_properties(one, certificate, live.named[known(one.port)])


def _policies(live: LiveLoadBalancer) -> Iterator[Properties]:
    """Return the policies that a template may name, in the order in which one is generated.

    So public keys come before those that name them, and the review sets like beside like. Not
    those of cookies, which have properties of their own, nor AWS's: their names are reserved,
    and a listener can only go on naming them.
    """
    cookies = {*live.cookies, *live.periods}
    used = [name for one in live.listeners for name in live.named[known(one.port)]]

    def place(policy: Policy) -> tuple[int, int]:
        kind = _ORDER.index(policy.type) if policy.type in _ORDER else len(_ORDER)
        return kind, used.index(policy.name) if policy.name in used else len(used)

    for one in sorted(live.policies, key=place):
        if one.name in cookies or one.name.startswith(policies.RESERVED_PREFIXES):
            continue
        ports = sorted(port for port, names in live.backends.items() if one.name in names)
        yield policy_properties(one.name, one.type, _attributes(one), ports)


def _attributes(policy: Policy) -> list[tuple[str, str]]:
    """Return what was said of a policy; AWS describes every cipher, chosen or not."""
    if policy.type != NEGOTIATION:
        return list(policy.attributes)
    if reference := policy.values(REFERENCE):
        return [(REFERENCE, reference[0])]
    return [(name, value) for name, value in policy.attributes if value.lower() == "true"]
