"""Where in the declarations each resource of the template comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.cloudformation.names import logical_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.declaration import Declaration
    from sslstack.findings import Location
    from sslstack.stack import LoadBalancer, Stack


def origins(stack: Stack, declared: Declaration) -> Mapping[str, Location]:
    """Give the place of each logical ID's declaration: ssl.yml, else the compose file."""
    found = {
        logical_id(certificate.name, "Certificate"): declared.at_key(*certificate.path)
        for certificate in stack.certificates
    }
    for load_balancer in stack.load_balancers:
        place = _of(load_balancer, declared)
        for suffix in ("LoadBalancer", "SecurityGroup"):
            found[logical_id(load_balancer.service, suffix)] = place
    return found


def _of(load_balancer: LoadBalancer, declared: Declaration) -> Location:
    """Give the place of its service, of its first declared listener, or of its first port."""
    if load_balancer.service in declared.ssl.services:
        return declared.at_key("services", load_balancer.service)
    for listener in load_balancer.listeners:
        if listener.path is not None:
            return declared.at_key(*listener.path)
    return load_balancer.listeners[0].published
