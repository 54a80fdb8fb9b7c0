"""Compose files of version 1: services at the top of the file, which Docker Compose refuses.

https://docs.docker.com/reference/compose-file/legacy-versions/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.compose.tree import Map
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

_MARKS = frozenset(
    {"image", "build", "ports", "links", "command", "environment", "volumes", "expose", "net",
     "external_links", "volumes_from", "env_file", "entrypoint", "restart", "extends"}
)  # fmt: skip
"""Keys of which every service has at least one."""
_RENAMED: Mapping[str, str] = {
    "net": "network_mode:",
    "dockerfile": "build: {dockerfile: ...}",
    "log_driver": "logging: {driver: ...}",
    "log_opt": "logging: {options: ...}",
    "volume_driver": "driver: of each of volumes:",
    "memswap": "memswap_limit:",
}
"""Keys of version 1 that were renamed, with their new names."""
_NAMED = 3


def check_version(document: Map, known: frozenset[str]) -> Finding | None:
    """Report a file of version 1 once, not each of its services.

    `known` are the keys that may be at the top of a file.
    """
    services = {
        name: item
        for name, item in document.items.items()
        if name not in known and not name.startswith("x-")
        if isinstance(item, Map) and _MARKS & set(item.items)
    }
    if not services:
        return None
    names = [f"'{name}'" for name in services]
    listed = ", ".join(names[:_NAMED]) + (
        f" and {len(names) - _NAMED} more" * (len(names) > _NAMED)
    )
    has_section = "services" in document.items
    where = "also at the top of the file" if has_section else "at the top of the file"
    old = sorted({key for item in services.values() for key in item.items if key in _RENAMED})
    renamed = "".join(f"; {key}: is now {_RENAMED[key]}" for key in old)
    begin = "move" if has_section else "add the line 'services:' and indent"
    goal = "below 'services:'" if has_section else "below it"
    return Finding(
        rule="compose.version-1",
        message=f"{listed} {'is' if len(names) == 1 else 'are'} {where}: this is compose file "
        "format version 1, which Docker Compose no longer reads",
        location=document.keys[next(iter(services))],
        hint=f"{begin} {listed} {goal}{renamed}",
    )
