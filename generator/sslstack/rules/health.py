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
from sslstack.rules.definition import rule
from sslstack.rules.reading import find_values, read_number, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource

_WITHOUT_PATH = frozenset(get_args(Protocol)) - HTTP


@rule("E9131", source="health", types=(CLASSIC,))
def health_target(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the target where it is known."""
    for spot in balancer.find_values("HealthCheck", "Target"):
        target = read_text(spot, balancer.template)
        if target is not None and (fault := _describe_fault(target)):
            yield spot.path, f"'{target}' {fault}"


def _describe_fault(target: str) -> str | None:
    match = HEALTH_TARGET.fullmatch(target)
    if match is None:
        return "is not a target such as HTTP:8080/health or TCP:8080"
    protocol, path = match["protocol"].upper(), match["path"]
    if protocol not in HTTP | _WITHOUT_PATH:
        return "uses a protocol other than HTTP, HTTPS, TCP and SSL"
    if int(match["port"]) not in PORTS:
        return "uses a port that is not 1 to 65535"
    if protocol in HTTP and not path:
        return "has no path; the shortest is '/'"
    if protocol in _WITHOUT_PATH and path:
        return f"has a path, which {protocol} does not support"
    if len(target) > LONGEST_HEALTH_TARGET:
        return "is longer than 1024 characters"
    return None


@rule("E9132", source="health", types=(CLASSIC,))
def health_timeout(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the two where both are known and certain."""
    for check in balancer.find_values("HealthCheck"):
        timeouts = [*find_values(check, "Timeout")]
        intervals = [
            read_number(spot, balancer.template) for spot in find_values(check, "Interval")
        ]
        if len(timeouts) != 1 or len(intervals) != 1:
            continue
        timeout, interval = read_number(timeouts[0], balancer.template), intervals[0]
        if timeout is not None and interval is not None and timeout >= interval:
            yield timeouts[0].path, f"timeout {timeout} must be less than interval {interval}"


@rule("E9133", source="health", types=(CLASSIC,))
def health_ranges(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check each number that is known."""
    for key, allowed in HEALTH_RANGES.items():
        for spot in balancer.find_values("HealthCheck", key):
            value = read_number(spot, balancer.template)
            if value is not None and value not in allowed:
                yield spot.path, f"{key} is {allowed.start} to {allowed.stop - 1}, not {value}"


@rule("W9134", source="classic", types=(CLASSIC,))
def no_health_check(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for the property."""
    for spot in balancer.find_missing("HealthCheck"):
        yield spot.path, "no HealthCheck: adding one later replaces the load balancer"


@rule("E9135", source="idle", types=(CLASSIC,))
def idle_timeout(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the timeout where it is known."""
    for spot in balancer.find_values("ConnectionSettings", "IdleTimeout"):
        value = read_number(spot, balancer.template)
        if value is not None and value not in IDLE_TIMEOUT:
            yield spot.path, f"an idle timeout is 1 to 4000 seconds, not {value}"
