"""Rules for the listeners of classic load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.protocols import HTTP, PLAIN, SECURE, default_behind
from sslstack.cloudformation.intrinsics import known
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.ports import HTTPS_PORT, PORTS
from sslstack.rules.definition import rule
from sslstack.rules.reading import can_meet, find_values, is_set, read_key, read_number, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot


def read_protocol(listener: Spot, key: str, resource: Resource) -> str | None:
    """Return a listener's protocol in capitals; CloudFormation accepts both cases."""
    protocol = read_key(listener, key, resource.template)
    return protocol.upper() if protocol else None


def read_instance_protocol(listener: Spot, resource: Resource) -> str | None:
    """Return the protocol of the backend: HTTP or TCP where the listener has none."""
    if isinstance(listener.value, dict) and "InstanceProtocol" in listener.value:
        return read_protocol(listener, "InstanceProtocol", resource)
    front = read_protocol(listener, "Protocol", resource)
    return front and default_behind(front)


@rule("E9101", source="listeners", types=(CLASSIC,))
def protocol_layers(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check each listener's pair."""
    for listener in balancer.find_items("Listeners"):
        front = read_protocol(listener, "Protocol", balancer)
        back = read_protocol(listener, "InstanceProtocol", balancer)
        if front and back and (front in HTTP) != (back in HTTP):
            path = (*listener.path, "InstanceProtocol")
            yield path, f"{front} does not work with {back}: they belong to different layers"


@rule("E9102", source="classic", types=(CLASSIC,))
def duplicate_ports(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the ports of listeners that no condition removes."""
    seen: set[int] = set()
    for listener in balancer.find_items("Listeners"):
        for port in find_values(listener, "LoadBalancerPort"):
            value = read_number(port, balancer.template)
            if value is None or not port.certain:
                continue
            if value in seen:
                yield port.path, f"port {value} already has a listener"
            seen.add(value)


@rule("E9103", source="listeners", types=(CLASSIC,))
def port_range(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check both ports of each listener."""
    for listener in balancer.find_items("Listeners"):
        for key in ("LoadBalancerPort", "InstancePort"):
            for port in find_values(listener, key):
                said = read_text(port, balancer.template)
                if said is not None and read_number(port, balancer.template) not in PORTS:
                    yield port.path, f"'{said}' is not a port; ports are 1 to 65535"


@rule("E9104", source="https", types=(CLASSIC,))
def missing_certificate(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look at listeners that use TLS with clients."""
    for listener in balancer.find_items("Listeners"):
        front = read_protocol(listener, "Protocol", balancer)
        if front in SECURE and not list(find_values(listener, "SSLCertificateId")):
            yield (*listener.path, "Protocol"), f"an {front} listener needs SSLCertificateId"


@rule("E9106", source="classic", types=(CLASSIC,))
def mixed_instance_port(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare listeners that no condition removes."""
    seen: dict[int, str] = {}
    for listener in balancer.find_items("Listeners"):
        back = read_instance_protocol(listener, balancer)
        port = next(find_values(listener, "InstancePort"), None)
        value = read_number(port, balancer.template) if port else None
        if back is None or port is None or value is None or not listener.certain:
            continue
        before = seen.setdefault(value, back)
        if (before in SECURE) != (back in SECURE):
            message = f"instance port {value} is used with {before} and with {back}"
            yield port.path, f"{message}: use encryption for all listeners or for none"


@rule("E9109", source="listeners", types=(CLASSIC,))
def certificate_in_plaintext(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare certificates with the protocols of the same branches."""
    template = balancer.template
    for listener in balancer.find_items("Listeners"):
        for held in find_values(listener, "SSLCertificateId"):
            for spoken in find_values(listener, "Protocol"):
                said = (read_text(spoken, template) or "").upper()
                if said not in PLAIN or not is_set(held, template):
                    continue
                if can_meet(template, held, spoken):
                    message = f"a listener with protocol {said} does not use a certificate"
                    yield held.path, f"{message}; use HTTPS or SSL, or remove the certificate"


@rule("W9107", source="combinations", types=(CLASSIC,))
def plaintext_https(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for plaintext HTTP on 443."""
    for listener in balancer.find_items("Listeners"):
        port = next(find_values(listener, "LoadBalancerPort"), None)
        if port is None or read_number(port, balancer.template) != HTTPS_PORT:
            continue
        if read_protocol(listener, "Protocol", balancer) == "HTTP":
            yield (*listener.path, "Protocol"), "port 443 is plaintext HTTP"


@rule("E9108", source="classic", types=(CLASSIC,))
def scheme(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the scheme where it is known."""
    for spot in balancer.find_values("Scheme"):
        value = known(spot.value, balancer.template)
        if isinstance(value, str) and value not in ("internal", "internet-facing"):
            yield spot.path, f"'{value}' is not a scheme; use internal or internet-facing"
