"""Which service of the compose file runs behind a load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.model import known
from sslstack.errors import InputError
from sslstack.findings import Location, find_nearest
from sslstack.stack.exposure import find_publishable

if TYPE_CHECKING:
    from sslstack import compose
    from sslstack.adoption.model import LiveLoadBalancer


def choose(live: LiveLoadBalancer, project: compose.Project, wanted: str | None) -> compose.Service:
    """Return the service that is named, else the one that publishes most of the listeners.

    Raises InputError where there is no such service, where several would do, and where none of
    the listeners would be left.
    """
    if wanted is not None:
        if (named := project.services.get(wanted)) is not None:
            return _serving(live, project, named)
        near = find_nearest(wanted, project.services)
        known = ", ".join(project.services) or "none"
        raise _refusal(
            project,
            "adoption.unknown-service",
            f"unknown service '{wanted}'",
            f"did you mean '{near}'?" if near else f"services: {known}",
        )
    shared = {name: _shared(live, service) for name, service in project.services.items()}
    most = max(shared.values(), default=(0, 0))
    best = [name for name, numbers in shared.items() if numbers == most]
    if any(most) and len(best) == 1:
        return project.services[best[0]]
    if not any(most):
        raise _unpublished(live, project, "no service publishes")
    raise _refusal(
        project,
        "adoption.ambiguous-service",
        f"several services publish ports of {_listeners(live)}: {', '.join(best)}",
        "choose one with --service NAME",
    )


def _serving(
    live: LiveLoadBalancer, project: compose.Project, service: compose.Service
) -> compose.Service:
    """Return a service that publishes the port of a listener; without one it has no template."""
    if not any(_shared(live, service)):
        raise _unpublished(live, project, f"service '{service.name}' does not publish")
    return service


def _unpublished(live: LiveLoadBalancer, project: compose.Project, who: str) -> InputError:
    wanted = ", ".join(f'"{one.port}:{one.target.port}"' for one in live.listeners)
    return _refusal(
        project,
        "adoption.nothing-published",
        f"{who} a port of {_listeners(live)}",
        f"publish what it serves under the service's ports: {wanted}" if wanted else "",
    )


def _listeners(live: LiveLoadBalancer) -> str:
    listed = ", ".join(str(one.port) for one in live.listeners) or "no listeners"
    return f"{live.name} ({listed})"


def _shared(live: LiveLoadBalancer, service: compose.Service) -> tuple[int, int]:
    """Count the listeners whose port and instance port a service has, and whose port alone."""
    ports = find_publishable(service)
    there = [
        ports[port].target == one.target.port
        for one in live.listeners
        if (port := known(one.port)) in ports
    ]
    return sum(there), len(there)


def _refusal(project: compose.Project, rule: str, message: str, hint: str) -> InputError:
    return InputError.at(Location(project.files[0]), rule, message, hint=hint)
