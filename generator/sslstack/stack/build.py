"""Project + declaration + material -> stack.

Building resolves what refers to something else (services, ports, certificates) and puts in
the defaults. Whether the result may exist at AWS is for `checks` to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never

from sslstack.balancers.model import AccessLogs, Classic, Opening, SecurityGroup, Stickiness
from sslstack.declaration import model as declaration_model
from sslstack.declaration.values import STACK_NAME
from sslstack.findings import Finding, Severity
from sslstack.networks import EVERYBODY_IPV4, PRIVATE
from sslstack.stack.exposure import Exposure
from sslstack.stack.health import build_health_check
from sslstack.stack.kinds import choose_kind
from sslstack.stack.listeners import build_listeners
from sslstack.stack.model import LoadBalancer, Stack
from sslstack.stack.served_ports import choose_ports
from sslstack.stack.targets import find_unknown_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.balancers.model import Groups, HealthCheck, Listener
    from sslstack.compose import Project, Service
    from sslstack.declaration import Declaration
    from sslstack.kinds import Kind
    from sslstack.stack.certificate_files import Material

_INGRESS = {
    "internet-facing": (EVERYBODY_IPV4,),
    # RFC 1918: an internal load balancer is for its own network.
    "internal": PRIVATE,
}


def build(
    project: Project, declaration: Declaration, material: Material
) -> tuple[Stack, tuple[Finding, ...]]:
    """Return the stack, and what could not be resolved; with findings it is not complete."""
    findings = [*find_unknown_names(project, declaration), *material.findings]
    load_balancers = []
    for service in project.services.values():
        settings = declaration.ssl.services.get(service.name, declaration_model.Service())
        image = service.image
        served, withheld = choose_ports(Exposure(service, image, settings, declaration))
        findings += withheld
        if served:
            kind = _supported(choose_kind(declaration, service.name))
            listeners, places, odd = build_listeners(
                service, kind, served, declaration, material, image=image
            )
            check, notices = build_health_check(settings.health_check, listeners, service)
            findings += [*odd, *notices]
            load_balancers.append(
                LoadBalancer(
                    service=service.name,
                    image=image,
                    balancer=_classic(settings, listeners, check),
                    places=places,
                )
            )
        elif service.name in declaration.ssl.services and settings.ports != () and not withheld:
            findings.append(_report_no_listener(service, declaration))
    stack = Stack(
        name=declaration.ssl.stack or make_stack_name(project.name),
        load_balancers=tuple(load_balancers),
        certificates=tuple(c for _, c in sorted(material.certificates.items())),
        key_delivery=declaration.ssl.key_delivery,
    )
    return stack, tuple(findings)


def make_stack_name(project_name: str) -> str:
    """Turn a compose project's name into a stack's: no underscores, a letter first."""
    name = project_name.replace("_", "-").strip("-")
    return name if re.match(STACK_NAME, name) else f"stack-{name}".rstrip("-")


def _report_no_listener(service: Service, declaration: Declaration) -> Finding:
    return Finding(
        rule="service.no-listener",
        severity=Severity.WARNING,
        message=f"service '{service.name}' publishes no TCP port and gets no load balancer",
        location=declaration.at_key("services", service.name),
        hint="publish a port in the compose file, or write 'ports: []' here",
    )


def _supported(kind: Kind) -> Kind:
    """Return the kind to build: `checks` refuses others, and all else is checked nevertheless."""
    match kind:
        case "classic" | "application" | "network":
            return Classic.kind
        case _:
            assert_never(kind)


def _classic(
    settings: declaration_model.Service, listeners: Sequence[Listener], check: HealthCheck
) -> Classic:
    stickiness, logs = settings.stickiness, settings.access_logs
    return Classic(
        scheme=settings.scheme,
        security_groups=_groups(settings, listeners),
        listeners=tuple(listeners),
        health_check=check,
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


def _groups(settings: declaration_model.Service, listeners: Sequence[Listener]) -> Groups:
    """Return the groups that exist already; else one is made that lets the clients in."""
    if settings.security_groups is not None:
        return tuple(dict.fromkeys(settings.security_groups))
    sources = dict.fromkeys(settings.ingress or _INGRESS[settings.scheme])
    openings = (
        Opening(first=listener.port, last=listener.port, source=source)
        for listener in listeners
        for source in sources
    )
    return (SecurityGroup(openings=tuple(openings)),)
