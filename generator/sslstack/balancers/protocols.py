"""What listeners and their targets speak, of every kind of load balancer.

The words are those of Protocol in the API references of both versions of Elastic Load Balancing
(2012-06-01: CreateLoadBalancerListeners, 2015-12-01: CreateListener).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def default_behind(protocol: str) -> str:
    """Give what a backend speaks where a listener does not say: HTTP or TCP, by layer.

    InstanceProtocol of Listener in the API reference, version 2012-06-01.
    """
    return "HTTP" if protocol in HTTP else "TCP"
