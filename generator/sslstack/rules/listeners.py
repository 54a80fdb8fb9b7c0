"""Rules for the listeners of classic load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.protocols import HTTP, PLAIN, SECURE, default_behind
from sslstack.cloudformation.intrinsics import known
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.ports import HTTPS_PORT, PORTS
from sslstack.rules.definition import rule
from sslstack.rules.reading import can_meet, get, is_set, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot


def protocol(listener: Spot, key: str, resource: Resource) -> str | None:
    """Give a listener's protocol in capitals, as CloudFormation takes it in any case."""
    found = next(get(listener, key), None)
    said = found and text(found, resource.template)
    return said.upper() if said else None


def instance_protocol(listener: Spot, resource: Resource) -> str | None:
    """Give what the backend speaks: HTTP or TCP where the listener does not say."""
    if isinstance(listener.value, dict) and "InstanceProtocol" in listener.value:
        return protocol(listener, "InstanceProtocol", resource)
    front = protocol(listener, "Protocol", resource)
    return front and default_behind(front)


@rule("E9101", source="listeners", types=(CLASSIC,))
def protocol_layers(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge each listener's pair."""
    for listener in balancer.items("Listeners"):
        front = protocol(listener, "Protocol", balancer)
        back = protocol(listener, "InstanceProtocol", balancer)
        if front and back and (front in HTTP) != (back in HTTP):
            path = (*listener.path, "InstanceProtocol")
            yield path, f"{front} cannot be joined with {back}: they are of different layers"


@rule("E9102", source="classic", types=(CLASSIC,))
def duplicate_ports(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the ports of listeners that no condition removes."""
    seen: set[int] = set()
    for listener in balancer.items("Listeners"):
        for port in get(listener, "LoadBalancerPort"):
            value = number(port, balancer.template)
            if value is None or not port.certain:
                continue
            if value in seen:
                yield port.path, f"port {value} has a listener already"
            seen.add(value)


@rule("E9103", source="listeners", types=(CLASSIC,))
def port_range(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge both ports of each listener."""
    for listener in balancer.items("Listeners"):
        for key in ("LoadBalancerPort", "InstancePort"):
            for port in get(listener, key):
                said = text(port, balancer.template)
                if said is not None and number(port, balancer.template) not in PORTS:
                    yield port.path, f"'{said}' is not a port; ports are 1 to 65535"


@rule("E9104", source="https", types=(CLASSIC,))
def missing_certificate(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look at listeners that speak TLS to clients."""
    for listener in balancer.items("Listeners"):
        front = protocol(listener, "Protocol", balancer)
        if front in SECURE and not list(get(listener, "SSLCertificateId")):
            yield (*listener.path, "Protocol"), f"an {front} listener needs SSLCertificateId"


@rule("E9106", source="classic", types=(CLASSIC,))
def mixed_instance_port(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare listeners that no condition removes."""
    seen: dict[int, str] = {}
    for listener in balancer.items("Listeners"):
        back = instance_protocol(listener, balancer)
        port = next(get(listener, "InstancePort"), None)
        value = number(port, balancer.template) if port else None
        if back is None or port is None or value is None or not listener.certain:
            continue
        before = seen.setdefault(value, back)
        if (before in SECURE) != (back in SECURE):
            message = f"instance port {value} is asked by {before} and by {back}"
            yield port.path, f"{message}: either all secure or none"


@rule("E9109", source="listeners", types=(CLASSIC,))
def certificate_in_plaintext(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare certificates with the protocols of the same branches."""
    template = balancer.template
    for listener in balancer.items("Listeners"):
        for held in get(listener, "SSLCertificateId"):
            for spoken in get(listener, "Protocol"):
                said = (text(spoken, template) or "").upper()
                if said not in PLAIN or not is_set(held, template):
                    continue
                if can_meet(template, held, spoken):
                    message = f"a listener that speaks {said} uses no certificate"
                    yield held.path, f"{message}; its protocol would be HTTPS or SSL"


@rule("W9107", source="combinations", types=(CLASSIC,))
def plaintext_https(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for plaintext HTTP on 443."""
    for listener in balancer.items("Listeners"):
        port = next(get(listener, "LoadBalancerPort"), None)
        if port is None or number(port, balancer.template) != HTTPS_PORT:
            continue
        if protocol(listener, "Protocol", balancer) == "HTTP":
            yield (*listener.path, "Protocol"), "port 443 is plaintext HTTP"


@rule("E9108", source="classic", types=(CLASSIC,))
def scheme(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the scheme where it is known."""
    for spot in balancer.get("Scheme"):
        value = known(spot.value, balancer.template)
        if isinstance(value, str) and value not in ("internal", "internet-facing"):
            yield spot.path, f"'{value}' is no scheme; it is internal or internet-facing"
