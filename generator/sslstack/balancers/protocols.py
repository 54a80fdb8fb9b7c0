"""Protocols of listeners and targets, for all kinds of load balancers.

The words are those of Protocol in the API references of both versions of Elastic Load Balancing
(2012-06-01: CreateLoadBalancerListeners, 2015-12-01: CreateListener).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never, get_args

from sslstack.balancers import application, classic, network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.kinds import Kind

Protocol = Literal["HTTP", "HTTPS", "TCP", "SSL", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"]

HTTP: frozenset[str] = frozenset({"HTTP", "HTTPS"})
"""Protocols of the application layer: the load balancer reads the requests."""
SECURE: frozenset[str] = frozenset({"HTTPS", "SSL", "TLS"})
"""Protocols with TLS."""
PLAIN: frozenset[str] = frozenset(get_args(Protocol)) - SECURE
WORDS: Mapping[str, str] = {
    "HTTP": "http",
    "HTTPS": "https",
    "TCP": "tcp",
    "SSL": "tls",
    "TLS": "tls",
}
"""Their names in ssl.yml."""


def of_listeners(kind: Kind) -> frozenset[str]:
    """Return the listener protocols of a kind of load balancer."""
    match kind:
        case "classic":
            return frozenset(get_args(classic.Protocol))
        case "application":
            return application.LISTENER_PROTOCOLS
        case "network":
            return network.LISTENER_PROTOCOLS
        case _:
            assert_never(kind)


def word(protocol: object) -> str:
    """Return the name of a protocol in ssl.yml, or the protocol unchanged."""
    return WORDS.get(str(protocol), str(protocol))


def default_behind(protocol: str) -> str:
    """Return the default protocol of a backend: HTTP or TCP, by layer.

    InstanceProtocol of Listener in the API reference, version 2012-06-01.
    """
    return "HTTP" if protocol in HTTP else "TCP"
