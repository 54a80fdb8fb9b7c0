"""The canonical form: short syntaxes written out, texts cast, units unified.

A table has the reader of every attribute; an attribute without a reader stays as it is.
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
    read_reference,
    read_servers,
    read_share,
    read_span,
    read_ssh_keys,
    read_watch,
    read_whole_texts,
)
from sslstack.compose.casts import (
    drop_zeros,
    is_zero,
    read_command,
    read_count,
    read_duration,
    read_each,
    read_integer,
    read_list,
    read_members,
    read_natural,
    read_options,
    read_single,
    read_size,
    read_text_options,
    read_texts,
    read_values,
)
from sslstack.compose.environment import print_scalar, read_boolean, read_labels, read_mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BUILD = read_members(
    additional_contexts=read_labels,
    args=read_mapping,
    cache_from=read_texts,
    cache_to=read_texts,
    extra_hosts=read_hosts,
    labels=read_labels,
    no_cache=read_boolean,
    platforms=read_texts,
    privileged=read_boolean,
    provenance=print_scalar,
    pull=read_boolean,
    sbom=print_scalar,
    secrets=read_each(read_reference("")),
    shm_size=read_size,
    ssh=read_ssh_keys,
    tags=read_texts,
    ulimits=read_values(read_limit),
)


def _read_build(value: Any) -> Any:
    build = {"context": value} if isinstance(value, str) else dict(value or {})
    build = _BUILD(build)
    if "dockerfile_inline" not in build:
        build.setdefault("dockerfile", "Dockerfile")
    return {k: v for k, v in build.items() if not is_zero(v)}


_RESOURCE = drop_zeros(
    read_members(cpus=read_single, memory=read_size, pids=read_integer, devices=read_each(read_gpu))
)
_UPDATE = read_members(
    parallelism=read_natural(64), delay=read_span, monitor=read_span, max_failure_ratio=read_share
)
_DEPLOY = read_members(
    labels=read_labels,
    replicas=read_count,
    resources=read_members(limits=_RESOURCE, reservations=_RESOURCE),
    update_config=_UPDATE,
    rollback_config=_UPDATE,
    restart_policy=read_members(
        delay=read_duration, window=read_duration, max_attempts=read_natural(64)
    ),
    placement=read_members(max_replicas_per_node=read_integer),
)
_HOOKS = read_each(
    read_members(command=read_command, environment=read_mapping, privileged=read_boolean)
)


def _read_device_limits(key: str, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read limits by device; Docker Compose prints these members as Go names them."""
    return read_each(lambda v: {"Path": v.get("path"), key.title(): read(v.get(key))})


_BLKIO = drop_zeros(
    read_members(
        weight=read_natural(16),
        weight_device=_read_device_limits("weight", read_natural(16)),
        device_read_bps=_read_device_limits("rate", read_size),
        device_read_iops=_read_device_limits("rate", read_size),
        device_write_bps=_read_device_limits("rate", read_size),
        device_write_iops=_read_device_limits("rate", read_size),
    )
)

SERVICE: Mapping[str, Callable[[Any], Any]] = {
    "annotations": read_labels,
    "attach": read_boolean,
    "blkio_config": _BLKIO,
    "build": _read_build,
    "cap_add": read_texts,
    "cap_drop": read_texts,
    "command": read_command,
    "configs": read_each(read_reference("")),
    "cpu_count": read_integer,
    "cpu_period": read_integer,
    "cpu_quota": read_integer,
    "cpu_rt_period": read_integer,
    "cpu_rt_runtime": read_integer,
    "cpu_shares": read_integer,
    "cpu_percent": read_single,
    "cpus": read_single,
    "depends_on": read_dependencies,
    "deploy": _DEPLOY,
    "develop": read_members(watch=read_each(read_watch)),
    "devices": read_each(read_device),
    "dns": read_servers,
    "dns_opt": read_texts,
    "dns_search": read_list,
    "entrypoint": read_command,
    "environment": read_mapping,
    "expose": read_whole_texts,
    "extra_hosts": read_hosts,
    "gpus": read_gpus,
    "group_add": read_whole_texts,
    "healthcheck": read_healthcheck,
    "init": read_boolean,
    "labels": read_labels,
    "links": read_texts,
    "logging": read_members(options=read_options),
    "mem_limit": read_size,
    "mem_reservation": read_size,
    "mem_swappiness": read_size,
    "memswap_limit": read_size,
    "models": read_models,
    "networks": read_networks,
    "oom_kill_disable": read_boolean,
    "oom_score_adj": read_integer,
    "pids_limit": read_integer,
    "post_start": _HOOKS,
    "pre_stop": _HOOKS,
    "privileged": read_boolean,
    "profiles": read_texts,
    "provider": read_members(options=read_values(read_list)),
    "read_only": read_boolean,
    "restart": print_scalar,
    "scale": read_count,
    "secrets": read_each(read_reference("/run/secrets/")),
    "security_opt": read_texts,
    "shm_size": read_size,
    "stdin_open": read_boolean,
    "stop_grace_period": read_duration,
    "storage_opt": read_text_options,
    "sysctls": read_labels,
    "tmpfs": read_list,
    "tty": read_boolean,
    "ulimits": read_values(read_limit),
    "volumes": read_each(read_mount),
    "volumes_from": read_texts,
}

_EXTERNAL = {"external": read_boolean, "labels": read_labels, "driver_opts": read_options}
NETWORK = read_members(attachable=read_boolean, internal=read_boolean,
                       enable_ipv4=read_boolean, enable_ipv6=read_boolean,
                  ipam=read_ipam, **_EXTERNAL)  # fmt: skip
VOLUME = read_members(**_EXTERNAL)
FILE = read_members(**_EXTERNAL)
"""Secrets and configs."""
TOP: Mapping[str, Callable[[Any], Any]] = {
    "networks": NETWORK,
    "volumes": VOLUME,
    "secrets": FILE,
    "configs": FILE,
}
