"""Readers of attributes that have several forms, for the table in `canonical`.

A reader returns what Docker Compose prints; it raises ValueError with what is wrong.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from sslstack.compose import volumes
from sslstack.compose.casts import (
    drop_zeros,
    read_command,
    read_duration,
    read_each,
    read_integer,
    read_list,
    read_members,
    read_natural,
    read_options,
    read_single,
    read_size,
    read_text,
    read_texts,
)
from sslstack.compose.environment import print_scalar, read_boolean, read_labels, read_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

_OCTAL = re.compile(r"[-+]?[0-7]{1,21}")


def read_limit(value: Any) -> Any:
    """Read a limit, one number or two; Docker Compose prints a single 0 as nothing."""
    if isinstance(value, dict):
        return drop_zeros(read_members(soft=_read_whole, hard=_read_whole))(value)
    return _read_whole(value) or {}


def _read_whole(value: Any) -> Any:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(f"{print_scalar(value)} is not a whole number of 64 bits")
    return read_integer(value)


def _read_test(value: Any) -> Any:
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    return read_texts(value)


def read_healthcheck(value: Any) -> Any:
    """Read a health check; `disable: false` is left out."""
    read = read_members(
        test=_read_test,
        retries=read_natural(64),
        disable=read_boolean,
        interval=read_duration,
        timeout=read_duration,
        start_period=read_duration,
        start_interval=read_duration,
    )(value)
    return {k: v for k, v in (read or {}).items() if k != "disable" or v}


def read_dependencies(value: Any) -> Any:
    """Read `depends_on`, a list of names or a mapping."""
    entries = value if isinstance(value, dict) else {name: {} for name in value or []}
    read = read_members(required=read_boolean, restart=read_boolean)
    started = {"condition": "service_started", "required": True}
    written = {name: started | read(entry or {}) for name, entry in entries.items()}
    return {
        name: {k: v for k, v in entry.items() if k != "restart" or v}
        for name, entry in written.items()
    }


def read_hosts(value: Any) -> Any:
    """Return `host=address` texts, sorted, from a list or a mapping."""
    pairs: list[tuple[str, str]] = []
    if isinstance(value, dict):
        for host, addresses in value.items():
            several = addresses if isinstance(addresses, list) else [addresses]
            pairs += [(host, address) for address in several]
    for item in value if isinstance(value, list) else []:
        written = print_scalar(item)
        host, separator, address = written.partition("=" if "=" in written else ":")
        if not separator or not host or ":" in host:
            raise ValueError(f"'{item}' is not host=address")
        pairs.append((host, address))
    return sorted(f"{host}={_remove_brackets(print_scalar(address))}" for host, address in pairs)


def _remove_brackets(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def read_networks(value: Any) -> Any:
    """Read the networks of a service, a list of names or a mapping."""
    if isinstance(value, list):
        return dict.fromkeys(value)
    read = drop_zeros(
        read_members(
            aliases=read_texts,
            priority=read_integer,
            gw_priority=read_integer,
            driver_opts=read_options,
        )
    )
    return {name: entry and read(entry) for name, entry in (value or {}).items()}


def read_mount(value: Any) -> Any:
    """Read a volume of a service, short or long."""
    if isinstance(value, str):
        return volumes.read_mount(value)
    mount = read_members(
        target=posixpath.normpath,
        read_only=read_boolean,
        bind=read_members(create_host_path=read_boolean),
        volume=drop_zeros(read_members(nocopy=read_boolean, labels=read_labels)),
        tmpfs=drop_zeros(read_members(size=read_size, mode=read_natural(32))),
    )(value)
    if not isinstance(mount.get("target"), str):
        raise ValueError("a volume needs a target")  # noqa: TRY004
    if mount.get("source") == "":
        del mount["source"]
    bind = mount.get("bind")
    if isinstance(bind, dict) and bind.get("create_host_path") is False:
        mount["bind"] = {k: v for k, v in bind.items() if k != "create_host_path"}
    return {k: v for k, v in mount.items() if k != "read_only" or v}


def read_reference(folder: str) -> Callable[[Any], Any]:
    """Read a secret or config of a service; `folder` is where a short one is mounted."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return {"source": value, **({"target": folder + value} if folder else {})}
        entry = read_members(mode=_read_mode, uid=print_scalar, gid=print_scalar)(value)
        if folder and not entry.get("target"):
            entry["target"] = folder + entry.get("source", "")
        return entry

    return read


def _read_mode(value: Any) -> str:
    """Return a file's mode in octal, with a zero before it."""
    if isinstance(value, str) and not _OCTAL.fullmatch(value):
        raise ValueError(f"'{value}' is not a number in octal")
    return f"0{int(value, 8) if isinstance(value, str) else _read_whole(value):o}"


def read_device(value: Any) -> Any:
    """Read a device, `SOURCE:TARGET:PERMISSIONS` or a mapping."""
    if not isinstance(value, str):
        device = drop_zeros(read_members())(value)
        if isinstance(device, dict) and "target" not in value:
            raise ValueError("a device needs a target")
        return device
    source, *rest = value.split(":")
    target, permissions = [*rest, "", "rwm"][:2] if len(rest) != 1 else (rest[0], "rwm")
    device = {"source": source, "target": target or source, "permissions": permissions}
    return {key: item for key, item in device.items() if item}


def read_gpu(value: Any) -> Any:
    """Read a device request: without a count and ids it asks for all there are."""
    entry = {"count": value} if not isinstance(value, dict) else dict(value)
    if "count" in entry and "device_ids" in entry:
        raise ValueError("count and device_ids exclude each other")
    if "device_ids" not in entry:
        entry["count"] = _read_count(entry.get("count", -1))
    if isinstance(entry.get("options"), list):
        entry["options"] = read_labels(entry["options"])
    return drop_zeros(read_members(options=read_options))(entry)


def _read_count(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError(f"count {print_scalar(value)} is not a whole number")  # noqa: TRY004
    return -1 if isinstance(value, str) and value.lower() == "all" else _read_whole(value)


def read_servers(value: Any) -> Any:
    """Read one DNS server or a list, without empty ones."""
    return [server for server in read_list(value) if server]


def read_whole_texts(value: Any) -> Any:
    """Read a list whose numbers must be whole."""
    for item in value if isinstance(value, list) else ():
        read_text(item)
    return read_texts(value)


def read_models(value: Any) -> Any:
    """Read models, a list of names or a mapping."""
    return dict.fromkeys(value) if isinstance(value, list) else value


def read_ipam(value: Any) -> Any:
    """Drop the options, which Docker Compose reads and does not print."""
    return {k: v for k, v in value.items() if k != "options"} if isinstance(value, dict) else value


def read_gpus(value: Any) -> Any:
    """Read `all` or a list of device requests."""
    return [{"count": -1}] if value == "all" else read_each(read_gpu)(value)


def read_watch(value: Any) -> Any:
    """Read a path to watch; its patterns may be one text."""
    entry = dict(value)
    for key in ("ignore", "include"):
        if isinstance(entry.get(key), str):
            entry[key] = [entry[key]]
    return read_members(exec=read_members(command=read_command, environment=read_mapping))(entry)


def read_ssh_keys(value: Any) -> Any:
    """Return `id` or `id=path` texts, sorted."""
    return sorted(f"{k}={v}" if v else k for k, v in read_mapping(value).items())


def read_span(value: Any) -> Any:
    """Read a duration; none at all is left out."""
    return None if (read := read_duration(value)) == "0s" else read


def read_share(value: Any) -> Any:
    """Read a number; 0 is left out."""
    return read_single(value) or None
