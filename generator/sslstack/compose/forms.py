"""Short forms that Docker Compose writes out after each file (compose-go, package transform).

It refuses a malformed one even where a later file replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.compose.private import show
from sslstack.compose.tree import Map, Node, Scalar, Sequence, get_text, is_text
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEVICE_PARTS = 3


def check_forms(document: Map) -> Iterator[Finding]:
    """Find the limits and devices of services that cannot be written out."""
    services = document.get("services")
    for name, service in services.items.items() if isinstance(services, Map) else ():
        if isinstance(service, Map):
            yield from _check_limits(name, service)
            yield from _check_devices(name, service)
            yield from _check_ssh_keys(name, service)


def _check_limits(name: str, service: Map) -> Iterator[Finding]:
    limits = service.get("ulimits")
    for key, limit in limits.items.items() if isinstance(limits, Map) else ():
        value = limit.value if isinstance(limit, Scalar) else None
        if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**63):
            where = f"services.{name}.ulimits.{key}"
            yield _make_finding(limit, f"{where}: {show(limit)} is not a whole number of 64 bits")


def _check_devices(name: str, service: Map) -> Iterator[Finding]:
    devices = service.get("devices")
    for item in devices.items if isinstance(devices, Sequence) else ():
        if (get_text(item) or "").count(":") >= _DEVICE_PARTS:
            where = f"services.{name}.devices"
            yield _make_finding(
                item, f"{where}: '{show(item)}' has too many colons; write source:, target:"
            )


def _check_ssh_keys(name: str, service: Map) -> Iterator[Finding]:
    build = service.get("build")
    keys = build.get("ssh") if isinstance(build, Map) else None
    for item in keys.items if isinstance(keys, Sequence) else ():
        if is_text(item) and "=" not in (get_text(item) or "") and get_text(item) != "default":
            where = f"services.{name}.build.ssh"
            yield _make_finding(item, f"{where}: '{show(item)}' is not 'default' or ID=PATH")


def _make_finding(node: Node, message: str) -> Finding:
    return Finding(rule="compose.value", message=message, location=node.at)
