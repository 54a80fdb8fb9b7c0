"""Application and network load balancers of a template, whose listeners are resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from sslstack.balancers.model import Application, Listener, Network, Target
from sslstack.cloudformation.forwarding import forwarded_to
from sslstack.cloudformation.intrinsics import logical_id
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import mappings, numbers, scalars, values
from sslstack.cloudformation.read.demands import read_demands
from sslstack.cloudformation.read.groups import read_groups, read_scheme
from sslstack.cloudformation.read.values import ABSENT, read_number, read_protocol, read_text
from sslstack.cloudformation.resource_types import (
    LISTENER,
    LISTENER_CERTIFICATE,
    LOAD_BALANCER,
    kind_of_type,
)
from sslstack.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.balancers.model import LoadBalancer, Number, Text

    Names = tuple[Text, ...]
    from sslstack.kinds import Kind


def read_modern(
    template: Mapping[str, Any],
) -> tuple[dict[str, LoadBalancer], dict[str, tuple[Listener, ...]]]:
    """Give the load balancers, and the listeners of those that are elsewhere."""
    listeners: dict[str, tuple[Listener, ...]] = {}
    for name, properties in resources_of(template, LISTENER):
        owner = logical_id(properties.get("LoadBalancerArn"))
        listeners[owner] = (*listeners.get(owner, ()), _listener(name, properties, template))
    found = {
        name: _load_balancer(properties, listeners.pop(name, ()), template)
        for name, properties in resources_of(template, LOAD_BALANCER)
    }
    return found, listeners


def _load_balancer(
    properties: Mapping[str, Any], listeners: tuple[Listener, ...], template: Mapping[str, Any]
) -> LoadBalancer:
    """Read a load balancer; one that may be a network load balancer is taken for one."""
    named = {kind_of_type(one) for one in scalars(properties.get("Type"), template)}
    kind = _class(next((one for one in reversed(KINDS) if one in named), "application"))
    return kind(
        scheme=read_scheme(properties, template),
        security_groups=read_groups(properties, template),
        listeners=listeners,
    )


def _class(kind: Kind) -> type[Application | Network]:
    match kind:
        case "classic" | "application":
            return Application
        case "network":
            return Network
        case _:
            assert_never(kind)


def _listener(name: str, properties: Mapping[str, Any], template: Mapping[str, Any]) -> Listener:
    return Listener(
        port=read_number(properties.get("Port"), template),
        protocol=read_protocol(properties.get("Protocol"), template),
        targets=tuple(_targets(name, properties, template)),
        certificates=_shown(name, properties, template),
        security_policy=read_text(properties.get("SslPolicy"), template),
        demands=read_demands(properties, template),
    )


def _shown(name: str, properties: Mapping[str, Any], template: Mapping[str, Any]) -> Names:
    """Give the default certificate, absent where none is written, and then the others."""
    default = (*_certificates(properties.get("Certificates"), template),)
    added = sorted({*_added(name, template)})
    return (*(default or ([ABSENT] if added else [])), *added)


def _targets(
    listener: str, properties: Mapping[str, Any], template: Mapping[str, Any]
) -> Iterator[Target]:
    for group in forwarded_to(listener, properties, template):
        protocol = read_protocol(group.get("Protocol"), template)
        ports: list[Number] = [*numbers(group.get("Port"), template)]
        for number in ports or [read_number(group.get("Port"), template)]:
            yield Target(port=number, protocol=protocol)


def _added(listener: str, template: Mapping[str, Any]) -> Iterator[str]:
    """Give the certificates that resources of their own add to a listener."""
    for _, properties in resources_of(template, LISTENER_CERTIFICATE):
        if listener in map(logical_id, values(properties.get("ListenerArn"), template)):
            yield from _certificates(properties.get("Certificates"), template)


def _certificates(value: Any, template: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(value, template):
        yield logical_id(one.get("CertificateArn"))
