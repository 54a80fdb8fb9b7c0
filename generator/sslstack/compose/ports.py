"""Published ports: the short syntax with its ranges, and the long one.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#ports
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from sslstack.compose.model import Port
from sslstack.compose.tree import Map, Node, Plain, Scalar, Sequence, text
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
_LARGEST = 65535
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what no address means
_PROTOCOLS = frozenset({"tcp", "udp", "sctp"})


class PortError(Exception):
    """What is wrong with a port, in words."""


def read(service: str, node: Node | None) -> tuple[list[Port], list[Finding]]:
    """Give every port of a service's `ports`, ranges written out, and what is wrong there."""
    found: dict[object, Port] = {}
    findings: list[Finding] = []
    for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
        try:
            # What is published twice is published once; the last word counts, in the first's place.
            found |= {identity(one): _port_of(one) for one in written_out(item)}
        except PortError as error:
            message = f"services.{service}.ports.{index}: {error}"
            findings.append(Finding(rule="compose.port", message=message, location=item.at))
    return list(found.values()), findings


def identity(node: Node) -> object:
    """Give what makes two entries the same: exact repetition in the short syntax.

    To Docker Compose `published: ''` is not the same as none.
    """
    if not isinstance(node, Map):
        return text(node)
    return (
        text(node.get("host_ip")) or _EVERYWHERE,
        text(node.get("published")),
        text(node.get("target")),
        (text(node.get("protocol")) or "tcp").lower(),
    )


def written_out(node: Node) -> Iterator[Map]:
    """Give an entry in the long syntax, a range as one for each port. Raises PortError."""
    if isinstance(node, Map):
        yield node
        return
    if not isinstance(node, Scalar):
        raise PortError("a port is text, a number or a mapping")
    written = text(node) or ""
    address, _, protocol = written.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise PortError(f"'{written}': '{protocol}' is not tcp, udp or sctp")
    host_ip, published, target = _parts(address, written)
    for number, source in _pairs(published, target, written):
        members: dict[str, Plain] = {
            "target": number,
            "published": source,
            "protocol": protocol,
            "host_ip": host_ip,
        }
        items = {key: Scalar(value, node.at) for key, value in members.items() if value != ""}
        yield Map(items, node.at, {})


def _port_of(node: Map) -> Port:
    target = text(node.get("target"))
    if target is None or not target.isdigit():
        raise PortError("a port in long syntax needs a target, a number")
    return Port(
        target=_port(target),
        published=text(node.get("published")) or "",
        protocol=(text(node.get("protocol")) or "tcp").lower(),
        host_ip=text(node.get("host_ip")) or "",
        app_protocol=text(node.get("app_protocol")) or "",
        mode=text(node.get("mode")) or "ingress",
        name=text(node.get("name")) or "",
        location=node.at,
    )


def _parts(address: str, written: str) -> tuple[str, str, str]:
    """Split `[IP:][PUBLISHED:]TARGET`; an IPv6 address may stand with or without brackets."""
    rest, _, target = address.rpartition(":")
    ip, colon, published = rest.rpartition(":")
    if not colon:
        ip = ""
        published = rest
    ip = ip.strip("[]")
    if ip:
        try:
            ipaddress.ip_address(ip)
        except ValueError:
            raise PortError(f"'{written}': '{ip}' is not an IP address") from None
    if not target:
        raise PortError(f"'{written}' names no port of the container")
    return ip, published, target


def _pairs(published: str, target: str, written: str) -> list[tuple[int, str]]:
    """Give each port of the container with its published one, in the order of their text."""
    targets = _range(target, written)
    sources = (
        [str(port) for port in _range(published, written)] if published else [""] * len(targets)
    )
    if len(sources) == len(targets):
        return sorted(zip(targets, sources, strict=True), key=lambda pair: str(pair[0]))
    if len(targets) > 1:
        raise PortError(f"'{written}': the ranges {published} and {target} differ in length")
    # Docker Compose keeps such an entry whole: any one of the host's ports will do.
    return [(targets[0], published)]


def _range(written: str, whole: str) -> range:
    match = _RANGE.fullmatch(written)
    if match is None:
        raise PortError(f"'{whole}': '{written}' is not a port")
    first = _port(match[1])
    last = _port(match[2]) if match[2] else first
    if last < first:
        raise PortError(f"'{whole}': the range {written} runs backwards")
    return range(first, last + 1)


def _port(written: str) -> int:
    number = int(written)
    if number > _LARGEST:
        raise PortError(f"{written} is not a port: the largest is {_LARGEST}")
    return number
