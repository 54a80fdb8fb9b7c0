"""What listeners and their targets speak, of every kind of load balancer.

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
"""Of the application layer: the load balancer reads the requests."""
SECURE: frozenset[str] = frozenset({"HTTPS", "SSL", "TLS"})
"""Begun with TLS, that of the load balancer."""
PLAIN: frozenset[str] = frozenset(get_args(Protocol)) - SECURE
WORDS: Mapping[str, str] = {
    "HTTP": "http",
    "HTTPS": "https",
    "TCP": "tcp",
    "SSL": "tls",
    "TLS": "tls",
}
"""What ssl.yml calls them."""


def of_listeners(kind: Kind) -> frozenset[str]:
    """Return what the listeners of a kind of load balancer speak."""
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
    """Return ssl.yml's word for a protocol, else the protocol as it is."""
    return WORDS.get(str(protocol), str(protocol))


def default_behind(protocol: str) -> str:
    """Return what a backend speaks where a listener does not say: HTTP or TCP, by layer.

    InstanceProtocol of Listener in the API reference, version 2012-06-01.
    """
    return "HTTP" if protocol in HTTP else "TCP"
