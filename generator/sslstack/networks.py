"""Networks as facts: everybody, and those that the internet does not route."""

from __future__ import annotations

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

EVERYBODY_IPV4, EVERYBODY_IPV6 = "0.0.0.0/0", "::/0"
EVERYBODY = frozenset({EVERYBODY_IPV4, EVERYBODY_IPV6})
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
"""Networks of organisations: RFC 1918."""
NOT_ROUTED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        *PRIVATE,
        "100.64.0.0/10",  # RFC 6598, shared address space (CGNAT)
        "169.254.0.0/16", "fe80::/10",  # RFC 3927, RFC 4291: link-local
        "fc00::/7",  # RFC 4193, unique local
        "127.0.0.0/8", "::1/128",  # RFC 1122, RFC 4291: this machine
    )
)  # fmt: skip
