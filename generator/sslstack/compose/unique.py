"""Lists in which nothing stands twice: a later item takes the place of an earlier one.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#unique-resources
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose import ports, volumes
from sslstack.compose.tree import Map, Node, Path, Scalar, Sequence, derive, is_text, make_map, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def _mount_target(node: Node) -> object:
    if isinstance(node, Map):
        return text(node.get("target"))
    try:
        return volumes.target(text(node) or "")
    except ValueError:
        return text(node)


def _env_file(node: Node) -> object:
    return text(node.get("path") if isinstance(node, Map) else node)


def _file_target(node: Node, folder: str) -> object:
    if not isinstance(node, Map):
        return folder + (text(node) or "")
    return text(node.get("target")) or folder + (text(node.get("source")) or "")


def _device_target(node: Node) -> object:
    if isinstance(node, Map):
        return text(node.get("target"))
    return (text(node) or "").split(":")[:2][-1]


def _key(node: Node) -> str:
    """Return the name in `NAME=value`."""
    return (text(node) or "").partition("=")[0]


_UNIQUE: Mapping[Path, Callable[[Node], object]] = {
    **dict.fromkeys(
        (
            ("annotations",),
            ("build", "additional_contexts"),
            ("build", "args"),
            ("build", "labels"),
            ("build", "tags"),
            ("cap_add",),
            ("cap_drop",),
            ("deploy", "labels"),
            ("dns",),
            ("dns_opt",),
            ("dns_search",),
            ("environment",),
            ("labels",),
            ("links",),
            ("networks", "*", "aliases"),
            ("networks", "*", "link_local_ips"),
            ("profiles",),
            ("sysctls",),
            ("tmpfs",),
        ),
        _key,
    ),
    ("expose",): text,
    ("configs",): lambda node: _file_target(node, "/"),
    ("devices",): _device_target,
    ("env_file",): _env_file,
    ("ports",): ports.identity,
    ("secrets",): lambda node: _file_target(node, "/run/secrets/"),
    ("volumes",): _mount_target,
}
"""Lists of a service in which a later item takes the place of an earlier of the same key."""


def unique(project: Map) -> Map:
    """Return the project with every list of unique items free of repetitions.

    What is written is compared, and once more what it means: as Docker Compose does after each
    file, which is why the next one meets ports and volumes written out.
    """
    services = project.get("services")
    if not isinstance(services, Map):
        return project
    items = {
        name: _once_each(_written_out(_once_each(one))) for name, one in services.items.items()
    }
    return project.with_item("services", replace(services, items=items))


def _once_each(service: Node) -> Node:
    for path, key in _UNIQUE.items():
        service = _once(service, path, key)
    return service


def _written_out(service: Node) -> Node:
    for name, long in (("ports", _ports), ("volumes", _volumes)):
        if isinstance(service, Map) and isinstance(listed := service.get(name), Sequence):
            items = tuple(one for item in listed.items for one in long(item))
            service = service.with_item(name, replace(listed, items=items))
    return _with_ssh_mapping(service)


def _with_ssh_mapping(service: Node) -> Node:
    """Write `ssh: [default, ID=PATH]` of a build as a mapping, over which no list merges."""
    build = service.get("build") if isinstance(service, Map) else None
    keys = build.get("ssh") if isinstance(build, Map) else None
    if not (isinstance(service, Map) and isinstance(build, Map) and isinstance(keys, Sequence)):
        return service
    written = [text(item) or "" for item in keys.items if is_text(item)]
    is_valid = all(item == "default" or "=" in item for item in written)
    if not is_valid or any(item.startswith("=") for item in written):
        return service  # reported by `forms`; only a list may hold the empty key
    if len(set(written)) < len(keys.items):
        return service  # reported by the schema
    parts = [((text(item) or "").partition("="), item) for item in keys.items]
    mapping = make_map(
        ((key, derive(item, path if equals else None)) for (key, equals, path), item in parts),
        keys.at,
    )
    return service.with_item("build", build.with_item("ssh", mapping))


def _ports(node: Node) -> Iterable[Node]:
    try:
        return [*ports.written_out(node)]
    except ports.PortError:
        return [node]  # said where ports are read


def _volumes(node: Node) -> Iterable[Node]:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return [node]
    try:
        return [replace(node, value=volumes.cleaned(node.value))]
    except ValueError:
        return [node]  # said where volumes are read


def _once(node: Node, path: Path, key: Callable[[Node], object]) -> Node:
    """Drop repetitions from the list at a path; the last of a key counts, at the first's place."""
    if path[:1] == ("*",) and isinstance(node, Map):
        items = {name: _once(item, path[1:], key) for name, item in node.items.items()}
        return replace(node, items=items)
    if path and isinstance(node, Map) and (inside := node.get(path[0])) is not None:
        return node.with_item(path[0], _once(inside, path[1:], key))
    if path or not isinstance(node, Sequence):
        return node
    return replace(node, items=tuple({key(item): item for item in node.items}.values()))
