"""The listener of a published port: what clients speak, what the backend speaks.

Where ssl.yml is silent the compose file decides: by `app_protocol`, else by the port's number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import ports
from sslstack.balancers import policies
from sslstack.balancers.classic import ENDS
from sslstack.balancers.model import Listener, Target
from sslstack.balancers.protocols import SECURE
from sslstack.declaration import model as declaration_model
from sslstack.findings import Finding, Severity
from sslstack.stack.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sslstack.balancers.model import Number
    from sslstack.compose import Port, Service
    from sslstack.declaration import Declaration
    from sslstack.findings import Location
    from sslstack.kinds import Kind
    from sslstack.stack.certificate_files import Material

_TLS_APPLICATIONS: Mapping[str, str] = {
    # app_protocol of compose: what clients speak where there is a certificate. HTTP listeners
    # of classic load balancers pass neither WebSocket nor HTTP/2 (elb-listener-config).
    "https": "https",
    "wss": "tls",
    "grpcs": "tls",
    "tls": "tls",
    "ssl": "tls",
}
_HTTP_APPLICATIONS = frozenset({"http", "https", "wss", "grpcs"})


def is_http(port: Port) -> bool:
    """Return whether a port is taken for HTTP, be it encrypted: by its number or app_protocol."""
    return port.number in ports.HTTP_PORTS or _read_application(port) in _HTTP_APPLICATIONS


def speaks_tls(port: Port) -> bool:
    """Return whether the compose file says that the container speaks TLS."""
    return _read_application(port) in _TLS_APPLICATIONS


def passes_through(port: Port) -> bool:
    """Return whether TCP passes through to the container where no certificate is declared."""
    return speaks_tls(port) or (port.target in ports.TLS_PORTS and not port.app_protocol)


def choose_protocol(port: Port, *, certified: bool, secure: bool = False) -> str:
    """Choose what clients speak where ssl.yml does not say; `secure` is the backend, declared.

    HTTPS rather than TLS, so that X-Forwarded-* arrive, but for what is known not to be HTTP.
    """
    if certified:
        known = _find_protocol(port)
        is_other = known is not None and known.begins not in ("http", "https")
        return _TLS_APPLICATIONS.get(_read_application(port), "tls" if is_other else "https")
    if passes_through(port) and not secure:
        return "tcp"
    return "http" if is_http(port) else "tcp"


def build_listeners(
    service: Service,
    kind: Kind,
    served: Sequence[Port],
    declaration: Declaration,
    material: Material,
    *,
    image: str = "",
) -> tuple[list[Listener], dict[Number, Place], list[Finding]]:
    """Return the listeners of a service's ports, their places, and what is odd about protocols.

    `image` is the container's, '' where it is not known.
    """
    encrypted = {
        port.target
        for port in served
        if speaks_tls(port)
        and _ends_tls(declaration.ssl.listeners.get(_format_target(service, port)))
    }
    listeners: list[Listener] = []
    places: dict[Number, Place] = {}
    findings: list[Finding] = []
    for port in served:
        made = _build_listener(service, kind, port, declaration, material, encrypted=encrypted)
        listeners.append(made)
        target = _format_target(service, port)
        places[made.port] = Place(
            published=port.location,
            path=("listeners", target) if target in declaration.ssl.listeners else None,
            passes_tls=made.protocol == "TCP" and not made.target.secure and passes_through(port),
        )
        findings += _find_oddities(service, port, made, declaration, image)
    return listeners, places, findings


def _format_target(service: Service, port: Port) -> str:
    return f"{service.name}:{port.number}"


def _read_application(port: Port) -> str:
    return port.app_protocol.lower()


def _find_protocol(port: Port) -> ports.WellKnownPort | None:
    """Find what clients speak: by the port that they see, else by the container's."""
    return ports.find_protocol(port.number or 0, port.target)


def _ends_tls(said: declaration_model.Listener | None) -> bool:
    """Return whether a load balancer decrypts, and so encrypts again for a secure backend."""
    return said is not None and said.certificate is not None and said.protocol != "tcp"


def _build_listener(
    service: Service,
    kind: Kind,
    port: Port,
    declaration: Declaration,
    material: Material,
    *,
    encrypted: set[int],
) -> Listener:
    target = _format_target(service, port)
    said = declaration.ssl.listeners.get(target) or declaration_model.Listener()
    certified = said.certificate is not None
    path = ("listeners", target)
    trusted = [
        material.trusted_keys.get((*path, "backend", "trusted_keys", index), "")
        for index in range(len(said.backend.trusted_keys))
    ]
    # Listeners of one instance port are all secure or all plain (Listener in the API reference).
    is_shared = not certified and port.target in encrypted
    secure = said.secure or bool(trusted) or is_shared
    protocol = said.protocol or choose_protocol(port, certified=certified, secure=secure)
    front, plain, encrypting = ENDS[protocol]
    if "secure" not in said.model_fields_set:
        secure = secure or (speaks_tls(port) and front != "TCP")
    policy = said.security_policy or (policies.default_policy(kind) if front in SECURE else "")
    behind = Target(
        port=port.target,
        protocol=encrypting if secure else plain,
        trusted_keys=frozenset(trusted),
        proxy_protocol=said.backend.proxy_protocol,
    )
    return Listener(
        port=port.number or 0,
        protocol=front,
        targets=(behind,),
        certificates=(material.names.get((*path, "certificate"), "?"),) if certified else (),
        security_policy=policy,
    )


def _find_oddities(
    service: Service, port: Port, made: Listener, declaration: Declaration, image: str
) -> Iterator[Finding]:
    target = _format_target(service, port)
    entry = declaration.ssl.listeners.get(target)
    said = entry or declaration_model.Listener()
    place = port.location if entry is None else declaration.at_key("listeners", target)
    if made.certificate is not None:
        yield from _find_own_tls(target, port, place)
    if made.protocol == "TCP":
        if passes_through(port) and said.protocol is None and not made.target.secure:
            yield _report_passed_through(target, port, place)
    elif "secure" not in said.model_fields_set and (
        _expects_tls(port, image) and not made.target.secure
    ):
        yield _report_plaintext(target, port, made, place)


def _find_own_tls(target: str, port: Port, place: Location) -> Iterator[Finding]:
    """Find a certificate for a protocol that does not begin with TLS."""
    known = _find_protocol(port)
    if known is None or known.begins not in ("plaintext", "own"):
        return
    how = (
        "encrypts without TLS" if known.begins == "own" else "starts TLS itself after its greeting"
    )
    yield Finding(
        rule="listener.starts-tls-itself",
        message=f"listener {target} has a certificate, but {known.service} {how}",
        location=place,
        hint=f"use protocol: tcp and no certificate: '{target}: {{protocol: tcp}}' "
        "under listeners in ssl.yml",
    )


def _expects_tls(port: Port, image: str) -> bool:
    """Return whether a container's port is one of TLS, and compose says nothing of it."""
    known = ports.find_protocol(port.target, image=image)
    begins = "" if known is None else known.begins
    return not port.app_protocol and (port.target in ports.TLS_PORTS or begins in ("tls", "https"))


def _report_plaintext(target: str, port: Port, made: Listener, place: Location) -> Finding:
    return Finding(
        rule="backend.plaintext-443",
        severity=Severity.WARNING,
        message=f"listener {target} sends plaintext {made.target.protocol} to port "
        f"{port.target} of the container, where TLS is expected",
        location=place,
        hint=f"set secure: true on {target}, or secure: false if the container speaks plaintext",
    )


def _report_passed_through(target: str, port: Port, place: Location) -> Finding:
    why = (
        f"app_protocol is {port.app_protocol}"
        if port.app_protocol
        else f"port {port.target} is one of TLS"
    )
    return Finding(
        rule="listener.passed-through",
        severity=Severity.NOTICE,
        message=f"listener {target} passes TLS through to the container: {why}, and no "
        "certificate is declared",
        location=place,
        hint="write app_protocol: http in the compose file if the container speaks plaintext, or "
        f"run sslstack create {target} CERT to end TLS at the load balancer",
    )
