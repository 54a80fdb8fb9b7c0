"""The findings on published ports that get no listener: why, and what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sslstack.compose import Port
    from sslstack.stack.exposure import Exposure

Reason = Literal["undeclared", "sensitive", "private", "range", "protocol"]
_NAMED = 3


def report_withheld(
    reason: Reason, exposure: Exposure, ports: Sequence[Port], served: Sequence[int]
) -> Finding:
    """Report ports of one entry of the compose file; `served` are those that get a listener."""
    return _REPORTS[reason](exposure, ports, served)


def _report_undeclared(exposure: Exposure, ports: Sequence[Port], served: Sequence[int]) -> Finding:
    name = exposure.service.name
    single = ports[0].number if len(ports) == 1 else None
    serve = (
        f"add '{name}:{single}: {{}}' under listeners in ssl.yml to serve it"
        if single
        else f"declare single ports as '{name}:{ports[0].number or 'PORT'}: {{}}' under listeners "
        "in ssl.yml to serve them"
    )
    return Finding(
        rule="port.undeclared",
        severity=Severity.WARNING,
        message=f"{_name_ports(ports)} of '{name}' {'is' if single else 'are'} not declared "
        f"in ssl.yml and {'gets' if single else 'get'} no listener",
        location=ports[0].location,
        hint=f"{serve}, or {_suggest_rest(exposure, served)}",
    )


def _report_sensitive(exposure: Exposure, ports: Sequence[Port], served: Sequence[int]) -> Finding:
    name = exposure.service.name
    known = [(port, found) for port in ports if (found := exposure.find_sensitive(port))]
    what = ", ".join(
        f"{port.published} of '{name}' is {found.service} ({found.group})"
        if found.port == port.number
        else f"{port.published} of '{name}' leads to {port.target}, {found.service} ({found.group})"
        for port, found in known[:_NAMED]
    )
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return Finding(
        rule="port.undeclared-well-known",
        message=f"port {what}{more}, and is not declared in ssl.yml: {known[0][1].reason}",
        location=ports[0].location,
        hint=f"{_suggest_rest(exposure, served)}, add {exposure.hint('scheme', 'internal')} for "
        f"private networks only, or add '{name}:{ports[0].published}: {{}}' under listeners to "
        "open it to everybody",
    )


def _report_private(exposure: Exposure, ports: Sequence[Port], served: Sequence[int]) -> Finding:
    del served
    name = exposure.service.name
    several = len(ports) > 1
    return Finding(
        rule="port.private-address",
        severity=Severity.WARNING,
        message=f"{_name_ports(ports)} of '{name}' {'are' if several else 'is'} bound to the "
        f"private address {ports[0].host_ip} and {'get' if several else 'gets'} no listener on an "
        "internet-facing load balancer",
        location=ports[0].location,
        hint=f"add {exposure.hint('scheme', 'internal')} in ssl.yml, add "
        f"'{name}:{ports[0].published}: {{}}' under listeners, or remove {ports[0].host_ip} from "
        "the port in the compose file",
    )


def _report_range(exposure: Exposure, ports: Sequence[Port], served: Sequence[int]) -> Finding:
    port = ports[0]
    return Finding(
        rule="port.range",
        message=f"the ports {port.published} of '{exposure.service.name}' all lead to "
        f"{port.target}; Docker Compose takes any one of them, a listener needs one",
        location=ports[0].location,
        hint=f"publish one port, or {_suggest_rest(exposure, served)}",
    )


def _report_protocol(exposure: Exposure, ports: Sequence[Port], served: Sequence[int]) -> Finding:
    several = len(ports) > 1
    return Finding(
        rule="port.protocol",
        severity=Severity.WARNING,
        message=f"{_name_ports(ports)} of '{exposure.service.name}' {'are' if several else 'is'} "
        f"{ports[0].protocol.upper()} and {'get' if several else 'gets'} no listener: a classic "
        "load balancer serves TCP only",
        location=ports[0].location,
        hint=_suggest_rest(exposure, served),
    )


def _name_ports(ports: Sequence[Port]) -> str:
    """Name ports of one entry: `port 53`, `ports 10000-20000`."""
    if len(ports) == 1:
        published = ports[0].published
        return f"{'ports' if '-' in published else 'port'} {published}"
    numbers = sorted(port.number or 0 for port in ports)
    return f"ports {numbers[0]}-{numbers[-1]}"


def _suggest_rest(exposure: Exposure, served: Sequence[int]) -> str:
    """Suggest what to add so that only the served ports are declared."""
    listed = ", ".join([*map(str, served[:_NAMED]), *(["..."] * (len(served) > _NAMED))])
    return f"add {exposure.hint('ports', f'[{listed}]')} to leave it out"


_REPORTS: Mapping[Reason, Callable[[Exposure, Sequence[Port], Sequence[int]], Finding]] = {
    "undeclared": _report_undeclared,
    "sensitive": _report_sensitive,
    "private": _report_private,
    "range": _report_range,
    "protocol": _report_protocol,
}
