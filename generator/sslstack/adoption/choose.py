"""Which service of the compose file stands behind a load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.errors import InputError
from sslstack.findings import Location, nearest
from sslstack.stack.build import publishable

if TYPE_CHECKING:
    from sslstack import compose
    from sslstack.adoption.model import LiveLoadBalancer


def choose(live: LiveLoadBalancer, project: compose.Project, wanted: str | None) -> compose.Service:
    """Give the service that is named, else the one that publishes most of the listeners.

    Raises InputError where there is no such service, or where several would do.
    """
    if wanted is not None:
        if wanted in project.services:
            return project.services[wanted]
        near = nearest(wanted, project.services)
        known = ", ".join(project.services) or "none"
        raise _refusal(
            project,
            "adoption.unknown-service",
            f"there is no service '{wanted}'",
            f"did you mean '{near}'?" if near else f"its services: {known}",
        )
    shared = {name: _shared(live, service) for name, service in project.services.items()}
    most = max(shared.values(), default=(0, 0))
    best = [name for name, numbers in shared.items() if numbers == most]
    if any(most) and len(best) == 1:
        return project.services[best[0]]
    listed = ", ".join(str(one.port) for one in live.listeners)
    raise _refusal(
        project,
        "adoption.which-service",
        f"several services publish ports of {live.name} ({listed}): {', '.join(best)}"
        if any(most)
        else f"no service publishes a port of {live.name} ({listed})",
        "--service NAME says which one stands behind it",
    )


def _shared(live: LiveLoadBalancer, service: compose.Service) -> tuple[int, int]:
    """Count the listeners whose port and instance port a service has, and whose port alone."""
    ports = publishable(service)
    there = [ports[one.port].target == one.instance_port for one in live.listeners
             if one.port in ports]  # fmt: skip
    return sum(there), len(there)


def _refusal(project: compose.Project, rule: str, message: str, hint: str) -> InputError:
    return InputError.at(Location(project.files[0]), rule, message, hint=hint)
