"""Project + declaration + material -> stack.

Building resolves what refers to something else (services, ports, certificates) and puts in
the defaults. Whether the result may exist at AWS is for `checks` to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack import policies
from sslstack.declaration import model as declaration_model
from sslstack.declaration.values import STACK_NAME
from sslstack.findings import Finding, Severity, nearest
from sslstack.stack.model import (
    AccessLogs,
    Backend,
    ClassicLoadBalancer,
    ClassicProtocol,
    HealthCheck,
    Listener,
    Stack,
    Stickiness,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sslstack.compose import Port, Project, Service
    from sslstack.declaration import Declaration
    from sslstack.stack.material import Material

_HTTP_PORTS = frozenset({80, 443, 8080, 8443})
_PROTOCOLS: Mapping[str, tuple[ClassicProtocol, ClassicProtocol, ClassicProtocol]] = {
    # declared: what clients speak, what a plain and what a secure backend speaks.
    # Both sides are of one layer: elb-listener-config, classic guide.
    "http": ("HTTP", "HTTP", "HTTPS"),
    "https": ("HTTPS", "HTTP", "HTTPS"),
    "tcp": ("TCP", "TCP", "SSL"),
    "tls": ("SSL", "TCP", "SSL"),
}
_INGRESS = {
    "internet-facing": ("0.0.0.0/0",),
    # RFC 1918: an internal load balancer is for its own network.
    "internal": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
}


def build(
    project: Project, declared: Declaration, material: Material
) -> tuple[Stack, tuple[Finding, ...]]:
    """Give the stack, and what could not be resolved; with findings it is not complete."""
    findings = [*_unknown_names(project, declared), *material.findings]
    load_balancers = []
    for service in project.services.values():
        settings = declared.ssl.services.get(service.name, declaration_model.Service())
        ports, unresolved = _served_ports(service, settings, declared)
        findings += unresolved
        if ports:
            listeners = [_listener(service, port, declared, material) for port in ports]
            load_balancers.append(_load_balancer(service, settings, listeners))
        elif service.name in declared.ssl.services and settings.ports != ():
            findings.append(_idle(service, declared))
    stack = Stack(
        name=declared.ssl.stack or default_name(project.name),
        load_balancers=tuple(load_balancers),
        certificates=tuple(c for _, c in sorted(material.certificates.items())),
        key_delivery=declared.ssl.key_delivery,
    )
    return stack, tuple(findings)


def default_name(project_name: str) -> str:
    """Turn a compose project's name into a stack's: no underscores, a letter first."""
    name = project_name.replace("_", "-").strip("-")
    return name if re.match(STACK_NAME, name) else f"stack-{name}".rstrip("-")


def _unknown_names(project: Project, declared: Declaration) -> Iterator[Finding]:
    """Find targets and services that the compose project does not have."""
    for name in declared.ssl.services:
        if name not in project.services:
            yield _unknown_service(name, project, declared, ("services", name))
    for target in declared.ssl.listeners:
        name, _, text = target.rpartition(":")
        service = project.services.get(name)
        if service is None:
            yield _unknown_service(name, project, declared, ("listeners", target))
        elif int(text) not in publishable(service):
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
        elif port.number == number:
            reason = f"port {number} of '{service.name}' is {port.protocol.upper()}"
            hint = "a classic load balancer serves TCP only; UDP needs load_balancer: network"
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


def publishable(service: Service) -> dict[int, Port]:
    """Give the published TCP ports that a load balancer can serve, the first of each number."""
    found: dict[int, Port] = {}
    for port in service.ports:
        if port.number is not None and port.protocol == "tcp" and not port.is_loopback:
            found.setdefault(port.number, port)
    return found


def _served_ports(
    service: Service, settings: declaration_model.Service, declared: Declaration
) -> tuple[Sequence[Port], list[Finding]]:
    """Choose the ports that get a listener, by number, and say what cannot get one."""
    available = publishable(service)
    if settings.ports is None:
        return [available[n] for n in sorted(available)], list(_unservable(service))
    findings = []
    path = ("services", service.name, "ports")
    for index, number in enumerate(settings.ports):
        if number not in available:
            published = ", ".join(map(str, sorted(available))) or "none"
            findings.append(
                Finding(
                    rule="service.unknown-port",
                    message=f"service '{service.name}' publishes no TCP port {number}",
                    location=declared.at(*path, index),
                    hint=f"its published TCP ports: {published}",
                )
            )
    for target in declared.ssl.listeners:
        name, _, text = target.rpartition(":")
        if name == service.name and int(text) in available and int(text) not in settings.ports:
            findings.append(
                Finding(
                    rule="listener.left-out",
                    message=f"listener {target} is declared, but {'.'.join(path)} leaves it out",
                    location=declared.at_key("listeners", target),
                    hint=f"add {text} to the list on line {declared.at(*path).line}",
                )
            )
    return [available[n] for n in sorted(set(settings.ports) & set(available))], findings


def _idle(service: Service, declared: Declaration) -> Finding:
    return Finding(
        rule="service.no-listener",
        severity=Severity.WARNING,
        message=f"service '{service.name}' publishes no TCP port and gets no load balancer",
        location=declared.at_key("services", service.name),
        hint="publish a port in the compose file, or write 'ports: []' here",
    )


def _unservable(service: Service) -> Iterator[Finding]:
    """Find published ports that a classic load balancer cannot serve; none is ever dropped."""
    leave_out = f"or list the ports to serve under services.{service.name}.ports"
    seen: dict[int, Port] = {}
    for port in service.ports:
        if not port.published or port.is_loopback:
            continue
        if port.protocol != "tcp":
            yield Finding(
                rule="port.protocol",
                message=f"port {port.published} of '{service.name}' is {port.protocol.upper()}, "
                "which a classic load balancer does not serve",
                location=port.location,
                hint=f"UDP needs load_balancer: network; {leave_out}",
            )
        elif port.number is None:
            yield Finding(
                rule="port.range",
                message=f"the ports {port.published} of '{service.name}' all lead to "
                f"{port.target}; Docker Compose takes any one of them, a listener needs one",
                location=port.location,
                hint=f"publish one port, {leave_out}",
            )
        elif seen.setdefault(port.number, port).target != port.target:
            yield Finding(
                rule="port.twice",
                message=f"port {port.number} of '{service.name}' leads to "
                f"{seen[port.number].target} and to {port.target}",
                location=port.location,
                hint=f"a load balancer has one listener a port; publish another, {leave_out}",
            )


def _listener(service: Service, port: Port, declared: Declaration, material: Material) -> Listener:
    number = port.number or 0
    target = f"{service.name}:{number}"
    entry = declared.ssl.listeners.get(target)
    said = entry or declaration_model.Listener()
    certified = said.certificate is not None
    protocol = said.protocol or default_protocol(port, certified=certified)
    front, plain, secure = _PROTOCOLS[protocol]
    path = ("listeners", target)
    trusted = [
        material.trusted_keys.get((*path, "backend", "trusted_keys", index), "")
        for index in range(len(said.backend.trusted_keys))
    ]
    encrypted = front in ("HTTPS", "SSL")
    return Listener(
        port=number,
        protocol=front,
        backend=Backend(
            port=port.target,
            protocol=secure if said.secure or trusted else plain,
            trusted_keys=tuple(dict.fromkeys(trusted)),
            proxy_protocol=said.backend.proxy_protocol,
        ),
        certificate=material.names.get((*path, "certificate"), "?" if certified else None),
        security_policy=said.security_policy
        or (policies.DEFAULT["classic"] if encrypted else None),
        published=port.location,
        path=path if entry is not None else None,
    )


def default_protocol(port: Port, *, certified: bool) -> str:
    """Choose what clients speak: HTTPS rather than TLS, so that X-Forwarded-* arrive."""
    if certified:
        return "https"
    is_http = port.number in _HTTP_PORTS or port.app_protocol == "http"
    return "http" if is_http else "tcp"


def _load_balancer(
    service: Service, settings: declaration_model.Service, listeners: Sequence[Listener]
) -> ClassicLoadBalancer:
    stickiness, logs = settings.stickiness, settings.access_logs
    return ClassicLoadBalancer(
        service=service.name,
        scheme=settings.scheme,
        ingress=tuple(dict.fromkeys(_ingress(settings))),
        security_groups=tuple(dict.fromkeys(settings.security_groups or ())),
        listeners=tuple(listeners),
        health_check=_health_check(settings.health_check, listeners),
        idle_timeout=settings.idle_timeout,
        draining=settings.draining,
        cross_zone=settings.cross_zone,
        stickiness=None
        if stickiness is None
        else Stickiness(cookie=stickiness.cookie, duration=stickiness.duration),
        access_logs=None
        if logs is None
        else AccessLogs(bucket=logs.bucket, prefix=logs.prefix, interval=logs.interval),
    )


def _ingress(settings: declaration_model.Service) -> tuple[str, ...]:
    """Give the clients that are let in; existing security groups say that themselves."""
    if settings.security_groups is not None:
        return ()
    return settings.ingress or _INGRESS[settings.scheme]


def _health_check(
    said: declaration_model.HealthCheck, listeners: Sequence[Listener]
) -> HealthCheck:
    """Follow the backend: of the port asked for, else of the first listener, TLS first."""
    ranked = sorted(listeners, key=lambda one: (not one.secure, one.port))
    behind = [one.backend for one in ranked if said.port in (None, one.backend.port)]
    if said.protocol is not None:
        protocol = _PROTOCOLS[said.protocol][0]
    elif behind:
        protocol = behind[0].protocol
    else:  # a port of its own, for health checks only
        protocol = "HTTP" if said.path else "TCP"
    by_request = protocol in ("HTTP", "HTTPS")
    return HealthCheck(
        protocol=protocol,
        port=said.port or behind[0].port,
        path=said.path or ("/" if by_request else None),
        interval=said.interval,
        timeout=said.timeout,
        healthy=said.healthy,
        unhealthy=said.unhealthy,
    )
