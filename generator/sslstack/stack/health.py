"""The health check of a classic load balancer, and what it is where ssl.yml does not say.

A classic load balancer takes status 200 only for healthy (elb-healthchecks, classic guide), and
many applications answer `/` with a redirect. So without a path it opens a TCP connection, unless
the compose file itself says which request tells that the container is well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.balancers.classic import ENDS
from sslstack.balancers.model import HealthCheck, known
from sslstack.balancers.protocols import HTTP
from sslstack.findings import Finding, Severity
from sslstack.stack.listeners import passes_through
from sslstack.stack.probes import find_probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.balancers.model import Listener, Target
    from sslstack.compose import Port, Service
    from sslstack.declaration import model as declaration_model


@dataclass(frozen=True, slots=True)
class _Request:
    protocol: str
    port: int
    path: str | None


def build_health_check(
    said: declaration_model.HealthCheck,
    listeners: Sequence[Listener],
    service: Service,
) -> tuple[HealthCheck, list[Finding]]:
    """Return the health check of a service, and a notice where ssl.yml does not declare it."""
    backend = _find_backend(said, listeners)
    port = said.port or (known(backend.port) if backend else 0)
    findings = []
    if said.protocol is not None:
        protocol = ENDS[said.protocol][0]
        by_request = protocol in HTTP
        request = _Request(protocol, port, said.path or ("/" if by_request else None))
    elif said.path is not None:
        request = _Request(_choose_protocol(backend, service), port, said.path)
    else:
        request = _find_request(said, listeners, service) or _Request("TCP", port, None)
        is_http = any(one.is_http for one in listeners)
        asked = said.port is None or request.path
        better = _suggest(request, port, is_http=is_http)
        findings = [_report_default(service, request, better)] if asked else []
    check = HealthCheck(
        protocol=request.protocol,
        port=request.port,
        path=request.path,
        interval=said.interval,
        timeout=said.timeout,
        healthy=said.healthy,
        unhealthy=said.unhealthy,
    )
    return check, findings


def _find_backend(
    said: declaration_model.HealthCheck, listeners: Sequence[Listener]
) -> Target | None:
    """Find the backend of the port asked for, else of the first listener, TLS first."""
    ranked = sorted(listeners, key=lambda one: (not one.secure, known(one.port)))
    return next((o.target for o in ranked if said.port in (None, o.target.port)), None)


def _choose_protocol(backend: Target | None, service: Service) -> str:
    """Choose what speaks a request with a path: what the backend speaks, HTTP where unknown."""
    if backend is None:  # a port of its own, for health checks only
        return "HTTP"
    behind = [port for port in service.ports if port.target == backend.port]
    if backend.protocol == "TCP" and any(map(passes_through, behind)):
        return "HTTPS"
    return str(backend.protocol)


def _find_request(
    said: declaration_model.HealthCheck,
    listeners: Sequence[Listener],
    service: Service,
) -> _Request | None:
    """Return the request of the compose file, where a load balancer reaches the port it goes to."""
    probe = find_probe(service)
    reachable = {port.target for port in service.ports if _is_reachable(port)}
    if probe is None or probe.port not in reachable or said.port not in (None, probe.port):
        return None
    behind = [one.target for one in listeners if one.target.port == probe.port]
    secure = probe.secure or any(backend.secure for backend in behind)
    return _Request("HTTPS" if secure else "HTTP", probe.port, probe.path)


def _is_reachable(port: Port) -> bool:
    return bool(port.published) and port.protocol == "tcp" and not port.is_loopback


def _report_default(service: Service, request: _Request, better: str) -> Finding:
    how = (
        f"asks {request.protocol}:{request.port}{request.path}, as its healthcheck in the compose "
        "file does; only status 200 is healthy"
        if request.path
        else f"only opens a TCP connection to port {request.port}"
    )
    return Finding(
        rule="health-check.default",
        severity=Severity.NOTICE,
        message=f"the health check of '{service.name}' {how}",
        location=service.location,
        hint=f"declare services.{service.name}.health_check: {better}",
    )


def _suggest(request: _Request, port: int, *, is_http: bool) -> str:
    """Suggest what to declare: a request to the application, else the default itself.

    `port` is the one that is asked where none is declared.
    """
    if request.path:
        other = "" if request.port == port else f"port: {request.port}, "
        return f"{{{other}path: {request.path}}} to keep it, or another path that answers 200"
    if is_http:
        return "{path: /health} with a path that answers 200"
    return "{protocol: tcp} to keep it"
