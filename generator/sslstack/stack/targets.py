"""Targets and services of ssl.yml that the compose project does not have."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from typing import TYPE_CHECKING

from sslstack.findings import GUESSED, Finding, find_nearest, list_names
from sslstack.stack.exposure import find_publishable
from sslstack.stack.listeners import is_http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.compose import Port, Project, Service
    from sslstack.declaration import Declaration


def find_unknown_names(project: Project, declaration: Declaration) -> Iterator[Finding]:
    """Find targets and services that the compose project does not have."""
    paths = [
        ("services", name) for name in declaration.ssl.services if name not in project.services
    ]
    published: dict[str, _Published] = {}
    for target in declaration.ssl.listeners:
        name, _, text = target.rpartition(":")
        service = project.services.get(name)
        if service is None:
            paths.append(("listeners", target))
            continue
        if name not in published:
            published[name] = _Published(service)
        if int(text) not in published[name].served:
            yield _report_unknown_port(target, published[name], declaration)
    for number, path in enumerate(paths):
        yield _report_unknown_service(project, declaration, path, guess=number < GUESSED)


class _Published:
    """The ports of a service, by the numbers that somebody may mean them by."""

    def __init__(self, service: Service) -> None:
        self.service = service.name
        self.served = find_publishable(service)
        self.numbers = sorted(self.served)
        self.targets = [f"{service.name}:{number}" for number in self.numbers]
        self.web = next(filter(is_http, (self.served[one] for one in self.numbers)), None)
        self.ports: dict[int, list[Port]] = defaultdict(list)
        for port in service.ports:
            for number in {port.number, port.target} - {None}:
                self.ports[number or 0].append(port)


def _report_unknown_service(
    project: Project, declaration: Declaration, path: tuple[str, str], *, guess: bool
) -> Finding:
    name = path[1].rpartition(":")[0] if path[0] == "listeners" else path[1]
    profiles = project.inactive.get(name, ())
    if profiles:
        named = f"profile{'s' * (len(profiles) > 1)} {', '.join(profiles)}"
        return Finding(
            rule=f"{path[0].removesuffix('s')}.unknown-service",
            message=f"service '{name}' is only in the {named}, which is not active",
            location=declaration.at_key(*path),
            hint=f"add '{profiles[0]}' to compose.profiles in ssl.yml"
            if declaration.ssl.compose is not None
            else f"add 'compose: {{profiles: [{profiles[0]}]}}' to ssl.yml",
        )
    near = find_nearest(name, project.services) if guess else None
    known = list_names(project.services) or "none"
    return Finding(
        rule=f"{path[0].removesuffix('s')}.unknown-service",
        message=f"{' '.join(project.files)} has no service '{name}'",
        location=declaration.at_key(*path),
        hint=f"did you mean '{near}'?" if near else f"its services: {known}",
    )


def _report_unknown_port(target: str, published: _Published, declaration: Declaration) -> Finding:
    """Report why a port has no listener, as far as the compose file shows."""
    name, number = published.service, int(target.rpartition(":")[2])
    reason, hint = f"service '{name}' publishes no port {number}", ""
    for port in published.ports.get(number, ()):
        if port.number == number and port.is_loopback:
            reason = f"port {number} of '{name}' is bound to {port.host_ip} only"
            hint = (
                f'publish it for the load balancer: "{number}:{port.target}" in '
                f"{port.location.file}"
            )
        elif port.number == number:
            reason = f"port {number} of '{name}' is {port.protocol.upper()}"
            hint = f"leave {target} out: a classic load balancer serves TCP only"
        elif port.target == number:
            to = (
                f"published as {port.published}" if port.published else "published on no fixed port"
            )
            hint = f"{number} is the container's port, {to}; a target names the published port"
    return Finding(
        rule="listener.unknown-port",
        message=f"listener {target}: {reason}",
        location=declaration.at_key("listeners", target),
        hint=hint or _list_published(published, number),
    )


def _list_published(published: _Published, number: int) -> str:
    """List what a service publishes, and how to publish another port of its web server."""
    if not published.numbers:
        return "it publishes no TCP port"
    near = list_names(published.targets, at=bisect(published.numbers, number))
    served = f"there are: {near}"
    web = published.web
    if web is None:
        return served
    return (
        f'{served}; to serve {number} as well, add "{number}:{web.target}" to the ports of '
        f"'{published.service}' in {web.location.file}"
    )
