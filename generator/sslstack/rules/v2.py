"""Rules for listeners of application and network load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.protocols import PLAIN, SECURE, of_listeners
from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.resource_types import (
    LISTENER,
    LISTENER_CERTIFICATE,
    LOAD_BALANCER,
    kind_of_type,
)
from sslstack.ports import HTTPS_PORT, PORTS
from sslstack.rules.definition import rule
from sslstack.rules.reading import can_meet, find_resources, is_set, read_number, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.kinds import Kind
    from sslstack.rules.reading import Path, Resource, Spot


def _read_protocol(listener: Resource) -> tuple[Path, str] | None:
    for spot in listener.find_values("Protocol"):
        said = read_text(spot, listener.template)
        if said is not None:
            return spot.path, said.upper()
    return None


def _find_kind(listener: Resource) -> Kind | None:
    """Return the kind of load balancer a listener belongs to, if it is in the same template."""
    for spot in listener.find_values("LoadBalancerArn"):
        target = reference(spot.value)
        for balancer in find_resources(listener.template, LOAD_BALANCER):
            if target == (balancer.name, ""):
                kinds = [read_text(one, listener.template) for one in balancer.find_values("Type")]
                return kind_of_type(kinds[0]) if kinds else "application"
    return None


@rule("E9161", source="listener", types=(LISTENER,))
def listener_of_another_kind(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the protocol with the load balancer's type, where both are known."""
    spoken, kind = _read_protocol(listener), _find_kind(listener)
    if spoken and kind and spoken[1] not in of_listeners(kind):
        allowed = ", ".join(sorted(of_listeners(kind)))
        yield (
            spoken[0],
            f"{kind} load balancers do not support {spoken[1]} listeners; they support {allowed}",
        )


@rule("E9162", source="listener", types=(LISTENER,))
def listener_without_certificate(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Look for the property, and for a list with nothing in it."""
    spoken = _read_protocol(listener)
    if spoken is None or spoken[1] not in SECURE:
        return
    for _ in listener.find_missing("Certificates"):
        yield spoken[0], f"a listener with protocol {spoken[1]} needs Certificates"
    for spot in listener.find_values("Certificates"):
        if spot.value == []:
            yield spot.path, f"a listener with protocol {spoken[1]} needs a certificate"


@rule("E9163", source="listener", types=(LISTENER,))
def several_default_certificates(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Count the certificates that no condition removes."""
    certain = [spot for spot in listener.find_items("Certificates") if spot.certain]
    for extra in certain[1:]:
        yield (
            extra.path,
            "a listener has one default certificate; add others with ListenerCertificate",
        )


@rule("E9164", source="listener certificate", types=(LISTENER_CERTIFICATE,))
def several_listener_certificates(extra: Resource) -> Iterator[tuple[Path, str]]:
    """Count the certificates that no condition removes."""
    certain = [spot for spot in extra.find_items("Certificates") if spot.certain]
    for one in certain[1:]:
        yield one.path, "a ListenerCertificate adds one certificate; add another resource"


@rule("E9165", source="listener", types=(LISTENER,))
def listener_port_range(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Check the port where it is known."""
    for spot in listener.find_values("Port"):
        said = read_text(spot, listener.template)
        if said is not None and read_number(spot, listener.template) not in PORTS:
            yield spot.path, f"'{said}' is not a port; ports are 1 to 65535"


@rule("E9166", source="nlb listeners", types=(LISTENER,))
def duplicate_listener(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Compare with the listeners before this one, where neither is conditional."""
    own = _read_place(listener)
    if own is None:
        return
    for other in find_resources(listener.template, LISTENER):
        if other.name == listener.name:
            return
        if _read_place(other) == own:
            path = (*listener.properties.path, "Port")
            yield path, f"port {own[1]} already has the listener {other.name}"


def _read_place(listener: Resource) -> tuple[str, int] | None:
    """Return the load balancer and port of a listener that certainly exists."""
    arns = [
        reference(spot.value) for spot in listener.find_values("LoadBalancerArn") if spot.certain
    ]
    ports = [
        read_number(spot, listener.template)
        for spot in listener.find_values("Port")
        if spot.certain
    ]
    if len(arns) != 1 or len(ports) != 1 or arns[0] is None or ports[0] is None:
        return None
    return arns[0][0], ports[0]


@rule("E9168", source="listener", types=(LISTENER, LISTENER_CERTIFICATE))
def tls_without_tls(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Compare what is for TLS with the protocols of the same branches."""
    template = listener.template
    for spoken, held in _find_pairs(listener):
        said = (read_text(spoken, template) or "").upper()
        if said in PLAIN and is_set(held, template) and can_meet(template, spoken, held):
            key = "SslPolicy" if "SslPolicy" in held.path else "Certificates"
            yield (
                held.path,
                f"a listener with protocol {said} does not support {key}; use HTTPS or TLS",
            )


def _find_pairs(resource_: Resource) -> Iterator[tuple[Spot, Spot]]:
    """Yield each protocol of a listener with each thing that is for TLS."""
    listeners = [resource_]
    if resource_.type == LISTENER_CERTIFICATE:
        named = {reference(spot.value) for spot in resource_.find_values("ListenerArn")}
        listeners = [
            one for one in find_resources(resource_.template, LISTENER) if (one.name, "") in named
        ]
    for listener in listeners:
        for spoken in listener.find_values("Protocol"):
            for key in ("SslPolicy", "Certificates"):
                for held in resource_.find_values(key):
                    yield spoken, held


@rule("W9167", source="alb listeners", types=(LISTENER,))
def plaintext_listener(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Look for plaintext HTTP on 443."""
    spoken = _read_protocol(listener)
    ports = [read_number(spot, listener.template) for spot in listener.find_values("Port")]
    if spoken and spoken[1] == "HTTP" and ports == [HTTPS_PORT]:
        yield spoken[0], "port 443 is plaintext HTTP"
