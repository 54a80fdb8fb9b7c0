"""Where the parts of a template are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sslstack.balancers.model import Classic
from sslstack.cloudformation.names import CERTIFICATE, SECURITY_GROUP, load_balancer_id, logical_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sslstack.balancers.model import Listener
    from sslstack.declaration import Declaration
    from sslstack.findings import Location
    from sslstack.stack import LoadBalancer, Stack


def origins(stack: Stack, declared: Declaration) -> Mapping[str, Location]:
    """Return the place of each resource's declaration: in ssl.yml, else in the compose file.

    Keys are logical IDs, and paths below them for listeners:
    `WebLoadBalancer/Properties/Listeners/1`.
    """
    found = {
        logical_id(certificate.name, CERTIFICATE): declared.at_key(*certificate.path)
        for certificate in stack.certificates
    }
    for load_balancer in stack.load_balancers:
        place = _of(load_balancer, declared)
        name = load_balancer_id(load_balancer.service, load_balancer.balancer.kind)
        found |= {name: place, logical_id(load_balancer.service, SECURITY_GROUP): place}
        for path, listener in _listeners(name, load_balancer.balancer):
            origin_ = load_balancer.places[listener.port]
            found[path] = (
                origin_.published if origin_.path is None else declared.at_key(*origin_.path)
            )
    return found


def _listeners(name: str, balancer: Classic) -> Iterator[tuple[str, Listener]]:
    """Yield the path of each listener in the template."""
    match balancer:
        case Classic(listeners=listeners):
            for index, listener in enumerate(listeners):
                yield f"{name}/Properties/Listeners/{index}", listener
        case _:
            assert_never(balancer)


def images(stack: Stack) -> Mapping[str, str]:
    """Return the image of the containers behind each load balancer, by logical ID, if known."""
    return {
        load_balancer_id(one.service, one.balancer.kind): one.image
        for one in stack.load_balancers
        if one.image
    }


def origin(path: Sequence[str | int], known: Mapping[str, Location]) -> Location | None:
    """Return the declaration of a path in a template, None if it is unknown.

    The path is cfn-lint's: `["Resources", "WebLoadBalancer", "Properties", …]`.
    """
    below = [str(key) for key in path[1:]]
    for length in range(len(below), 0, -1):
        if (place := known.get("/".join(below[:length]))) is not None:
            return place
    return None


def _of(load_balancer: LoadBalancer, declared: Declaration) -> Location:
    """Return the place of its service, of its first declared listener, or of its first port."""
    if load_balancer.service in declared.ssl.services:
        return declared.at_key("services", load_balancer.service)
    places = [load_balancer.places[one.port] for one in load_balancer.balancer.listeners]
    for place in places:
        if place.path is not None:
            return declared.at_key(*place.path)
    return places[0].published
