"""Texts that mean numbers and booleans: `retries: "3"`, and values of variables.

Docker Compose casts them once variables are filled in, before it checks the schema and before
it merges (compose-go, loader/interpolate.go).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.environment import read_boolean
from sslstack.compose.go_numbers import parse_float, parse_integer
from sslstack.compose.private import show
from sslstack.compose.tree import Map, Node, Path, Scalar, Sequence
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sslstack.compose.scalars import Plain

    Cast = Callable[[str], Plain]
    _Table = Mapping[str, "Cast | _Table"]

_UPDATE: _Table = {"parallelism": parse_integer, "max_failure_ratio": parse_float}
_LIMIT: _Table = {"soft": parse_integer, "hard": parse_integer, "": parse_integer}
_SERVICE: _Table = {
    **dict.fromkeys(("init", "oom_kill_disable", "privileged", "read_only"), read_boolean),
    **dict.fromkeys(("stdin_open", "tty"), read_boolean),
    **dict.fromkeys(("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period"), parse_integer),
    **dict.fromkeys(("cpu_rt_runtime", "cpu_shares", "oom_score_adj"), parse_integer),
    **dict.fromkeys(("pids_limit", "scale"), parse_integer),
    **dict.fromkeys(("cpus", "cpu_percent"), parse_float),
    "deploy": {
        "replicas": parse_integer,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "restart_policy": {"max_attempts": parse_integer},
        "placement": {"max_replicas_per_node": parse_integer},
    },
    "healthcheck": {"retries": parse_integer, "disable": read_boolean},
    "ulimits": {"*": _LIMIT},
    "volumes": {"*": {"read_only": read_boolean, "volume": {"nocopy": read_boolean}}},
}
_EXTERNAL: _Table = {"external": read_boolean}
_CASTS: _Table = {
    "services": {"*": _SERVICE},
    "networks": {
        "*": {
            **_EXTERNAL,
            **dict.fromkeys(("internal", "attachable", "enable_ipv4", "enable_ipv6"), read_boolean),
        }
    },
    **{section: {"*": _EXTERNAL} for section in ("volumes", "secrets", "configs")},
}
"""How a text is cast, by its path; `*` is any name or item, "" the value itself."""


def cast(document: Map) -> tuple[Map, list[Finding]]:
    """Return the document with its texts cast, and what cannot be."""
    findings: list[Finding] = []

    def visit(node: Node, rule: Cast | _Table, path: Path) -> Node:
        if isinstance(node, Scalar):
            direct = rule if callable(rule) else rule.get("")
            if not callable(direct):
                return node
            node, wrong = _cast_text(node, direct, path)
            findings.extend(wrong)
            return node
        if callable(rule):
            return node
        if isinstance(node, Sequence):
            below = rule.get("*", {})
            items = (visit(item, below, (*path, str(i))) for i, item in enumerate(node.items))
            return replace(node, items=tuple(items))
        found = {
            key: visit(item, rule.get(key) or rule.get("*", {}), (*path, key))
            for key, item in node.items.items()
        }
        return replace(node, items=found)

    done = visit(document, _CASTS, ())
    assert isinstance(done, Map)  # noqa: S101 - a mapping stays one
    return done, findings


def _cast_text(node: Scalar, rule: Cast, path: Path) -> tuple[Scalar, list[Finding]]:
    if not isinstance(node.value, str) or node.is_date:
        return node, []
    try:
        return replace(node, value=rule(node.value)), []
    except ValueError as error:
        shown = f"'{show(node)}' is not allowed" if node.template else str(error)
        message = f"{'.'.join(path)}: {shown}"
        return node, [Finding(rule="compose.value", message=message, location=node.at)]
