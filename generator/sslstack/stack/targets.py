"""Targets and services of ssl.yml that the compose project does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.findings import Finding, nearest
from sslstack.stack.exposure import publishable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.compose import Project, Service
    from sslstack.declaration import Declaration


def find_unknown_names(project: Project, declared: Declaration) -> Iterator[Finding]:
    """Find targets and services that the compose project does not have."""
    for name in declared.ssl.services:
        if name not in project.services:
            yield _unknown_service(name, project, declared, ("services", name))
    served = {name: publishable(service) for name, service in project.services.items()}
    for target in declared.ssl.listeners:
        name, _, text = target.rpartition(":")
        service = project.services.get(name)
        if service is None:
            yield _unknown_service(name, project, declared, ("listeners", target))
        elif int(text) not in served[name]:
            yield _unknown_port(target, service, declared)


def _unknown_service(
    name: str, project: Project, declared: Declaration, path: tuple[str, ...]
) -> Finding:
    near = nearest(name, project.services)
    known = ", ".join(project.services) or "none"
    return Finding(
        rule=f"{path[0].removesuffix('s')}.unknown-service",
        message=f"{' '.join(project.files)} has no service '{name}'",
        location=declared.at_key(*path),
        hint=f"did you mean '{near}'?" if near else f"its services: {known}",
    )


def _unknown_port(target: str, service: Service, declared: Declaration) -> Finding:
    """Say why a port has no listener, as nearly as the compose file tells."""
    number = int(target.rpartition(":")[2])
    served = ", ".join(f"{service.name}:{n}" for n in sorted(publishable(service)))
    reason, hint = f"service '{service.name}' publishes no port {number}", ""
    for port in service.ports:
        if port.number == number and port.is_loopback:
            reason = f"port {number} of '{service.name}' is bound to {port.host_ip} only"
            hint = (
                f'publish it for the load balancer: "{number}:{port.target}" in '
                f"{port.location.file}"
            )
        elif port.number == number:
            reason = f"port {number} of '{service.name}' is {port.protocol.upper()}"
            hint = "a classic load balancer serves TCP only; remove the listener"
        elif port.target == number:
            to = (
                f"published as {port.published}" if port.published else "published on no fixed port"
            )
            hint = f"{number} is the container's port, {to}; a target names the published port"
    return Finding(
        rule="listener.unknown-port",
        message=f"listener {target}: {reason}",
        location=declared.at_key("listeners", target),
        hint=hint or (f"there are: {served}" if served else "it publishes no TCP port"),
    )
