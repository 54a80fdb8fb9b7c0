"""Which published ports get a listener: exposure is declared, not inherited.

HTTP ports get one; others are named in ssl.yml, under `listeners` or `services.X.ports`. On an
internal load balancer, and behind clients that are declared, every published TCP port gets one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sslstack.findings import Finding, Severity, list_names
from sslstack.ports import HTTP_PORTS
from sslstack.stack.exposure import find_publishable, is_private
from sslstack.stack.listeners import is_http
from sslstack.stack.withheld_ports import Reason, report_withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sslstack.compose import Port
    from sslstack.findings import Location
    from sslstack.stack.exposure import Exposure

_LONG_RANGE = 100
"""Ports of a range that holds well-known ones by chance: RTP, passive FTP."""


def choose_ports(exposure: Exposure) -> tuple[Sequence[Port], list[Finding]]:
    """Choose the ports that get a listener, by number, and report those that do not."""
    if exposure.settings.ports is not None:
        served, findings = _choose_listed(exposure, exposure.settings.ports)
    else:
        served, findings = _choose_undeclared(exposure)
        findings += _find_duplicates(exposure, served)
    return served, [*findings, *_report_open_ports(exposure, served)]


def _choose_listed(exposure: Exposure, listed: Sequence[int]) -> tuple[list[Port], list[Finding]]:
    service, declaration = exposure.service, exposure.declaration
    available = find_publishable(service)
    findings = []
    published = list_names(map(str, sorted(available))) or "none"
    not_tcp = [port for port in service.ports if port.protocol != "tcp"]
    path = ("services", service.name, "ports")
    for index, number in enumerate(listed):
        if number not in available:
            others = [port for port in not_tcp if port.number == number]
            findings.append(
                Finding(
                    rule="service.unknown-port",
                    message=f"port {number} of '{service.name}' is {others[0].protocol.upper()}, "
                    "which a classic load balancer does not serve"
                    if others
                    else f"service '{service.name}' publishes no TCP port {number}",
                    location=declaration.at(*path, index),
                    hint=f"its published TCP ports: {published}",
                )
            )
    for number in sorted(exposure.named & available.keys() - set(listed)):
        target = f"{service.name}:{number}"
        findings.append(
            Finding(
                rule="listener.left-out",
                message=f"listener {target} is declared, but {'.'.join(path)} leaves it out",
                location=declaration.at_key("listeners", target),
                hint=f"add {number} to the list on line {declaration.at(*path).line}",
            )
        )
    return [available[n] for n in sorted(set(listed) & set(available))], findings


def _choose_undeclared(exposure: Exposure) -> tuple[list[Port], list[Finding]]:
    """Serve what is declared and what is HTTP; report the rest, one finding an entry."""
    published = [port for port in exposure.service.ports if port.published]
    candidates = [port for port in published if not port.is_loopback]
    sizes = Counter(port.location for port in candidates)
    served: dict[int, Port] = {}
    withheld: dict[tuple[Location, Reason], list[Port]] = {}
    for port in sorted(candidates, key=is_private):
        reason = _find_reason(exposure, port, sizes[port.location])
        if reason:
            withheld.setdefault((port.location, reason), []).append(port)
        elif port.number is not None:
            served.setdefault(port.number, port)
    kept = sorted(served)
    findings = [
        report_withheld(reason, exposure, ports, kept)
        for (_, reason), ports in withheld.items()
        if reason != "private" or any(port.number not in served for port in ports)
    ]
    return [served[number] for number in kept], findings


def _find_reason(exposure: Exposure, port: Port, size: int) -> Reason | None:
    if port.protocol != "tcp":
        return "protocol"
    if port.number in exposure.named:
        return None
    if exposure.is_internal:
        return None if port.number is not None else "range"
    if is_private(port):
        return "private"
    if not exposure.clients_are_chosen:
        if size <= _LONG_RANGE and exposure.find_sensitive(port) is not None:
            return "sensitive"
        if not _is_web(port):
            return "undeclared"
    return None if port.number is not None else "range"


def _is_web(port: Port) -> bool:
    """Return whether a port is HTTP, or of several ports that lead to one target, any is."""
    first, _, last = port.published.partition("-")
    return is_http(port) or any(int(first) <= n <= int(last or first) for n in HTTP_PORTS)


def _find_duplicates(exposure: Exposure, served: Iterable[Port]) -> Iterator[Finding]:
    """Find ports that are published twice for different ports of the container."""
    chosen = {port.number: port for port in served}
    seen: set[Location] = set()
    for port in exposure.service.ports:
        first = chosen.get(port.number)
        if first is None or port.protocol != "tcp" or port.is_loopback or is_private(port):
            continue
        if first.target != port.target and port.location not in seen:
            seen.add(port.location)
            yield Finding(
                rule="port.duplicate",
                message=f"port {port.number} of '{exposure.service.name}' leads to "
                f"{first.target} and to {port.target}",
                location=port.location,
                hint="a load balancer has one listener a port; publish another, or list the "
                f"ports to serve: add {exposure.hint('ports', '[...]')}",
            )


def _report_open_ports(exposure: Exposure, served: Iterable[Port]) -> Iterator[Finding]:
    """Report well-known ports that are open to the public, or to groups that are not read."""
    if exposure.is_internal:
        return
    for port in served:
        known = exposure.find_sensitive(port)
        if known is None:
            continue
        target = f"{exposure.service.name}:{port.number}"
        groups = exposure.settings.security_groups
        if groups is not None:
            yield Finding(
                rule="port.security-groups",
                severity=Severity.NOTICE,
                message=f"who reaches {target}, {known.service} ({known.group}), is decided by "
                f"{', '.join(groups)}, whose rules are not checked",
                location=_locate(exposure, port),
            )
        elif not exposure.clients_are_chosen:
            yield Finding(
                rule="port.exposed",
                severity=Severity.NOTICE,
                message=f"everybody can reach {target}, {known.service} ({known.group}): "
                f"{known.reason}",
                location=_locate(exposure, port),
                hint=f"add {exposure.hint('ingress', '[203.0.113.0/24]')} with the addresses of "
                "its clients",
            )


def _locate(exposure: Exposure, port: Port) -> Location:
    """Return where a port is declared: its listener, the list of ports, else the compose file."""
    name = exposure.service.name
    if port.number in exposure.named:
        return exposure.declaration.at_key("listeners", f"{name}:{port.number}")
    if exposure.settings.ports is not None:
        index = exposure.settings.ports.index(port.number or 0)
        return exposure.declaration.at("services", name, "ports", index)
    return port.location
