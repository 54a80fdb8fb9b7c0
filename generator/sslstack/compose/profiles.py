"""Profiles: which services are active.

https://github.com/compose-spec/compose-spec/blob/main/15-profiles.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.compose.tree import Map, Node, Sequence, get_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence as Texts


def select_services(
    document: Map, asked: Texts[str], variables: Mapping[str, str]
) -> dict[str, Node]:
    """Return the active services: those without profiles, and those with one asked for."""
    services = document.get("services")
    if not isinstance(services, Map):
        return {}
    # Where nothing is asked for, the profile without a name is.
    names = set(asked) or set(variables.get("COMPOSE_PROFILES", "").split(","))
    return {
        name: service
        for name, service in services.items.items()
        if "*" in names or not (own := _read_profiles(service)) or own & names
    }


def list_profiles(document: Map) -> tuple[str, ...]:
    """Return the profiles that services name, active or not, in alphabetical order."""
    services = document.get("services")
    items = services.items.values() if isinstance(services, Map) else ()
    return tuple(sorted({name for service in items for name in _read_profiles(service)}))


def find_inactive(document: Map, active: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """Return the profiles of each service that is not active, in alphabetical order."""
    services = document.get("services")
    return {
        name: tuple(sorted(_read_profiles(service)))
        for name, service in (services.items.items() if isinstance(services, Map) else ())
        if name not in active
    }


def _read_profiles(service: Node) -> set[str]:
    listed = service.get("profiles") if isinstance(service, Map) else None
    return (
        {get_text(item) or "" for item in listed.items} if isinstance(listed, Sequence) else set()
    )
