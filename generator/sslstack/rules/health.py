"""Rules for health checks and timeouts of classic load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from sslstack.balancers.classic import (
    HEALTH_RANGES,
    HEALTH_TARGET,
    IDLE_TIMEOUT,
    LONGEST_HEALTH_TARGET,
    Protocol,
)
from sslstack.balancers.protocols import HTTP
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.ports import PORTS
from sslstack.rules.definition import classic, rule
from sslstack.rules.reading import get, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource

_WITHOUT_PATH = frozenset(get_args(Protocol)) - HTTP
_LISTENERS = """
    Listeners:
      - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
"""


def _checked(target: str = "HTTP:8080/health", interval: int = 30, timeout: int = 5) -> str:
    return classic(f"""
    Listeners:
      - {{LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}}
    HealthCheck:
      Target: {target}
      Interval: "{interval}"
      Timeout: "{timeout}"
      HealthyThreshold: "2"
      UnhealthyThreshold: "2"
    """)


@rule(
    "E9131",
    "A health check's target is protocol, port and path",
    why="""
    The target is TCP:port or SSL:port, or HTTP:port/path or HTTPS:port/path; the path is needed
    with HTTP and HTTPS, be it only a slash, and there is none with TCP and SSL.
    """,
    source="health",
    types=(CLASSIC,),
    failing=_checked("HTTP:8080"),
    passing=_checked("HTTP:8080/"),
)
def health_target(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the target where it is known."""
    for spot in balancer.get("HealthCheck", "Target"):
        target = text(spot, balancer.template)
        if target is not None and (fault := _fault(target)):
            yield spot.path, f"'{target}' {fault}"


def _fault(target: str) -> str | None:
    match = HEALTH_TARGET.fullmatch(target)
    if match is None:
        return "is no target; write HTTP:8080/health or TCP:8080"
    protocol, path = match["protocol"].upper(), match["path"]
    if protocol not in HTTP | _WITHOUT_PATH:
        return "asks by a protocol other than HTTP, HTTPS, TCP and SSL"
    if int(match["port"]) not in PORTS:
        return "asks a port that is not 1 to 65535"
    if protocol in HTTP and not path:
        return "lacks a path; '/' is the shortest"
    if protocol in _WITHOUT_PATH and path:
        return f"has a path, and {protocol} has none"
    if len(target) > LONGEST_HEALTH_TARGET:
        return "is longer than 1024 characters"
    return None


@rule(
    "E9132",
    "A health check times out before the next begins",
    why="Timeout must be less than Interval.",
    source="health",
    types=(CLASSIC,),
    failing=_checked(interval=10, timeout=10),
    passing=_checked(interval=10, timeout=5),
)
def health_timeout(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the two where both are known and certain."""
    for check in balancer.get("HealthCheck"):
        timeouts = [*get(check, "Timeout")]
        intervals = [number(spot, balancer.template) for spot in get(check, "Interval")]
        if len(timeouts) != 1 or len(intervals) != 1:
            continue
        timeout, interval = number(timeouts[0], balancer.template), intervals[0]
        if timeout is not None and interval is not None and timeout >= interval:
            yield timeouts[0].path, f"timeout {timeout} must be less than interval {interval}"


@rule(
    "E9133",
    "A health check's numbers are in their ranges",
    why="""
    Interval is 5 to 300 seconds, Timeout 2 to 60 seconds, both thresholds are 2 to 10.
    """,
    source="health",
    types=(CLASSIC,),
    failing=_checked(interval=400),
    passing=_checked(interval=300),
)
def health_ranges(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge each number that is known."""
    for key, allowed in HEALTH_RANGES.items():
        for spot in balancer.get("HealthCheck", key):
            value = number(spot, balancer.template)
            if value is not None and value not in allowed:
                yield spot.path, f"{key} is {allowed.start} to {allowed.stop - 1}, not {value}"


@rule(
    "W9134",
    "A load balancer has a health check from the beginning",
    why="""
    AWS's default asks TCP port 80 of the backend. To add HealthCheck later replaces the load
    balancer: it gets another DNS name.
    """,
    source="classic",
    types=(CLASSIC,),
    failing=_checked().split("      HealthCheck:", maxsplit=1)[0],
    passing=_checked(),
)
def no_health_check(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for the property."""
    for spot in balancer.lacks("HealthCheck"):
        yield spot.path, "no HealthCheck: to add one later replaces the load balancer"


@rule(
    "E9135",
    "An idle timeout is 1 to 4000 seconds",
    why="ConnectionSettings.IdleTimeout outside 1 to 4000 is refused.",
    source="idle",
    types=(CLASSIC,),
    failing=classic(f"{_LISTENERS}\n    ConnectionSettings: {{IdleTimeout: 9999}}"),
    passing=classic(f"{_LISTENERS}\n    ConnectionSettings: {{IdleTimeout: 60}}"),
)
def idle_timeout(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the timeout where it is known."""
    for spot in balancer.get("ConnectionSettings", "IdleTimeout"):
        value = number(spot, balancer.template)
        if value is not None and value not in IDLE_TIMEOUT:
            yield spot.path, f"an idle timeout is 1 to 4000 seconds, not {value}"
