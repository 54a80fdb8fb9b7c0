"""What an adoption declares, put into ssl.yml: nothing that says otherwise is lost unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.declaration import edit, environments
from sslstack.errors import InputError
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sslstack.adoption.declare import DeclaredLoadBalancer
    from sslstack.declaration import Declaration
    from sslstack.stack import Stack
    from sslstack.stack.model import LoadBalancer


Path = tuple[str, str]
_UNREAD = ("load_balancer", "ingress")
"""Keys of a service of which a load balancer itself tells nothing."""


def belongs_to_environment(declared: Declaration, service: str) -> bool:
    """Return whether what a service is in an environment is to stand under it.

    Not where it is the only one, nor where nobody says anything of the service yet: then it is
    declared for all.
    """
    sections = [declared.document.data, *_environments(declared).values()]
    return len(_environments(declared)) > 1 and any(_speaks(one, service) for one in sections)


def edit_declaration(
    text: str,
    declared: Declaration,
    service: str,
    wanted: DeclaredLoadBalancer,
    *,
    environment: str = "",
    apart: bool = False,
    overwrite: bool,
    kept: Collection[Path] = (),
) -> str:
    """Return the text of ssl.yml with a load balancer declared; the rest of it stays as it is.

    What is wanted in an `environment` stands under it if it is to stand `apart`, else in its
    place. `kept` are entries that mean what is wanted already, whatever they say, or leave out.
    Raises InputError with every entry of the service that says something else, unless it is to
    be overwritten, and with what an environment cannot take back.
    """
    now = environments.apply_environment(declared, environment)
    entries = _entries(now, service, wanted)
    changed = {
        path: said
        for path, said in entries.items()
        if path not in kept and (_said(now, path) or {}) != said
    }
    above = ("environments", environment)
    looked_at = _environments(declared)[environment] if apart else now.document.data
    if not overwrite and (others := list(_others(declared, now, looked_at, changed))):
        raise InputError(others)
    if apart and (stuck := list(_stuck(declared, wanted, changed, environment))):
        raise InputError(stuck)
    for path, said in changed.items():
        if not apart:
            text = _put(text, declared, path, said)
            text = _put(text, declared, (*above, *path), {})
        else:
            text = _put(text, declared, (*above, *path), _different(declared, wanted, path, said))
    return text


def find_unchanged(before: Stack, after: Stack, service: str) -> set[Path]:
    """Return the entries of a service by which two declarations mean the same."""
    one, other = (_load_balancer(stack, service) for stack in (before, after))
    if one is None or other is None:
        return set()
    was, will_be = (
        {each.port: (each, side.places[each.port].published) for each in side.balancer.listeners}
        for side in (one, other)
    )
    found = {("listeners", f"{service}:{port}") for port in was if was[port] == will_be.get(port)}
    rest = [(replace(side.balancer, listeners=()), side.image) for side in (one, other)]
    if rest[0] == rest[1] and was.keys() == will_be.keys():
        found.add(("services", service))
    return found


def _load_balancer(stack: Stack, service: str) -> LoadBalancer | None:
    return next((one for one in stack.load_balancers if one.service == service), None)


def _entries(
    now: Declaration, service: str, wanted: DeclaredLoadBalancer
) -> dict[Path, dict[str, Any]]:
    """Return what each entry of a service shall say; nothing for one that is to go."""
    targets = dict.fromkeys((*_declared_targets(now.document.data, service), *wanted.listeners))
    entries: dict[Path, dict[str, Any]] = {
        ("listeners", target): dict(wanted.listeners.get(target, {})) for target in targets
    }
    said = _said(now, ("services", service)) or {}
    unread = {key: said[key] for key in _UNREAD if key in said}
    if "security_groups" in wanted.service:
        unread.pop("ingress", None)  # there is no group of its own any more
    return {**entries, ("services", service): unread | dict(wanted.service)}


def _put(text: str, declared: Declaration, path: tuple[str, ...], said: dict[str, Any]) -> str:
    """Set an entry; one that is to say nothing is taken away, if it is there."""
    if said:
        return edit.set_value(text, path, said)
    return edit.delete(text, path) if path in declared.document.keys else text


def _different(
    declared: Declaration, wanted: DeclaredLoadBalancer, path: Path, said: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what an entry says otherwise than what is declared for all.

    What is to be as it is by default has to be said there, where that is declared otherwise.
    """
    defaults = wanted.defaults.get(path, {})
    common = {**defaults, **(_said(declared, path) or {})}
    whole = {**said, **defaults, **said}  # in the order of what is said
    return {key: one for key, one in whole.items() if common.get(key) != one}


def _others(
    declared: Declaration, now: Declaration, where: Any, changed: Collection[Path]
) -> Iterator[Finding]:
    """Find the entries that say something `where` they are to be changed."""
    for section, name in changed:
        if (where.get(section) or {}).get(name):
            place = now.at_key(section, name)
            if where is not now.document.data:
                place = declared.at_key("environments", now.environment, section, name)
            yield Finding(
                rule="adoption.declared",
                message=f"{_words(section, name)} differs from the load balancer",
                location=place,
                hint="--overwrite replaces it by the settings of the load balancer",
            )


def _stuck(
    declared: Declaration,
    wanted: DeclaredLoadBalancer,
    changed: Mapping[Path, Mapping[str, Any]],
    environment: str,
) -> Iterator[Finding]:
    """Find what is declared for all and is not in an environment, which cannot take it back."""
    for path, said in changed.items():
        common = _said(declared, path) or {}
        open_ = {**wanted.defaults.get(path, {}), **said}
        for key in common:
            if key not in open_ and common[key] is not None:
                yield Finding(
                    rule="adoption.declared-for-all",
                    message=f"{_words(*path)}: the load balancer of environment '{environment}' "
                    "has no "
                    f"{key}, which is declared for all environments",
                    location=declared.at_key(*path, key),
                    hint="move it to the environments that have it",
                )


def _words(section: str, name: str) -> str:
    return f"listener {name}" if section == "listeners" else f"service '{name}'"


def _environments(declared: Declaration) -> dict[str, Any]:
    found = declared.document.data.get("environments") or {}
    return {name: said or {} for name, said in found.items()}


def _speaks(data: Any, service: str) -> bool:
    """Return whether listeners or settings of a service are declared in a section."""
    return bool(_declared_targets(data, service) or (data.get("services") or {}).get(service))


def _declared_targets(data: Any, service: str) -> list[str]:
    return [one for one in data.get("listeners") or {} if one.rpartition(":")[0] == service]


def _said(declared: Declaration, path: Path) -> Any:
    section = declared.document.data.get(path[0]) or {}
    return section.get(path[1])
