"""The files with which a repository begins, from the templates beside this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.compose import Project


def files(project: Project, stack: str, schema: str) -> Iterator[tuple[str, str]]:
    """Give the path and the text of each file, as from the repository's root."""
    targets = [
        f"{service.name}:{port.number}"
        for service in project.services.values()
        for port in service.ports
        if port.number is not None and port.protocol == "tcp" and not port.is_loopback
    ]
    values = {"project": project, "stack": stack, "targets": targets}
    yield "ssl.yml", _render("ssl.yml.j2", **values)
    yield "ssl.schema.json", schema
    yield "sslstack.mk", _render("sslstack.mk.j2")
    yield "Makefile", "include sslstack.mk\n"
    yield ".github/workflows/sslstack.yml", _render("workflow.yml.j2")


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
