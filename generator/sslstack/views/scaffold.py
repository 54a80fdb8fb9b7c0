"""The files with which a repository begins, from the templates beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jinja2

from sslstack.ports import TLS_PORTS, find_protocol, find_sensitive
from sslstack.stack.listeners import is_http

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.compose import Port, Project, Service
    from sslstack.findings import Location

_PLAIN_PORTS = frozenset({80, 8080})
"""Published ports where clients expect plaintext HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """The published ports of a project, by what is proposed for them.

    `likely` are targets that TLS is likely in front of, each with what to add to the compose file
    first, '' where nothing is; `plaintext` are targets of plaintext HTTP; `others` are all others,
    each with the reason.
    """

    likely: tuple[tuple[str, str], ...]
    plaintext: tuple[str, ...]
    others: tuple[tuple[str, str], ...]

    def next(self, certified: Collection[str]) -> str:
        """Say what to type after `sslstack init`; `certified` are targets with a certificate."""
        if not (left := [one for one in self.likely if one[0] not in certified]):
            return (
                "next: make stack"
                if certified
                else "next: declare listeners in ssl.yml, then make stack"
            )
        target, first = left[0]
        steps = [*([first] if first else []), f"sslstack create {target} CERT", "make stack"]
        return f"next: {', then '.join(steps)}"


def propose(project: Project) -> Proposals:
    """Find the ports that TLS is likely in front of, and the others."""
    likely: list[tuple[str, str]] = []
    plaintext: list[str] = []
    others: list[tuple[str, str]] = []
    for service in project.services.values():
        entries = list(_entries(service))
        encrypted = any(ports[0].number in TLS_PORTS for ports in entries)
        for ports in entries:
            first, last = ports[0], ports[-1]
            several = f"-{last.published}" if len(ports) > 1 else ""
            target = f"{service.name}:{first.published}{several}"
            if why := _doubt(first, several, service.image):
                others.append((target, why))
            elif first.number not in _PLAIN_PORTS:
                likely.append((target, ""))
            else:
                plaintext.append(target)
                if not encrypted:
                    encrypted = True
                    likely.append((f"{service.name}:443", _publish(service, first)))
    return Proposals(likely=tuple(likely), plaintext=tuple(plaintext), others=tuple(others))


def files(
    project: Project, proposals: Proposals, stack: str, schema: str
) -> Iterator[tuple[str, str]]:
    """Give the path and the text of each file, as from the repository's root."""
    yield "ssl.yml", _render("ssl.yml.j2", project=project, stack=stack, proposals=proposals)
    yield "ssl.schema.json", schema
    yield "sslstack.mk", _render("sslstack.mk.j2")
    yield "Makefile", "include sslstack.mk\n"
    yield ".github/workflows/sslstack.yml", _render("workflow.yml.j2")


def _entries(service: Service) -> Iterator[list[Port]]:
    """Give the published ports of each entry of the compose file; of a range, all of them."""
    found: dict[Location, list[Port]] = {}
    for port in service.ports:
        if port.published and not port.is_loopback:
            found.setdefault(port.location, []).append(port)
    yield from found.values()


def _publish(service: Service, port: Port) -> str:
    return f'add "443:{port.target}" to the ports of {service.name} in {port.location.file}'


def _doubt(port: Port, several: str, image: str) -> str:
    """Say why TLS is unlikely in front of a port; '' where it is not."""
    if port.protocol != "tcp":
        return f"{port.protocol.upper()}, which gets no listener"
    if port.number is None or several:
        return "a range of ports"
    sensitive = find_sensitive(port.target, port.number, image, http=is_http(port))
    if sensitive is not None:
        return f"{sensitive.service}: {sensitive.reason}"
    known = find_protocol(port.number, port.target, image=image)
    if known is not None and known.begins in ("plaintext", "own"):
        return f"{known.service}, which starts TLS itself: use protocol: tcp and no certificate"
    if known is not None and known.begins == "stream":
        return f"{known.service} without TLS: use protocol: tcp and no certificate"
    return ""


def _render(name: str, **values: object) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sslstack", "views"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - YAML and make, not HTML
    )
    return environment.get_template(name).render(**values)
