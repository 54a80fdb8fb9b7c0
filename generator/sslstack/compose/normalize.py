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
from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from sslstack.files import Reader

_KEPT_WHEN_ZERO = frozenset({"command", "entrypoint", "attach", "init", "scale"})
_ELSEWHERE = ("env_file", "label_file", "ports")


@dataclass(frozen=True, slots=True)
class Outer:
    """What a project sees of the world outside; no reader: no files for containers."""

    name: str
    folder: Path
    variables: Mapping[str, str]
    reader: Reader | None


def model(
    document: Map,
    active: Mapping[str, Node],
    entries: Mapping[str, Sequence[Map]],
    outer: Outer,
    findings: list[Finding],
) -> dict[str, Any]:
    """Give the canonical project; what is wrong goes to `findings`, each with its place."""
    services = {
        name: _service(name, active[name], entries[name], outer, findings) for name in entries
    }
    for name, node in _services(document):
        if name not in active:  # Docker Compose reads the others, too
            _canonical(name, node, findings)
            findings += ports.read_entries(
                name, node.get("ports") if isinstance(node, Map) else None
            )[1]
    if any(finding.severity is Severity.ERROR for finding in findings):
        return {}  # what could not be read cannot be put together
    for service in services.values():
        _imply(service)
        _build(service, outer)
        _scale(service)
    plain = tree.plain(document.without("services"))
    top: dict[str, Any] = {"name": outer.name, "services": services}
    for section, rule in canonical.TOP.items():
        declared = {
            key: _read(rule, item or {}, document, (section, key), findings)
            for key, item in (plain.get(section) or {}).items()
        }
        used = _used(section, services)
        if section == "networks" and "default" in used:
            declared.setdefault("default", {})
        kept = {
            key: _named(section, key, item, outer.name)
            for key, item in sorted(declared.items())
            if key in used
        }
        if kept:
            top[section] = kept
    named = [(key, item) for key, item in document.items.items() if key.startswith("x-")]
    return top | {key: _extension(key, item, document, findings) for key, item in named}


def _extension(key: str, node: Node, document: Map, findings: list[Finding]) -> Any:
    return _read(lambda _: extensions.read(node), None, document, (key,), findings)


def _read(
    read: Callable[[Any], Any],
    value: Any,
    document: Map,
    path: tuple[str | int, ...],
    findings: list[Finding],
) -> Any:
    """Apply a rule; what it refuses becomes a finding at the place of the value."""
    try:
        return read(value)
    except InputError as error:
        findings += error.findings
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        where = ".".join(map(str, path))
        node = tree.find(document, path)
        wrong = f"{_written(node)} is not allowed" if private.is_private(node) else str(error)
        findings.append(
            Finding(rule="compose.value", message=f"{where}: {wrong}", location=node.at)
        )
    return value


def _written(node: Node) -> str:
    return f"'{private.show(node)}'" if isinstance(node, tree.Scalar) else "what its variables make"


def _services(document: Map) -> Iterable[tuple[str, Node]]:
    services = document.get("services")
    return services.items.items() if isinstance(services, Map) else ()


def _canonical(name: str, node: Node, findings: list[Finding]) -> dict[str, Any]:
    """Give a service with each attribute in its canonical form."""
    around = Map({"services": Map({name: node}, node.at, {})}, node.at, {})
    service: dict[str, Any] = {"command": None, "entrypoint": None}
    for key, value in (tree.plain(node) or {}).items():
        if key in _ELSEWHERE or value is None or key.startswith("x-"):
            continue
        rule = canonical.SERVICE.get(key)
        path = ("services", name, key)
        service[key] = _read(rule, value, around, path, findings) if rule else value
    return service


def _service(
    name: str, node: Node, listed: Sequence[Map], outer: Outer, findings: list[Finding]
) -> dict[str, Any]:
    service = _canonical(name, node, findings)
    raw = tree.plain(node)
    around = Map({"services": Map({name: node}, node.at, {})}, node.at, {})

    def read(key: str, rule: Callable[[Any], Any]) -> Any:
        return _read(rule, raw.get(key), around, ("services", name, key), findings)

    if listed:
        service["ports"] = [ports.show_entry(entry) for entry in listed]
    reader = outer.reader
    if raw.get("environment") or raw.get("env_file") is not None:
        key = "env_file" if raw.get("env_file") is not None else "environment"
        service["environment"] = read(
            key, lambda _: environment.resolved(raw, outer.variables, reader)
        )
    if raw.get("label_file") is not None and reader is not None:
        from_files = read("label_file", lambda v: environment.file_labels(v, reader))
        if isinstance(from_files, dict):
            service["labels"] = {**from_files, **service.get("labels", {})}
    _default_network(service)
    return {
        key: value for key, value in service.items() if key in _KEPT_WHEN_ZERO or not is_zero(value)
    }


def _default_network(service: dict[str, Any]) -> None:
    """Put a service with neither networks nor a network mode on the default network."""
    has_other = "network_mode" in service or "provider" in service
    if not has_other and not service.get("networks"):
        service["networks"] = {"default": None}


def _build(service: dict[str, Any], outer: Outer) -> None:
    """Give arguments of a build that have no value theirs from outside, if any."""
    build = service.get("build")
    if not build:
        return
    if build.get("args"):
        resolved = {k: outer.variables.get(k) if v is None else v for k, v in build["args"].items()}
        build["args"] = {k: v for k, v in resolved.items() if v is not None}
        if not build["args"]:
            del build["args"]


def _scale(service: dict[str, Any]) -> None:
    """Let the old `scale` stand for `deploy.replicas`, where a service has a `deploy`."""
    if service.get("scale") is not None and isinstance(service.get("deploy"), dict):
        service["deploy"].setdefault("replicas", service["scale"])


def _imply(service: dict[str, Any]) -> None:
    """Make whoever shares another service's network or the like depend on it."""
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


def _used(section: str, services: Mapping[str, Any]) -> set[str]:
    """Give the names that the active services refer to."""
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


def _named(section: str, key: str, item: dict[str, Any], project: str) -> dict[str, Any]:
    """Give a resource its name: its own, that outside, or the project's and its key."""
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
