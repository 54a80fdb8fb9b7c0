"""What an adoption declares, put into ssl.yml: nothing that says otherwise is lost unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.declaration import edit
from sslstack.errors import InputError
from sslstack.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.adoption.declare import Declared
    from sslstack.declaration import Declaration
    from sslstack.documents import DocumentPath


def written(text: str, now: Declaration, service: str, wanted: Declared, *, overwrite: bool) -> str:
    """Give the text of ssl.yml with a load balancer declared; the rest of it stays as it is.

    Raises InputError with every entry of the service that says something else, unless it is to
    be overwritten.
    """
    if not overwrite and (others := list(_others(now, service, wanted))):
        raise InputError(others)
    for target in _declared_targets(now, service):
        if not wanted.listeners.get(target):
            text = edit.delete(text, ("listeners", target))
    entries: dict[tuple[str, str], Any] = {
        ("listeners", target): dict(said) for target, said in wanted.listeners.items() if said
    }
    entries["services", service] = dict(wanted.service)
    for path, said in entries.items():
        if _said(now, path) != said:
            text = edit.set_value(text, path, said)
    return text


def _others(now: Declaration, service: str, wanted: Declared) -> Iterator[Finding]:
    """Find what is declared of the service already and is not how the load balancer is."""
    hint = "--overwrite replaces it by what is there"
    for target in _declared_targets(now, service):
        path = ("listeners", target)
        if (_said(now, path) or {}) != wanted.listeners.get(target):
            yield _other(now, path, f"listener {target} is declared, and is not so", hint)
    path = ("services", service)
    if _said(now, path) not in (None, {}, wanted.service):
        yield _other(now, path, f"service '{service}' is declared, and is not so", hint)


def _other(now: Declaration, path: DocumentPath, message: str, hint: str) -> Finding:
    return Finding(rule="adoption.declared", message=message, location=now.at_key(*path), hint=hint)


def _declared_targets(now: Declaration, service: str) -> list[str]:
    return [one for one in now.ssl.listeners if one.rpartition(":")[0] == service]


def _said(now: Declaration, path: tuple[str, str]) -> Any:
    section = now.document.data.get(path[0]) or {}
    return section.get(path[1])
