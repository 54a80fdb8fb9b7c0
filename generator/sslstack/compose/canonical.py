"""The canonical form: short syntaxes written out, texts cast, units unified.

A table says for every attribute how its value is read; what no table names stays as it is.
Functions raise ValueError with what is wrong in words; the place is added by the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.compose.attributes import (
    read_dependencies,
    read_device,
    read_gpu,
    read_gpus,
    read_healthcheck,
    read_hosts,
    read_ipam,
    read_limit,
    read_models,
    read_mount,
    read_networks,
    read_servers,
    read_share,
    read_span,
    read_ssh_keys,
    read_watch,
    read_whole_texts,
    reference,
)
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
    texts,
    values,
    without_zeros,
)
from sslstack.compose.environment import boolean, labels, mapping, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BUILD = members(
    additional_contexts=labels,
    args=mapping,
    cache_from=texts,
    cache_to=texts,
    extra_hosts=read_hosts,
    labels=labels,
    no_cache=boolean,
    platforms=texts,
    privileged=boolean,
    provenance=shown,
    pull=boolean,
    sbom=shown,
    secrets=each(reference("")),
    shm_size=size,
    ssh=read_ssh_keys,
    tags=texts,
    ulimits=values(read_limit),
)


def _read_build(value: Any) -> Any:
    build = {"context": value} if isinstance(value, str) else dict(value or {})
    build = _BUILD(build)
    if "dockerfile_inline" not in build:
        build.setdefault("dockerfile", "Dockerfile")
    return {k: v for k, v in build.items() if not is_zero(v)}


_RESOURCE = without_zeros(members(cpus=single, memory=size, pids=integer, devices=each(read_gpu)))
_UPDATE = members(
    parallelism=natural(64), delay=read_span, monitor=read_span, max_failure_ratio=read_share
)
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
    "build": _read_build,
    "cap_add": texts,
    "cap_drop": texts,
    "command": command,
    "configs": each(reference("")),
    "cpu_count": integer,
    "cpu_period": integer,
    "cpu_quota": integer,
    "cpu_rt_period": integer,
    "cpu_rt_runtime": integer,
    "cpu_shares": integer,
    "cpu_percent": single,
    "cpus": single,
    "depends_on": read_dependencies,
    "deploy": _DEPLOY,
    "develop": members(watch=each(read_watch)),
    "devices": each(read_device),
    "dns": read_servers,
    "dns_opt": texts,
    "dns_search": listed,
    "entrypoint": command,
    "environment": mapping,
    "expose": read_whole_texts,
    "extra_hosts": read_hosts,
    "gpus": read_gpus,
    "group_add": read_whole_texts,
    "healthcheck": read_healthcheck,
    "init": boolean,
    "labels": labels,
    "links": texts,
    "logging": members(options=options),
    "mem_limit": size,
    "mem_reservation": size,
    "mem_swappiness": size,
    "memswap_limit": size,
    "models": read_models,
    "networks": read_networks,
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
    "secrets": each(reference("/run/secrets/")),
    "security_opt": texts,
    "shm_size": size,
    "stdin_open": boolean,
    "stop_grace_period": duration,
    "storage_opt": strict_options,
    "sysctls": labels,
    "tmpfs": listed,
    "tty": boolean,
    "ulimits": values(read_limit),
    "volumes": each(read_mount),
    "volumes_from": texts,
}

_EXTERNAL = {"external": boolean, "labels": labels, "driver_opts": options}
NETWORK = members(attachable=boolean, internal=boolean, enable_ipv4=boolean, enable_ipv6=boolean,
                  ipam=read_ipam, **_EXTERNAL)  # fmt: skip
VOLUME = members(**_EXTERNAL)
FILE = members(**_EXTERNAL)
"""Secrets and configs."""
TOP: Mapping[str, Callable[[Any], Any]] = {
    "networks": NETWORK,
    "volumes": VOLUME,
    "secrets": FILE,
    "configs": FILE,
}
