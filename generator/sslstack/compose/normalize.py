"""The whole model: every service canonical, names given, defaults written, the unused dropped.

The result has the shape of `docker compose config --format json`, with plain values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.compose import canonical, environment, extensions, ports, private, tree
from sslstack.compose.casts import is_zero
from sslstack.compose.tree import Map, Node
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sslstack.files import Reader

_KEPT_WHEN_ZERO = frozenset({"command", "entrypoint", "attach", "init", "scale"})
_ELSEWHERE = ("env_file", "label_file", "ports")


@dataclass(frozen=True, slots=True)
class Outer:
    """What the canonical form depends on beside the document; no reader: no env files."""

    name: str
    folder: Path
    variables: Mapping[str, str]
    reader: Reader | None


@dataclass(frozen=True, slots=True)
class Normalized:
    """The canonical project, what is wrong, and where the values are that only files hold."""

    model: Mapping[str, Any]
    findings: tuple[Finding, ...]
    places: Mapping[tuple[str, ...], Location]


def normalize(
    document: Map,
    active: Mapping[str, Node],
    entries: Mapping[str, Sequence[Map]],
    outer: Outer,
) -> Normalized:
    """Return the canonical project, and what is wrong, each with its place."""
    read = {name: _read_service(name, active[name], entries[name], outer) for name in entries}
    findings = [finding for service in read.values() for finding in service.findings]
    findings += _check_inactive(document, active)
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Normalized({}, tuple(findings), {})  # what cannot be read cannot be put together
    services = {name: service.members for name, service in read.items()}
    places = {path: at for service in read.values() for path, at in service.places.items()}
    for service in services.values():
        _add_implied_dependencies(service)
        _resolve_build_arguments(service, outer)
        _copy_scale(service)
    top: dict[str, Any] = {"name": outer.name, "services": services}
    plain = tree.to_plain(document.without("services"))
    for section, rule in canonical.TOP.items():
        declared = {}
        for key, item in (plain.get(section) or {}).items():
            declared[key], wrong = _read(rule, item or {}, document, (section, key))
            findings += wrong
        if kept := _keep_used(section, declared, services, outer.name):
            top[section] = kept
    for key, node in document.items.items():
        if key.startswith("x-"):
            top[key], wrong = _read_extension(node, document, key)
            findings += wrong
    return Normalized(top, tuple(findings), places)


def _check_inactive(document: Map, active: Mapping[str, Node]) -> Iterator[Finding]:
    """Find what is wrong with the services that are not active: Docker Compose reads them, too."""
    for name, node in _list_services(document):
        if name not in active:
            listed = node.get("ports") if isinstance(node, Map) else None
            yield from _read_attributes(name, node)[1]
            yield from ports.read_entries(name, listed)[1]


def _read_extension(node: Node, document: Map, key: str) -> tuple[Any, tuple[Finding, ...]]:
    return _read(lambda _: extensions.read_extension(node), None, document, (key,))


def _keep_used(
    section: str, declared: dict[str, Any], services: Mapping[str, Any], project: str
) -> dict[str, Any]:
    """Return the declared resources of a section that services use, named and sorted."""
    used = _find_used(section, services)
    if section == "networks" and "default" in used:
        declared = {"default": {}, **declared}
    return {
        key: _name_resource(section, key, item, project)
        for key, item in sorted(declared.items())
        if key in used
    }


def _read(
    read: Callable[[Any], Any], value: Any, document: Map, path: tuple[str | int, ...]
) -> tuple[Any, tuple[Finding, ...]]:
    """Apply a rule; what it refuses becomes a finding at the place of the value."""
    try:
        return read(value), ()
    except InputError as error:
        return value, error.findings
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        where = ".".join(map(str, path))
        node = tree.find_node(document, path)
        wrong = f"{_show_written(node)} is not allowed" if private.is_private(node) else str(error)
        message = f"{where}: {wrong}"
        return value, (Finding(rule="compose.value", message=message, location=node.at),)


def _show_written(node: Node) -> str:
    return f"'{private.show(node)}'" if isinstance(node, tree.Scalar) else "what its variables make"


def _list_services(document: Map) -> Iterable[tuple[str, Node]]:
    services = document.get("services")
    return services.items.items() if isinstance(services, Map) else ()


def _read_attributes(name: str, node: Node) -> tuple[dict[str, Any], list[Finding]]:
    """Return a service with each attribute in its canonical form."""
    around = Map({"services": Map({name: node}, node.at, {})}, node.at, {})
    service: dict[str, Any] = {"command": None, "entrypoint": None}
    findings: list[Finding] = []
    for key, value in (tree.to_plain(node) or {}).items():
        if key in _ELSEWHERE or value is None or key.startswith("x-"):
            continue
        service[key] = value
        if (rule := canonical.SERVICE.get(key)) is not None:
            service[key], wrong = _read(rule, value, around, ("services", name, key))
            findings += wrong
    return service, findings


@dataclass(frozen=True, slots=True)
class _Service:
    """A service in its canonical form, its findings, and the places of values in env files."""

    members: dict[str, Any]
    findings: tuple[Finding, ...]
    places: Mapping[tuple[str, ...], Location]


def _read_service(name: str, node: Node, listed: Sequence[Map], outer: Outer) -> _Service:
    service, findings = _read_attributes(name, node)
    raw = tree.to_plain(node)
    places: dict[tuple[str, ...], Location] = {}
    if listed:
        service["ports"] = [ports.show_entry(entry) for entry in listed]
    if raw.get("environment") or raw.get("env_file") is not None:
        key = "env_file" if raw.get("env_file") is not None else "environment"
        variables, wrong = _read_values(
            name, node, key,
            lambda _: environment.resolve_environment(raw, outer.variables, outer.reader),
        )  # fmt: skip
        findings += wrong
        service["environment"] = dict(variables.values)
        places |= {
            ("services", name, "environment", key): at for key, at in variables.places.items()
        }
    if raw.get("label_file") is not None and (reader := outer.reader) is not None:
        labels, wrong = _read_values(
            name, node, "label_file", lambda value: environment.read_file_labels(value, reader)
        )
        findings += wrong
        written = service.get("labels", {})
        service["labels"] = {**labels.values, **written}
        places |= {
            ("services", name, "labels", key): at
            for key, at in labels.places.items()
            if key not in written
        }
    _add_default_network(service)
    members = {
        key: value for key, value in service.items() if key in _KEPT_WHEN_ZERO or not is_zero(value)
    }
    return _Service(members, tuple(findings), places)


def _read_values(
    name: str, node: Node, key: str, read: Callable[[Any], environment.Values]
) -> tuple[environment.Values, tuple[Finding, ...]]:
    around = Map({"services": Map({name: node}, node.at, {})}, node.at, {})
    found, wrong = _read(read, tree.to_plain(node).get(key), around, ("services", name, key))
    return found if not wrong else environment.Values({}, {}), wrong


def _add_default_network(service: dict[str, Any]) -> None:
    """Add a service with neither networks nor a network mode on the default network."""
    has_other = "network_mode" in service or "provider" in service
    if not has_other and not service.get("networks"):
        service["networks"] = {"default": None}


def _resolve_build_arguments(service: dict[str, Any], outer: Outer) -> None:
    """Return arguments of a build that have no value theirs from outside, if any."""
    build = service.get("build")
    if not build:
        return
    if build.get("args"):
        resolved = {k: outer.variables.get(k) if v is None else v for k, v in build["args"].items()}
        build["args"] = {k: v for k, v in resolved.items() if v is not None}
        if not build["args"]:
            del build["args"]


def _copy_scale(service: dict[str, Any]) -> None:
    """Copy the old `scale` to `deploy.replicas`, where a service has a `deploy`."""
    if service.get("scale") is not None and isinstance(service.get("deploy"), dict):
        service["deploy"].setdefault("replicas", service["scale"])


def _add_implied_dependencies(service: dict[str, Any]) -> None:
    """Add a dependency on each service whose network, volumes or the like are shared."""
    implied: dict[str, dict[str, Any]] = {}
    restart = {"condition": "service_started", "restart": True, "required": True}
    for link in service.get("links") or []:
        implied[link.partition(":")[0]] = restart
    for key in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        kind, _, other = str(service.get(key, "")).partition(":")
        if kind == "service" and other:
            implied.setdefault(other, restart)
    for source in service.get("volumes_from") or []:
        if not source.startswith("container:"):
            other = source.partition(":")[0]
            implied.setdefault(other, {"condition": "service_started", "required": True})
    if implied:
        service["depends_on"] = {**implied, **(service.get("depends_on") or {})}


def _find_used(section: str, services: Mapping[str, Any]) -> set[str]:
    """Return the names that the active services refer to."""
    found: set[str] = set()
    for service in services.values():
        if section == "networks":
            found |= set(service.get("networks") or {})
        elif section == "volumes":
            mounts = service.get("volumes") or []
            found |= {m.get("source", "") for m in mounts if m.get("type") == "volume"}
        else:
            entries = [*(service.get(section) or [])]
            build = service.get("build") or {}
            entries += build.get(section) or [] if isinstance(build, dict) else []
            found |= {entry.get("source", "") for entry in entries}
    return found


def _name_resource(section: str, key: str, item: dict[str, Any], project: str) -> dict[str, Any]:
    """Return a resource its name: its own, that outside, or the project's and its key."""
    item = dict(item)
    external = item.pop("external", False)
    if isinstance(external, dict):
        item["name"] = external.get("name", key)
        external = True
    item.setdefault("name", key if external else f"{project}_{key}")
    if external:
        item["external"] = True
    if section == "networks":
        item.setdefault("ipam", {})
    shown = {k: v for k, v in item.items() if not is_zero(v)}
    told = ("enable_ipv4", "enable_ipv6")
    return shown | {key: False for key in told if item.get(key) is False}
