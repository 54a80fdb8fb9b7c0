"""What an adoption declares, put into ssl.yml: nothing that says otherwise is lost unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.declaration import edit
from sslstack.errors import InputError
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.adoption.declare import Declared
    from sslstack.declaration import Declaration
    from sslstack.documents import DocumentPath
    from sslstack.stack import Stack
    from sslstack.stack.model import LoadBalancer


Path = tuple[str, str]
_UNREAD = ("load_balancer", "ingress")
"""Keys of a service of which a load balancer itself tells nothing."""


def written(
    text: str,
    now: Declaration,
    service: str,
    wanted: Declared,
    *,
    overwrite: bool,
    kept: Collection[Path] = (),
) -> str:
    """Give the text of ssl.yml with a load balancer declared; the rest of it stays as it is.

    `kept` are entries that mean what is wanted already, whatever they say, or leave out. Raises
    InputError with every entry of the service that says something else, unless it is to be
    overwritten.
    """
    if not overwrite and (others := list(_others(now, service, wanted, kept))):
        raise InputError(others)
    for target in _declared_targets(now, service):
        path = ("listeners", target)
        if path not in kept and not wanted.listeners.get(target):
            text = edit.delete(text, path)
    entries: dict[Path, Any] = {
        ("listeners", target): dict(said) for target, said in wanted.listeners.items() if said
    }
    entries["services", service] = _meant(now, service, wanted)
    for path, said in entries.items():
        if path not in kept and (_said(now, path) or {}) != said:
            text = edit.set_value(text, path, said)
    return text


def same(before: Stack, after: Stack, service: str) -> set[Path]:
    """Give the entries of a service by which two declarations mean the same."""
    one, other = (_load_balancer(stack, service) for stack in (before, after))
    if one is None or other is None:
        return set()
    was, will_be = (
        {each.port: replace(each, path=None) for each in side.listeners} for side in (one, other)
    )
    found = {("listeners", f"{service}:{port}") for port in was if was[port] == will_be.get(port)}
    if replace(one, listeners=()) == replace(other, listeners=()) and was.keys() == will_be.keys():
        found.add(("services", service))
    return found


def _load_balancer(stack: Stack, service: str) -> LoadBalancer | None:
    return next((one for one in stack.load_balancers if one.service == service), None)


def _meant(now: Declaration, service: str, wanted: Declared) -> dict[str, Any]:
    """Give what a service shall say: what was read, and what no load balancer tells."""
    said = _said(now, ("services", service)) or {}
    unread = {key: said[key] for key in _UNREAD if key in said}
    if "security_groups" in wanted.service:
        unread.pop("ingress", None)  # there is no group of its own any more
    return unread | dict(wanted.service)


def _others(
    now: Declaration, service: str, wanted: Declared, kept: Collection[Path]
) -> Iterator[Finding]:
    """Find what is declared of the service already and is not how the load balancer is."""
    hint = "--overwrite replaces it by what is there"
    for target in _declared_targets(now, service):
        path = ("listeners", target)
        if path not in kept and (_said(now, path) or {}) != wanted.listeners.get(target):
            yield _other(now, path, f"listener {target} is declared, and is not so", hint)
    path = ("services", service)
    meant = _meant(now, service, wanted)
    if path not in kept and _said(now, path) not in (None, {}, meant):
        yield _other(now, path, f"service '{service}' is declared, and is not so", hint)


def _other(now: Declaration, path: DocumentPath, message: str, hint: str) -> Finding:
    return Finding(rule="adoption.declared", message=message, location=now.at_key(*path), hint=hint)


def _declared_targets(now: Declaration, service: str) -> list[str]:
    return [one for one in now.ssl.listeners if one.rpartition(":")[0] == service]


def _said(now: Declaration, path: Path) -> Any:
    section = now.document.data.get(path[0]) or {}
    return section.get(path[1])
