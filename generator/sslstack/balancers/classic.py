"""Classic load balancers: protocols, policies, ranges and quotas, each with its page.

"Guide" is the classic guide, https://docs.aws.amazon.com/elasticloadbalancing/latest/classic;
"API" the reference of version 2012-06-01.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Protocol = Literal["HTTP", "HTTPS", "TCP", "SSL"]

ENDS: Mapping[str, tuple[Protocol, Protocol, Protocol]] = {
    "http": ("HTTP", "HTTP", "HTTPS"),
    "https": ("HTTPS", "HTTP", "HTTPS"),
    "tcp": ("TCP", "TCP", "SSL"),
    "tls": ("SSL", "TCP", "SSL"),
}
"""By the name in ssl.yml: the protocol of clients, of a plain and of a secure backend.

Both ends are of one layer: guide, elb-listener-config.
"""
PROXY_ENDS = frozenset({("TCP", "TCP"), ("SSL", "TCP")})
"""Protocols (clients, backend) with which a listener sends the PROXY header: guide,
enable-proxy-protocol."""
ENDS_WITHOUT_PROXY = frozenset({("SSL", "SSL")})
"""Protocols with which it certainly does not: guide, using-elb-listenerconfig-quickref."""

NEGOTIATION = "SSLNegotiationPolicyType"
PUBLIC_KEY = "PublicKeyPolicyType"
AUTHENTICATION = "BackendServerAuthenticationPolicyType"
PROXY = "ProxyProtocolPolicyType"
APP_COOKIE = "AppCookieStickinessPolicyType"
COOKIE = "LBCookieStickinessPolicyType"

REFERENCE = "Reference-Security-Policy"
"""Attribute that names a predefined policy: guide, elb-create-https-ssl-load-balancer."""
ORDER = "Server-Defined-Cipher-Order"
PROTOCOL_PREFIX = "Protocol-"
KEY_NAME = "PublicKeyPolicyName"
KEY_CONTENT = "PublicKey"
PROXY_SWITCH = "ProxyProtocol"

POLICY_ATTRIBUTES: Mapping[str, frozenset[str] | None] = {
    NEGOTIATION: None,  # protocols and ciphers by name: policies.negotiable()
    PUBLIC_KEY: frozenset({KEY_CONTENT}),
    AUTHENTICATION: frozenset({KEY_NAME}),
    PROXY: frozenset({PROXY_SWITCH}),
    APP_COOKIE: frozenset({"CookieName"}),
    COOKIE: frozenset({"CookieExpirationPeriod"}),
}
"""The attributes of each type of policy: API, DescribeLoadBalancerPolicyTypes."""

HEALTH_TARGET = re.compile(r"(?P<protocol>[A-Za-z]+):(?P<port>[0-9]{1,5})(?P<path>/.*)?")
"""API, HealthCheck.Target; a path is required with HTTP and HTTPS, and only allowed with them."""
LONGEST_HEALTH_TARGET = 1024
"""Characters."""
HEALTH_RANGES: Mapping[str, range] = {
    "Interval": range(5, 301),
    "Timeout": range(2, 61),
    "HealthyThreshold": range(2, 11),
    "UnhealthyThreshold": range(2, 11),
}
"""API, HealthCheck; seconds and counts."""
IDLE_TIMEOUT = range(1, 4001)
"""Seconds: guide, config-idle-timeout."""
IDLE_TIMEOUT_OF_API = range(1, 3601)
"""Seconds: API, ConnectionSettings.IdleTimeout."""
DRAINING = range(3601)
"""Seconds, 0 if it is off: guide, config-conn-drain."""

USUAL_IDLE_TIMEOUT = 60
USUAL_DRAINING = 300
USUAL_LOG_INTERVAL = 60
"""Defaults of AWS: API, ConnectionSettings, ConnectionDraining, AccessLog."""

LISTENERS_QUOTA = 100
"""Listeners of one load balancer; can be raised: guide of 2023, elb-limits."""
REGION_QUOTA = 20
"""Load balancers of a region; can be raised: guide of 2023, elb-limits."""
