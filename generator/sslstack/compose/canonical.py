"""The canonical form: short syntaxes written out, texts cast, units unified.

A table says for every attribute how its value is read; what no table names stays as it is.
Functions raise ValueError with what is wrong in words; the place is added by the caller.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from sslstack.compose import volumes
from sslstack.compose.casts import (
    command,
    count,
    duration,
    each,
    integer,
    is_zero,
    listed,
    members,
    natural,
    options,
    single,
    size,
    strict_options,
    text,
    texts,
    values,
    without_zeros,
)
from sslstack.compose.environment import boolean, labels, mapping, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OCTAL = re.compile(r"[-+]?[0-7]{1,21}")


def _limit(value: Any) -> Any:
    """Read a limit, one number or two; Docker Compose prints a single 0 as nothing."""
    if isinstance(value, dict):
        return without_zeros(members(soft=_whole, hard=_whole))(value)
    return _whole(value) or {}


def _whole(value: Any) -> Any:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(f"{shown(value)} is not a whole number of 64 bits")
    return integer(value)


def _test(value: Any) -> Any:
    if isinstance(value, str):
        return ["CMD-SHELL", value]
    return texts(value)


def _healthcheck(value: Any) -> Any:
    read = members(
        test=_test,
        retries=natural(64),
        disable=boolean,
        interval=duration,
        timeout=duration,
        start_period=duration,
        start_interval=duration,
    )(value)
    return {k: v for k, v in (read or {}).items() if k != "disable" or v}


def _depends_on(value: Any) -> Any:
    entries = value if isinstance(value, dict) else {name: {} for name in value or []}
    read = members(required=boolean, restart=boolean)
    started = {"condition": "service_started", "required": True}
    written = {name: started | read(entry or {}) for name, entry in entries.items()}
    return {
        name: {k: v for k, v in entry.items() if k != "restart" or v}
        for name, entry in written.items()
    }


def _hosts(value: Any) -> Any:
    """Give `host=address` texts, sorted, from a list or a mapping."""
    pairs: list[tuple[str, str]] = []
    if isinstance(value, dict):
        for host, addresses in value.items():
            several = addresses if isinstance(addresses, list) else [addresses]
            pairs += [(host, address) for address in several]
    for item in value if isinstance(value, list) else []:
        written = shown(item)
        host, separator, address = written.partition("=" if "=" in written else ":")
        if not separator or not host or ":" in host:
            raise ValueError(f"'{item}' is not host=address")
        pairs.append((host, address))
    return sorted(f"{host}={_bare(shown(address))}" for host, address in pairs)


def _bare(address: str) -> str:
    return address[1:-1] if address.startswith("[") and address.endswith("]") else address


def _networks(value: Any) -> Any:
    if isinstance(value, list):
        return dict.fromkeys(value)
    read = without_zeros(
        members(aliases=texts, priority=integer, gw_priority=integer, driver_opts=options)
    )
    return {name: entry and read(entry) for name, entry in (value or {}).items()}


def _mount(value: Any) -> Any:
    if isinstance(value, str):
        return volumes.read(value)
    mount = members(
        target=posixpath.normpath,
        read_only=boolean,
        bind=members(create_host_path=boolean),
        volume=without_zeros(members(nocopy=boolean, labels=labels)),
        tmpfs=without_zeros(members(size=size, mode=natural(32))),
    )(value)
    if not isinstance(mount.get("target"), str):
        raise ValueError("a volume needs a target")  # noqa: TRY004
    if mount.get("source") == "":
        del mount["source"]
    bind = mount.get("bind")
    if isinstance(bind, dict) and bind.get("create_host_path") is False:
        mount["bind"] = {k: v for k, v in bind.items() if k != "create_host_path"}
    return {k: v for k, v in mount.items() if k != "read_only" or v}


def _reference(folder: str) -> Callable[[Any], Any]:
    """Read a secret or config of a service; `folder` is where a short one is mounted."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return {"source": value, **({"target": folder + value} if folder else {})}
        entry = members(mode=_mode, uid=shown, gid=shown)(value)
        if folder and not entry.get("target"):
            entry["target"] = folder + entry.get("source", "")
        return entry

    return read


def _mode(value: Any) -> str:
    """Give a file's mode in octal, with a zero before it."""
    if isinstance(value, str) and not _OCTAL.fullmatch(value):
        raise ValueError(f"'{value}' is not a number in octal")
    return f"0{int(value, 8) if isinstance(value, str) else _whole(value):o}"


def _device(value: Any) -> Any:
    if not isinstance(value, str):
        device = without_zeros(members())(value)
        if isinstance(device, dict) and "target" not in value:
            raise ValueError("a device needs a target")
        return device
    source, *rest = value.split(":")
    target, permissions = [*rest, "", "rwm"][:2] if len(rest) != 1 else (rest[0], "rwm")
    device = {"source": source, "target": target or source, "permissions": permissions}
    return {key: item for key, item in device.items() if item}


def _gpu(value: Any) -> Any:
    """Read a device request: without a count and ids it asks for all there are."""
    entry = {"count": value} if not isinstance(value, dict) else dict(value)
    if "count" in entry and "device_ids" in entry:
        raise ValueError("count and device_ids exclude each other")
    if "device_ids" not in entry:
        entry["count"] = _count(entry.get("count", -1))
    if isinstance(entry.get("options"), list):
        entry["options"] = labels(entry["options"])
    return without_zeros(members(options=options))(entry)


def _count(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError(f"count {shown(value)} is not a whole number")  # noqa: TRY004
    return -1 if isinstance(value, str) and value.lower() == "all" else _whole(value)


def _servers(value: Any) -> Any:
    return [server for server in listed(value) if server]


def _whole_texts(value: Any) -> Any:
    for item in value if isinstance(value, list) else ():
        text(item)
    return texts(value)


def _models(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) else value


def _ipam(value: Any) -> Any:
    """Drop the options, which Docker Compose reads and does not print."""
    return {k: v for k, v in value.items() if k != "options"} if isinstance(value, dict) else value


def _gpus(value: Any) -> Any:
    return [{"count": -1}] if value == "all" else each(_gpu)(value)


def _build(value: Any) -> Any:
    build = {"context": value} if isinstance(value, str) else dict(value or {})
    build = _BUILD(build)
    if "dockerfile_inline" not in build:
        build.setdefault("dockerfile", "Dockerfile")
    return {k: v for k, v in build.items() if not is_zero(v)}


def _watch(value: Any) -> Any:
    entry = dict(value)
    for key in ("ignore", "include"):
        if isinstance(entry.get(key), str):
            entry[key] = [entry[key]]
    return members(exec=members(command=command, environment=mapping))(entry)


def _ssh(value: Any) -> Any:
    """Give `id` or `id=path` texts, sorted."""
    return sorted(f"{k}={v}" if v else k for k, v in mapping(value).items())


def _span(value: Any) -> Any:
    return None if (read := duration(value)) == "0s" else read


def _share(value: Any) -> Any:
    return single(value) or None


_BUILD = members(
    additional_contexts=labels,
    args=mapping,
    cache_from=texts,
    cache_to=texts,
    extra_hosts=_hosts,
    labels=labels,
    no_cache=boolean,
    platforms=texts,
    privileged=boolean,
    provenance=shown,
    pull=boolean,
    sbom=shown,
    secrets=each(_reference("")),
    shm_size=size,
    ssh=_ssh,
    tags=texts,
    ulimits=values(_limit),
)
_RESOURCE = without_zeros(members(cpus=single, memory=size, pids=integer, devices=each(_gpu)))
_UPDATE = members(parallelism=natural(64), delay=_span, monitor=_span, max_failure_ratio=_share)
_DEPLOY = members(
    labels=labels,
    replicas=count,
    resources=members(limits=_RESOURCE, reservations=_RESOURCE),
    update_config=_UPDATE,
    rollback_config=_UPDATE,
    restart_policy=members(delay=duration, window=duration, max_attempts=natural(64)),
    placement=members(max_replicas_per_node=integer),
)
_HOOKS = each(members(command=command, environment=mapping, privileged=boolean))


def _device_limit(key: str, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read limits by device; Docker Compose prints these members as Go names them."""
    return each(lambda v: {"Path": v.get("path"), key.title(): read(v.get(key))})


_BLKIO = without_zeros(
    members(
        weight=natural(16),
        weight_device=_device_limit("weight", natural(16)),
        device_read_bps=_device_limit("rate", size),
        device_read_iops=_device_limit("rate", size),
        device_write_bps=_device_limit("rate", size),
        device_write_iops=_device_limit("rate", size),
    )
)

SERVICE: Mapping[str, Callable[[Any], Any]] = {
    "annotations": labels,
    "attach": boolean,
    "blkio_config": _BLKIO,
    "build": _build,
    "cap_add": texts,
    "cap_drop": texts,
    "command": command,
    "configs": each(_reference("")),
    "cpu_count": integer,
    "cpu_period": integer,
    "cpu_quota": integer,
    "cpu_rt_period": integer,
    "cpu_rt_runtime": integer,
    "cpu_shares": integer,
    "cpu_percent": single,
    "cpus": single,
    "depends_on": _depends_on,
    "deploy": _DEPLOY,
    "develop": members(watch=each(_watch)),
    "devices": each(_device),
    "dns": _servers,
    "dns_opt": texts,
    "dns_search": listed,
    "entrypoint": command,
    "environment": mapping,
    "expose": _whole_texts,
    "extra_hosts": _hosts,
    "gpus": _gpus,
    "group_add": _whole_texts,
    "healthcheck": _healthcheck,
    "init": boolean,
    "labels": labels,
    "links": texts,
    "logging": members(options=options),
    "mem_limit": size,
    "mem_reservation": size,
    "mem_swappiness": size,
    "memswap_limit": size,
    "models": _models,
    "networks": _networks,
    "oom_kill_disable": boolean,
    "oom_score_adj": integer,
    "pids_limit": integer,
    "post_start": _HOOKS,
    "pre_stop": _HOOKS,
    "privileged": boolean,
    "profiles": texts,
    "provider": members(options=values(listed)),
    "read_only": boolean,
    "restart": shown,
    "scale": count,
    "secrets": each(_reference("/run/secrets/")),
    "security_opt": texts,
    "shm_size": size,
    "stdin_open": boolean,
    "stop_grace_period": duration,
    "storage_opt": strict_options,
    "sysctls": labels,
    "tmpfs": listed,
    "tty": boolean,
    "ulimits": values(_limit),
    "volumes": each(_mount),
    "volumes_from": texts,
}

_EXTERNAL = {"external": boolean, "labels": labels, "driver_opts": options}
NETWORK = members(attachable=boolean, internal=boolean, enable_ipv4=boolean, enable_ipv6=boolean,
                  ipam=_ipam, **_EXTERNAL)  # fmt: skip
VOLUME = members(**_EXTERNAL)
FILE = members(**_EXTERNAL)
"""Secrets and configs."""
TOP: Mapping[str, Callable[[Any], Any]] = {
    "networks": NETWORK,
    "volumes": VOLUME,
    "secrets": FILE,
    "configs": FILE,
}
