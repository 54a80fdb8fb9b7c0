"""`extends`: a service that begins from another, of the same file or of another one.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.compose import merge
from sslstack.compose.tree import Map, text
from sslstack.errors import InputError
from sslstack.findings import nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sslstack.compose.tree import Node
    from sslstack.findings import Location

    Load = Callable[[str, Location, Path], tuple[Map, Path]]


DEPTH = 100
"""Services that extend one another, one from the next."""


@dataclass(frozen=True, slots=True)
class _Where:
    """The file in which a service stands, and the folder from which its paths count."""

    file: Path
    folder: Path


def apply(document: Map, file: Path, folder: Path, load: Load) -> Map:
    """Give the document with every `extends` carried out.

    `load(name, place, folder)` reads another file as named in a document of that folder,
    interpolated. Raises InputError for services and files that are not there, and circles.
    """
    services = document.get("services")
    if not isinstance(services, Map):
        return document
    where = _Where(file, folder)
    done = {name: _extended(name, services, where, load, ()) for name in services.items}
    return document.with_item("services", replace(services, items=done))


def _extended(
    name: str, services: Map, where: _Where, load: Load, above: tuple[tuple[Path, str], ...]
) -> Node:
    service = services.items[name]
    extends = service.get("extends") if isinstance(service, Map) else None
    if not isinstance(service, Map) or extends is None:
        return service
    if (where.file, name) in above:
        circle = " -> ".join(one for _, one in (*above, (where.file, name)))
        raise InputError.at(extends.at, "compose.extends", f"extends goes in a circle: {circle}")
    if len(above) > DEPTH:
        message = f"more than {DEPTH} services extend one another"
        raise InputError.at(extends.at, "compose.extends", message)
    base_name, other = _reference(extends)
    base_services, base_where = services, where
    if other is not None:
        document, path = load(other, extends.at, where.folder)
        base_where = _Where(path, path.parent)
        found = document.get("services")
        base_services = found if isinstance(found, Map) else Map({}, document.at, {})
    if base_name not in base_services.items:
        near = nearest(base_name, base_services.items)
        raise InputError.at(
            extends.at,
            "compose.extends",
            f"service '{name}' extends '{base_name}', which is not in {base_where.file}",
            hint=f"did you mean '{near}'?" if near else "",
        )
    base = _extended(base_name, base_services, base_where, load, (*above, (where.file, name)))
    if not isinstance(base, Map):
        return service
    over = service.without("extends")
    for gone in merge.resets(over):
        base = merge.removed(base, gone)
    return merge.service(base, over)


def _reference(extends: Node) -> tuple[str, str | None]:
    if isinstance(extends, Map):
        return text(extends.get("service")) or "", text(extends.get("file"))
    return text(extends) or "", None
