"""Published ports: the short syntax with its ranges, and the long one.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports; where that is
silent, what Docker Compose does.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.compose.model import LARGEST, Port
from sslstack.compose.private import is_private, show
from sslstack.compose.tree import Map, Node, Scalar, Sequence, derive, get_text
from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.compose.scalars import Plain

LIMIT = 131_070
"""Ports of one project, ranges written out: every TCP and every UDP port of a host."""
# Docker Compose reads two numbers and ignores what follows a second dash.
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+)(?:-.*)?)?", re.DOTALL)
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what no address means
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})
_UINT32, _UINT64 = 2**32, 2**64
_SHOWN = ("mode", "host_ip", "target", "published", "protocol", "app_protocol", "name")


class PortError(Exception):
    """What is wrong with a port, in words."""


def read_entries(service: str, node: Node | None) -> tuple[list[Map], list[Finding]]:
    """Return every port of a service's `ports` in the long syntax, and what is wrong there.

    Ranges are written out, a port for each number.
    """
    found: dict[object, Map] = {}
    findings: list[Finding] = []
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        try:
            # Of duplicates the last one counts, in the position of the first.
            found |= {identify(one): _check_entry(one) for one in write_out(item)}
        except PortError as error:
            wrong = f"{_show_written(item)} is not a port" if is_private(item) else str(error)
            message = f"services.{service}.ports.{index}: {wrong}"
            findings.append(Finding(rule="compose.port", message=message, location=item.at))
    return list(found.values()), findings


def _show_written(item: Node) -> str:
    return f"'{show(item)}'" if isinstance(item, Scalar) else "what its variables make of it"


def read_ports(service: str, entries: Iterable[Map]) -> tuple[list[Port], list[Finding]]:
    """Return the ports that something can listen on, and a warning for each of the others.

    Docker Compose takes a target of 0 or 70000 and leaves it to the engine to refuse it.
    """
    found: list[Port] = []
    findings: list[Finding] = []
    for entry in entries:
        port = _make_port(entry)
        wrong = _find_impossible(port)
        if wrong is None:
            found.append(port)
            continue
        wrong = _show_written(entry) if is_private(entry) else wrong
        message = f"services.{service}.ports: {wrong} is not a port (1 to {LARGEST})"
        findings.append(
            Finding(
                rule="compose.impossible-port",
                severity=Severity.WARNING,
                message=message,
                location=port.location,
                hint="use a port from 1 to 65535",
            )
        )
    return found, findings


def _find_impossible(port: Port) -> str | None:
    """Return the number, as written, that nothing can listen on."""
    if not 0 < port.target <= LARGEST:
        return f"target {port.target}"
    try:
        _read_range(port.published or "1", port.published)
    except PortError:
        return f"published '{port.published}'"
    return None


def _is_port(digits: str) -> bool:
    return len(digits.lstrip("0")) <= len(str(LARGEST)) and int(digits) <= LARGEST


def show_entry(entry: Map) -> dict[str, Any]:
    """Return an entry as Docker Compose prints it: without what is empty."""
    members = {
        "mode": "ingress",
        "protocol": "tcp",
        **{key: item.value for key, item in entry.items.items() if isinstance(item, Scalar)},
    }
    return {key: members[key] for key in _SHOWN if members.get(key)}


def identify(node: Node) -> object:
    """Return what makes two entries the same: exact repetition in the short syntax.

    To Docker Compose `published: 80`, `published: "80"` and none at all are three things.
    """
    if not isinstance(node, Map):
        return get_text(node)
    return (
        get_text(node.get("host_ip")) or _EVERYWHERE,
        _get_typed(node.get("published")),
        _get_typed(node.get("target")),
        "tcp" if node.get("protocol") is None else get_text(node.get("protocol")),
    )


def _get_typed(node: Node | None) -> tuple[type, Plain]:
    value = node.value if isinstance(node, Scalar) else None
    return type(value), value


def write_out(node: Node) -> Iterator[Map]:
    """Return an entry in the long syntax, a range as one for each port. Raises PortError."""
    if isinstance(node, Map):
        yield _cast_target(node)
        return
    if not isinstance(node, Scalar) or isinstance(node.value, float):
        number = (
            f": {get_text(node)} is a fraction or too large" if isinstance(node, Scalar) else ""
        )
        raise PortError(f"a port is text, a whole number or a mapping{number}")
    written = get_text(node) or ""
    host_ip, published, target, protocol = _split(written)
    shared: dict[str, Plain] = {"protocol": protocol, "host_ip": host_ip}
    members = {key: derive(node, value) for key, value in shared.items() if value}
    for port, source in _pair_ports(published, target, written):
        items: dict[str, Node] = {"target": derive(node, port), **members}
        if source:
            items["published"] = derive(node, source)
        yield Map(items, node.at, {})


def _cast_target(node: Map) -> Map:
    """Read a target that is text as the number it means, as Docker Compose casts it."""
    target = node.get("target")
    if not isinstance(target, Scalar) or not isinstance(target.value, str):
        return node
    if not _NUMBER.fullmatch(target.value):
        raise PortError(f"target '{target.value}' is not a whole number")
    return node.with_item("target", replace(target, value=int(target.value)))


def _check_entry(entry: Map) -> Map:
    """Return an entry with its target as Docker Compose's 32 bits hold it. Raises PortError."""
    target, published, host_ip = map(entry.get, ("target", "published", "host_ip"))
    if not isinstance(target, Scalar) or not isinstance(target.value, (int, float)):
        raise PortError("a port in long syntax needs a target, a number")
    if target.value < 0:
        raise PortError(f"target {get_text(target)} is less than 0")
    if isinstance(published, Scalar) and isinstance(published.value, float):
        raise PortError(f"published: {get_text(published)} is a fraction or too large; quote it")
    if host_ip is not None and not is_address(address := get_text(host_ip) or ""):
        raise PortError(f"host_ip: '{address}' is not an IP address")
    number = int(target.value) % _UINT32 if target.value < _UINT64 else 0
    entry = entry.with_item("target", replace(target, value=number))
    if isinstance(published, Scalar) and isinstance(published.value, int):
        entry = entry.with_item("published", replace(published, value=get_text(published)))
    return entry


def is_address(written: str) -> bool:
    """Return whether Go's net.ParseIP takes it: no zone, no brackets, no blank."""
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return "%" not in written


def _make_port(entry: Map) -> Port:
    target = entry.get("target")
    number = target.value if isinstance(target, Scalar) else 0
    assert isinstance(number, int)  # noqa: S101 - _checked made it one
    return Port(
        target=number,
        published=_drop_leading_zeros(get_text(entry.get("published")) or ""),
        protocol=(get_text(entry.get("protocol")) or "tcp").lower(),
        host_ip=get_text(entry.get("host_ip")) or "",
        app_protocol=get_text(entry.get("app_protocol")) or "",
        mode=get_text(entry.get("mode")) or "ingress",
        name=get_text(entry.get("name")) or "",
        location=entry.at,
    )


def _drop_leading_zeros(published: str) -> str:
    """Return a number or a range without leading zeros; 0 leaves the choice to the host."""
    return "-".join(part.lstrip("0") for part in published.split("-"))


def _split(written: str) -> tuple[str, str, str, str]:
    """Split `[IP:][PUBLISHED:]TARGET[/PROTOCOL]`; IPv6 with or without brackets."""
    rest, _, last = written.rpartition(":")
    target, _, protocol = last.partition("/")
    ip, colon, published = rest.rpartition(":")
    if not colon:
        ip, published = "", rest
    if not target:
        raise PortError(f"'{written}' has no container port")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise PortError(f"'{written}': '{protocol}' is not tcp, udp or sctp")
    if ip.startswith("["):
        bare = ip[1:-1]
        if not ip.endswith("]") or "[" in bare or "]" in bare:
            raise PortError(f"'{written}': the brackets of '{ip}' do not match")
        ip = bare
    if ip and not is_address(ip):
        raise PortError(f"'{written}': '{ip}' is not an IP address")
    return ip, published, target, protocol


def _pair_ports(published: str, target: str, written: str) -> list[tuple[int, str]]:
    """Return each port of the container with its published one, in the order of their text."""
    targets = _read_range(target, written)
    if 0 in targets:
        raise PortError(f"'{written}': a container has no port 0")
    sources = (
        [str(port) for port in _read_range(published, written)]
        if published
        else [""] * len(targets)
    )
    if len(sources) == len(targets):
        return sorted(zip(targets, sources, strict=True), key=lambda pair: str(pair[0]))
    if len(targets) > 1:
        raise PortError(f"'{written}': the ranges {published} and {target} differ in length")
    # Docker Compose keeps such an entry whole: any one of the host's ports will do.
    return [(targets[0], f"{sources[0]}-{sources[-1]}")]


def _read_range(written: str, whole: str) -> range:
    match = _RANGE.fullmatch(written)
    if match is None:
        raise PortError(f"'{whole}': '{written}' is not a port")
    first = _read_port(match[1])
    last = _read_port(match[2]) if match[2] else first
    if last < first:
        raise PortError(f"'{whole}': the range {written} ends below its start")
    return range(first, last + 1)


def _read_port(written: str) -> int:
    if not _is_port(written):
        raise PortError(f"{written} is not a port: the largest is {LARGEST}")
    return int(written)


def check_count(services: Mapping[str, Node]) -> Finding | None:
    """Refuse a project of more ports than LIMIT before any range is written out."""
    total = 0
    for name, service in services.items():
        listed = service.get("ports") if isinstance(service, Map) else None
        for item in listed.items if isinstance(listed, Sequence) else ():
            total += _count_ports(item)
            if total > LIMIT:
                message = f"services.{name}.ports: the project publishes more than {LIMIT:,} ports"
                hint = "publish fewer ports, or shorter ranges"
                return Finding(rule="compose.port", message=message, location=item.at, hint=hint)
    return None


def _count_ports(node: Node) -> int:
    written = get_text(node) or ""
    try:
        return len(_read_range(written.rpartition(":")[2].partition("/")[0], written))
    except PortError:
        return 1
