"""Lists without duplicates: a later item replaces an earlier one.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md#unique-resources
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose import ports, volumes
from sslstack.compose.tree import (
    Map,
    Node,
    Path,
    Scalar,
    Sequence,
    derive,
    get_text,
    is_text,
    make_map,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def _get_mount_target(node: Node) -> object:
    if isinstance(node, Map):
        return get_text(node.get("target"))
    try:
        return volumes.get_target(get_text(node) or "")
    except ValueError:
        return get_text(node)


def _get_env_file(node: Node) -> object:
    return get_text(node.get("path") if isinstance(node, Map) else node)


def _get_file_target(node: Node, folder: str) -> object:
    if not isinstance(node, Map):
        return folder + (get_text(node) or "")
    return get_text(node.get("target")) or folder + (get_text(node.get("source")) or "")


def _get_device_target(node: Node) -> object:
    if isinstance(node, Map):
        return get_text(node.get("target"))
    return (get_text(node) or "").split(":")[:2][-1]


def _get_key(node: Node) -> str:
    """Return the name in `NAME=value`."""
    return (get_text(node) or "").partition("=")[0]


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
        _get_key,
    ),
    ("expose",): get_text,
    ("configs",): lambda node: _get_file_target(node, "/"),
    ("devices",): _get_device_target,
    ("env_file",): _get_env_file,
    ("ports",): ports.identify,
    ("secrets",): lambda node: _get_file_target(node, "/run/secrets/"),
    ("volumes",): _get_mount_target,
}
"""Lists of a service in which a later item takes the place of an earlier of the same key."""


def drop_repeated(project: Map) -> Map:
    """Return the project with every list of unique items free of repetitions.

    What is written is compared, and once more what it means: as Docker Compose does after each
    file, which is why the next one meets ports and volumes written out.
    """
    services = project.get("services")
    if not isinstance(services, Map):
        return project
    items = {
        name: _drop_all_repeated(_write_out(_drop_all_repeated(one)))
        for name, one in services.items.items()
    }
    return project.with_item("services", replace(services, items=items))


def _drop_all_repeated(service: Node) -> Node:
    for path, key in _UNIQUE.items():
        service = _drop_repeated_items(service, path, key)
    return service


def _write_out(service: Node) -> Node:
    for name, long in (("ports", _write_out_port), ("volumes", _write_out_volume)):
        if isinstance(service, Map) and isinstance(listed := service.get(name), Sequence):
            items = tuple(one for item in listed.items for one in long(item))
            service = service.with_item(name, replace(listed, items=items))
    return _write_out_ssh(service)


def _write_out_ssh(service: Node) -> Node:
    """Write `ssh: [default, ID=PATH]` of a build as a mapping, over which no list merges."""
    build = service.get("build") if isinstance(service, Map) else None
    keys = build.get("ssh") if isinstance(build, Map) else None
    if not (isinstance(service, Map) and isinstance(build, Map) and isinstance(keys, Sequence)):
        return service
    written = [get_text(item) or "" for item in keys.items if is_text(item)]
    is_valid = all(item == "default" or "=" in item for item in written)
    if not is_valid or any(item.startswith("=") for item in written):
        return service  # reported by `forms`; only a list may hold the empty key
    if len(set(written)) < len(keys.items):
        return service  # reported by the schema
    parts = [((get_text(item) or "").partition("="), item) for item in keys.items]
    mapping = make_map(
        ((key, derive(item, path if equals else None)) for (key, equals, path), item in parts),
        keys.at,
    )
    return service.with_item("build", build.with_item("ssh", mapping))


def _write_out_port(node: Node) -> Iterable[Node]:
    try:
        return [*ports.write_out(node)]
    except ports.PortError:
        return [node]  # reported where ports are read


def _write_out_volume(node: Node) -> Iterable[Node]:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return [node]
    try:
        return [replace(node, value=volumes.clean_mount(node.value))]
    except ValueError:
        return [node]  # reported where volumes are read


def _drop_repeated_items(node: Node, path: Path, key: Callable[[Node], object]) -> Node:
    """Drop repetitions from the list at a path; the last of a key counts, at the first's place."""
    if path[:1] == ("*",) and isinstance(node, Map):
        items = {
            name: _drop_repeated_items(item, path[1:], key) for name, item in node.items.items()
        }
        return replace(node, items=items)
    if path and isinstance(node, Map) and (inside := node.get(path[0])) is not None:
        return node.with_item(path[0], _drop_repeated_items(inside, path[1:], key))
    if path or not isinstance(node, Sequence):
        return node
    return replace(node, items=tuple({key(item): item for item in node.items}.values()))
