"""Application load balancers: facts from AWS.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html
"""

from __future__ import annotations

LISTENER_PROTOCOLS = frozenset({"HTTP", "HTTPS"})
