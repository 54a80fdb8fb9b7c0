"""The files with which a repository begins, from the templates beside this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2

from sslstack.ports import find_protocol, find_sensitive
from sslstack.stack.listeners import is_http

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.compose import Port, Project, Service
    from sslstack.findings import Location


def files(project: Project, stack: str, schema: str) -> Iterator[tuple[str, str]]:
    """Give the path and the text of each file, as from the repository's root."""
    found = [proposal for service in project.services.values() for proposal in _propose(service)]
    targets = [name for name, why in found if not why]
    values = {
        "project": project,
        "stack": stack,
        "targets": targets,
        "others": [(name, why) for name, why in found if why],
    }
    yield "ssl.yml", _render("ssl.yml.j2", **values)
    yield "ssl.schema.json", schema
    yield "sslstack.mk", _render("sslstack.mk.j2")
    yield "Makefile", "include sslstack.mk\n"
    yield ".github/workflows/sslstack.yml", _render("workflow.yml.j2")


def _propose(service: Service) -> Iterator[tuple[str, str]]:
    """Give each published port as a target, with the reason where TLS is unlikely in front of it.

    A range of the compose file is given as one.
    """
    seen: dict[Location, list[Port]] = {}
    for port in service.ports:
        if port.published and not port.is_loopback:
            seen.setdefault(port.location, []).append(port)
    for ports in seen.values():
        first, last = ports[0], ports[-1]
        several = f"-{last.published}" if len(ports) > 1 else ""
        yield f"{service.name}:{first.published}{several}", _doubt(first, several)


def _doubt(port: Port, several: str) -> str:
    if port.protocol != "tcp":
        return f"{port.protocol.upper()}, which gets no listener"
    if port.number is None or several:
        return "a range of ports"
    sensitive = find_sensitive(port.target, port.number, http=is_http(port))
    if sensitive is not None:
        return f"{sensitive.service}: {sensitive.reason}"
    known = find_protocol(port.number, port.target)
    if known is not None and known.begins in ("plaintext", "own"):
        return f"{known.service}, which starts TLS itself: use protocol: tcp and no certificate"
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
