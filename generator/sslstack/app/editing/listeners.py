"""Listeners around an edit: what one does, and which lead to the same port of the backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.app.editing import session
from sslstack.balancers.protocols import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.app.editing.session import Editing
    from sslstack.app.pipeline import Loaded
    from sslstack.balancers.model import Listener
    from sslstack.declaration import Declaration
    from sslstack.stack.model import LoadBalancer, Place


def find(loaded: Loaded | None, target: str) -> Listener | None:
    """Give the listener of a target, None where there is none."""
    port = int(target.rpartition(":")[2])
    return next((one for one in _of_service(loaded, target) if one.port == port), None)


def find_place(loaded: Loaded, target: str) -> Place:
    """Give where the listener of a target comes from."""
    found = _load_balancer(loaded, target)
    assert found is not None  # noqa: S101 - it has this listener
    return found.places[int(target.rpartition(":")[2])]


def certificate_name(listener: Listener | None) -> str | None:
    """Give the name of a listener's certificate, None where it has none."""
    return str(listener.certificate) if listener and listener.certificates else None


def _of_service(loaded: Loaded | None, target: str) -> tuple[Listener, ...]:
    found = _load_balancer(loaded, target)
    return found.balancer.listeners if found else ()


def _load_balancer(loaded: Loaded | None, target: str) -> LoadBalancer | None:
    service = target.rpartition(":")[0]
    known = loaded.stack.load_balancers if loaded else ()
    return next((one for one in known if one.service == service), None)


def describe(loaded: Loaded | None, target: str) -> str:
    """Say what the listener of a target does: `https -> http:3000`, or that the port is closed."""
    listener = find(loaded, target)
    if loaded is None or listener is None:
        return "closed"
    behind, passes_tls = listener.target, find_place(loaded, target).passes_tls
    plaintext = "" if listener.secure or passes_tls else "plaintext "
    passed = " (TLS passed through)" if passes_tls else ""
    ends = f"{word(listener.protocol)} -> {word(behind.protocol)}:{behind.port}"
    return f"{plaintext}{ends}{passed}"


def sharing(editing: Editing, loaded: Loaded | None, target: str) -> list[str]:
    """Give the other targets of a service that lead to the same port of its backend.

    Only those that have a listener now: a port that is not open stays closed.
    """
    service, _, number = target.rpartition(":")
    port = _backend_port(editing, service, int(number))
    others = (one for one in _of_service(loaded, target) if one.port != int(number))
    return [f"{service}:{one.port}" for one in others if one.target.port == port]


def _backend_port(editing: Editing, service: str, number: int) -> int | None:
    found = session.project(editing).services.get(service)
    ports = found.ports if found else ()
    return next((port.target for port in ports if port.number == number), None)


def secure(
    editing: Editing, text: str, loaded: Loaded | None, target: str
) -> tuple[str, list[str]]:
    """Set `secure: true` on a target and on those that share its backend port.

    A backend port is encrypted or it is not, for all of its listeners. Gives the text and the
    other targets that were changed.
    """
    changed = []
    for other in sharing(editing, loaded, target):
        listener = find(loaded, other)
        if listener is not None and not listener.target.secure:
            text = editing.set(text, ("listeners", other, "secure"), value=True)
            changed.append(other)
    return set_options(editing, text, target, {"secure": True}), changed


def set_options(editing: Editing, text: str, target: str, options: Mapping[str, Any]) -> str:
    """Set keys of a listener that are given and differ from what ssl.yml says."""
    data = editing.declared.document.data
    now = ((data.get("listeners") or {}).get(target) or {}) if isinstance(data, dict) else {}
    for option, value in options.items():
        if value is not None and now.get(option) != value:
            text = editing.set(text, ("listeners", target, option), value)
    return text


def keep_backend(editing: Editing, target: str) -> str:
    """Give the text with a listener's certificate gone and what it says of its backend kept."""
    said = editing.declared.document.data["listeners"][target]
    kept = {key: said[key] for key in ("secure", "backend") if said.get(key) is not None}
    return editing.set(editing.text, ("listeners", target), kept)


def unused_certificates(declared: Declaration) -> list[str]:
    """Give the named certificates that no listener uses, in no environment."""
    ssl = declared.ssl
    places = [ssl.listeners, *(one.listeners for one in ssl.environments.values())]
    said = (listener.certificate for listeners in places for listener in listeners.values())
    used = {one for one in said if isinstance(one, str)}
    return [name for name in ssl.certificates if name not in used]


def environments_with(declared: Declaration, target: str) -> list[str]:
    """Give the environments that declare a listener of a target themselves."""
    return [name for name, one in declared.ssl.environments.items() if target in one.listeners]
