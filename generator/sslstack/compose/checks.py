"""What fits the schema but contradicts the rest: references, circles, values.

Docker Compose refuses each of these, too.
"""

from __future__ import annotations

import graphlib
from typing import TYPE_CHECKING, Any

from sslstack.compose.environment import read_boolean
from sslstack.compose.limits import limit_findings
from sslstack.compose.private import is_private
from sslstack.compose.tree import Map, Node, find_node, get_text, to_plain
from sslstack.findings import Finding, find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_Problem = tuple[tuple[str, ...], str]


def check(document: Map, model: Mapping[str, Any]) -> Iterator[Finding]:
    """Find every contradiction in a canonical project."""
    for rule in RULES:
        yield from limit_findings(
            _make_finding(document, path, message) for path, message in rule(document, model)
        )


def _make_finding(document: Map, path: tuple[str, ...], message: str) -> Finding:
    node = find_node(document, path)
    if is_private(node):
        message = (
            f"{'.'.join(path)}: the value of its variables contradicts the rest of the project"
        )
    return Finding(rule="compose.consistency", message=message, location=node.at)


def _list_services(model: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from model["services"].items()


def _check_images(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        if not service.get("image") and not service.get("build") and not service.get("provider"):
            yield ("services", name), f"service '{name}' has neither an image nor a build"


def _check_tests(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        test = _get(service, ("healthcheck", "test"))
        if test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
            path = ("services", name, "healthcheck", "test")
            yield path, f"service '{name}': test must begin with CMD, CMD-SHELL or NONE"


def _check_watches(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        for watch in _get(service, ("develop", "watch")) or ():
            if not watch.get("target") and watch.get("action") not in ("rebuild", "restart"):
                path = ("services", name, "develop", "watch")
                yield path, f"service '{name}': '{watch.get('action')}' needs a target"


def _check_network_modes(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        if service.get("network_mode") and service.get("networks"):
            message = f"service '{name}' has network_mode and networks, which exclude each other"
            yield ("services", name, "network_mode"), message


def _check_references(document: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    """Networks, volumes, secrets and configs that a service names must be declared."""
    for name, service in _list_services(model):
        for section, names in _list_references(service):
            for one in names:
                if one not in _get_declared(document, section) and (section, one) != _DEFAULT:
                    yield _describe_undeclared(document, name, section, one)


_DEFAULT = ("networks", "default")


def _list_references(service: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Return the names to which a service refers, by the section that must declare them."""
    mounts = [m for m in service.get("volumes") or [] if m.get("type") == "volume"]
    yield "networks", list(service.get("networks") or {})
    yield "volumes", [mount["source"] for mount in mounts if mount.get("source")]
    yield "models", list(service.get("models") or {})
    for section in ("secrets", "configs"):
        inside = _get(service, ("build", section)) or []
        entries = [*(service.get(section) or []), *inside]
        yield section, [str(entry.get("source")) for entry in entries]


def _get_declared(document: Map, section: str) -> Mapping[str, Any]:
    found = document.get(section)
    return found.items if isinstance(found, Map) else {}


def _describe_undeclared(document: Map, service: str, section: str, name: str) -> _Problem:
    near = find_nearest(name, _get_declared(document, section))
    hint = f"; did you mean '{near}'?" if near else f"; declare it under {section}"
    path = ("services", service, section)
    return (
        path,
        f"service '{service}' refers to {section[:-1]} '{name}', which is not declared{hint}",
    )


def _check_dependencies(document: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    services = model["services"]
    for name, service in _list_services(model):
        for other, entry in (service.get("depends_on") or {}).items():
            if other not in services and entry.get("required", True):
                near = find_nearest(other, services)
                hint = f"; did you mean '{near}'?" if near else ""
                exists = other in _get_declared(document, "services")
                why = "whose profile is not active" if exists else f"which does not exist{hint}"
                path = ("services", name, "depends_on")
                yield path, f"service '{name}' depends on '{other}', {why}"


def _check_circles(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    graph = {name: list(service.get("depends_on") or {}) for name, service in _list_services(model)}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle = error.args[1]
        path = ("services", circle[0], "depends_on")
        yield path, f"circular depends_on: {' -> '.join(circle)}"


_SAME = (
    ("mem_limit", "limits", "memory"),
    ("mem_reservation", "reservations", "memory"),
    ("cpus", "limits", "cpus"),
    ("pids_limit", "limits", "pids"),
)


def _check_limits(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    """Find old and new ways of saying one thing that say different things.

    Where `deploy.resources` has limits, those it leaves out count as none.
    """
    for name, service in _list_services(model):
        for old, kind, new in _SAME:
            resources = _get(service, ("deploy", "resources", kind))
            if old in service and resources and service[old] != resources.get(new):
                message = f"service '{name}': {old} and deploy.resources.{kind}.{new} differ"
                yield ("services", name, old), message
        replicas = _get(service, ("deploy", "replicas"))
        if "scale" in service and replicas is not None and service["scale"] != replicas:
            yield ("services", name, "scale"), f"service '{name}': scale and deploy.replicas differ"


def _get(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _check_scale(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        count = service.get("scale") or _get(service, ("deploy", "replicas")) or 1
        if service.get("container_name") and isinstance(count, int) and count > 1:
            path = ("services", name, "container_name")
            yield path, f"service '{name}': several containers cannot have the same container_name"


def _check_container_names(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    seen: dict[str, str] = {}
    for name, service in _list_services(model):
        given = service.get("container_name")
        if given and seen.setdefault(given, name) != name:
            path = ("services", name, "container_name")
            yield path, f"services '{seen[given]}' and '{name}' have the same container_name"


def _check_dockerfiles(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        build = service.get("build") or {}
        if build.get("dockerfile") and build.get("dockerfile_inline"):
            path = ("services", name, "build")
            yield path, f"service '{name}': dockerfile and dockerfile_inline exclude each other"


def _check_platforms(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        platforms = _get(service, ("build", "platforms"))
        platform = service.get("platform")
        if platforms and platform and platform not in platforms:
            path = ("services", name, "platform")
            yield path, f"service '{name}': build.platforms does not contain {platform}"


def _check_mounts(_: Map, model: Mapping[str, Any]) -> Iterator[_Problem]:
    for name, service in _list_services(model):
        seen: set[str] = set()
        for target in (one.partition(":")[0] for one in service.get("tmpfs") or []):
            if target in seen:
                yield ("services", name, "tmpfs"), f"service '{name}' mounts {target} twice"
            seen.add(target)
        for mount in service.get("volumes") or []:
            path = ("services", name, "volumes")
            if mount.get("type") == "bind" and not mount.get("source"):
                yield path, f"service '{name}': a bind mount needs a source"
            if (target := mount.get("target")) in seen:
                yield path, f"service '{name}' mounts {target} twice"
            seen.add(target)


def _check_sources(document: Map, _: Mapping[str, Any]) -> Iterator[_Problem]:
    """Require one source of a secret or config that is not external.

    A driver may be the source of a config; to Docker Compose it is not that of a secret.
    """
    for section, sources in (
        ("secrets", ("file", "environment")),
        ("configs", ("file", "environment", "content")),
    ):
        for name, item in _get_declared(document, section).items():
            members = item.items if isinstance(item, Map) else {}
            given = [source for source in sources if source in members]
            if len(given) > 1:
                yield (section, name), f"{section}.{name} needs only one of {', '.join(given)}"
            elif not _has_source(section, members, given):
                yield (section, name), f"{section}.{name} needs one of {', '.join(sources)}"


def _has_source(section: str, members: Mapping[str, Node], given: list[str]) -> bool:
    if section == "secrets":
        return _is_external(members) or any(get_text(members[source]) for source in given)
    return bool(given) or "driver" in members or "external" in members


def _is_external(members: Mapping[str, Node]) -> bool:
    external = members.get("external")
    try:
        return isinstance(external, Map) or bool(read_boolean(to_plain(external)))
    except ValueError:
        return False  # reported where the value is read


_WITH_EXTERNAL = frozenset({"external", "name"})


def _check_external(document: Map, _: Mapping[str, Any]) -> Iterator[_Problem]:
    """Refuse two names, and any other member of an external volume."""
    for section in ("networks", "volumes", "secrets", "configs"):
        for name, item in _get_declared(document, section).items():
            if not isinstance(item, Map) or not _is_external(item.items):
                continue
            external = item.get("external")
            outer = get_text(external.get("name")) if isinstance(external, Map) else None
            if outer and get_text(item.get("name")) not in (None, outer):
                message = f"{section}.{name}: name and external.name differ"
                yield (section, name), message
            for key in item.items if section == "volumes" else ():
                if key not in _WITH_EXTERNAL and not key.startswith("x-"):
                    message = f"{section}.{name}: external and {key} exclude each other"
                    yield (section, name, key), message


RULES: tuple[Callable[[Map, Mapping[str, Any]], Iterator[_Problem]], ...] = (
    _check_images,
    _check_tests,
    _check_watches,
    _check_network_modes,
    _check_references,
    _check_dependencies,
    _check_circles,
    _check_limits,
    _check_scale,
    _check_container_names,
    _check_dockerfiles,
    _check_platforms,
    _check_mounts,
    _check_sources,
    _check_external,
)
