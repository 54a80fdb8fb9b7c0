"""`extends`: a service that begins from another, of the same file or of another one.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#extends
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.compose import hints, merge, resets
from sslstack.compose.private import is_private, show
from sslstack.compose.tree import RESET, Map, Scalar, get_text, walk
from sslstack.errors import InputError
from sslstack.findings import find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sslstack.compose.limits import Budget
    from sslstack.compose.tree import Node

    Load = Callable[[Scalar, Path], tuple[Map, Path]]


DEPTH = 100
"""Services that extend one another, one from the next."""


@dataclass(frozen=True, slots=True)
class _Where:
    """The file that holds a service, and the folder to which its paths are relative."""

    file: Path
    folder: Path


def extend(document: Map, file: Path, folder: Path, load: Load, budget: Budget) -> Map:
    """Return the document with every `extends` resolved.

    `load(name, folder)` reads another file as named in a document of that folder, interpolated.
    Raises InputError for services and files that do not exist, and circles.
    """
    services = document.get("services")
    if services is None:
        return document
    if not isinstance(services, Map):
        hint = hints.hint_at(document, ("services",))
        message = "services must be a mapping"
        raise InputError.at(services.at, "compose.form", message, hint=hint)
    where = _Where(file, folder)
    run = _Run(load, budget, {})
    done = {name: run.extend(name, services, where, ()) for name in services.items}
    return document.with_item("services", replace(services, items=done))


@dataclass(frozen=True, slots=True)
class _Run:
    """One run over a document; a service that several extend is made once."""

    load: Load
    budget: Budget
    done: dict[tuple[int, str], Node]

    def extend(
        self, name: str, services: Map, where: _Where, above: tuple[tuple[Path, str], ...]
    ) -> Node:
        """Return a service with what it extends; raises InputError."""
        key = (where.file, name)
        made = (id(services), name)
        if made not in self.done:
            service = services.items[name]
            extends = service.get("extends") if isinstance(service, Map) else None
            if not isinstance(service, Map) or extends is None or extends.tag == RESET:
                return service
            _refuse_circle(extends, key, above)
            self.done[made] = self._merge_over_base(
                service, extends, services, where, (*above, key)
            )
        return self.done[made]

    def _merge_over_base(
        self,
        service: Map,
        extends: Node,
        services: Map,
        where: _Where,
        above: tuple[tuple[Path, str], ...],
    ) -> Node:
        name, other = _read_reference(extends)
        if other is not None:
            document, path = self.load(other, where.folder)
            where = _Where(path, path.parent)
            found = document.get("services")
            services = found if isinstance(found, Map) else Map({}, document.at, {})
        if get_text(name) not in services.items:
            raise _make_missing(above[-1][1], name or extends, services, where)
        base = self.extend(get_text(name) or "", services, where, above)
        if not isinstance(base, Map):
            return service
        over = service.without("extends")
        merged = merge.merge_service(resets.remove_paths(base, resets.find_resets(over)), over)
        self.budget.add_values(sum(1 for _ in walk(merged)), extends.at)
        return merged


def _refuse_circle(
    extends: Node, key: tuple[Path, str], above: tuple[tuple[Path, str], ...]
) -> None:
    if key in above:
        circle = " -> ".join(one for _, one in (*above, key))
        raise InputError.at(extends.at, "compose.extends", f"circular extends: {circle}")
    if len(above) > DEPTH:
        message = f"more than {DEPTH} services extend one another"
        raise InputError.at(extends.at, "compose.extends", message)


def _make_missing(service: str, name: Node, services: Map, where: _Where) -> InputError:
    """Report a service that does not exist, and the most similar name."""
    at = name.at
    if is_private(name) or not services.at.column:
        message = f"service '{service}' extends '{show(name)}', which does not exist"
        return InputError.at(at, "compose.extends", message)
    near = find_nearest(show(name), services.items)
    message = f"service '{service}' extends '{show(name)}', which is not in {where.file}"
    return InputError.at(
        at, "compose.extends", message, hint=f"did you mean '{near}'?" if near else ""
    )


def _read_reference(extends: Node) -> tuple[Scalar | None, Scalar | None]:
    """Return the nodes that name the service and the file, None where there is none."""
    if not isinstance(extends, Map):
        return (extends if isinstance(extends, Scalar) else None), None
    service, file = extends.get("service"), extends.get("file")
    has_file = isinstance(file, Scalar) and get_text(file) is not None
    return (
        service if isinstance(service, Scalar) else None,
        file if isinstance(file, Scalar) and has_file else None,
    )
