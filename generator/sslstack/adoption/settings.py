"""What a load balancer is beside its listeners, in ssl.yml's words for a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.classic import IDLE_TIMEOUT_OF_API
from sslstack.balancers.model import HealthCheck, known
from sslstack.balancers.protocols import word
from sslstack.declaration import model as declaration_model
from sslstack.stack.exposure import find_publishable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.adoption.context import AdoptionContext
    from sslstack.balancers.model import Classic


def declare_settings(context: AdoptionContext) -> Iterator[tuple[str, Any]]:
    """Return the keys of the service that differ from their defaults, in the model's order."""
    live, available = context.live.balancer, sorted(find_publishable(context.service))
    stated: dict[str, Any] = {
        "scheme": live.scheme,
        "security_groups": _security_groups(context),
        "idle_timeout": _idle_timeout(context),
        "draining": live.draining,
        "cross_zone": live.cross_zone,
    }
    fields = declaration_model.Service.model_fields
    yield from ((key, said) for key, said in stated.items() if said != fields[key].default)
    yield "health_check", dict(_health_check(live))
    yield from _stickiness(context)
    if (logs := live.access_logs) is not None:
        prefix = {"prefix": logs.prefix} if logs.prefix else {}
        yield "access_logs", {"bucket": logs.bucket, **prefix, "interval": logs.interval}
    served = sorted({known(one.port) for one in live.listeners}.intersection(available))
    if served != available:
        yield "ports", served


def find_defaults(context: AdoptionContext) -> dict[str, Any]:
    """Return what a service is where its declaration does not say."""
    keys = ("scheme", "idle_timeout", "draining", "cross_zone")
    said = {key: declaration_model.Service.model_fields[key].default for key in keys}
    return {**said, "ports": sorted(find_publishable(context.service))}


def compare_subnets(context: AdoptionContext, subnets: Collection[str]) -> None:
    """Warn where a load balancer has other subnets than the stack, which has one parameter."""
    live = context.live
    if subnets and set(subnets) != set(live.subnets):
        context.warn(
            "adoption.subnets",
            f"{live.name} is in {', '.join(live.subnets)}",
            f"moves it to {', '.join(subnets)}",
            deployed=context.references.names("Subnets", live.subnets),
            hint="change the stack's parameter Subnets, or its stack",
        )


def _security_groups(context: AdoptionContext) -> list[str] | None:
    """Return the groups, unless one is the stack's own, which ssl.yml cannot name beside others."""
    groups = context.live.security_groups
    others = [one for one in groups if context.references.reference(one) == one]
    if len(others) == len(groups):
        return others or None
    if others:
        context.warn(
            "adoption.additional-group",
            f"{context.live.name} has {', '.join(others)} beside the security group of its stack",
            "removes it",
            deployed=context.references.names("SecurityGroups", others),
            hint="list all groups in security_groups, which replaces the group of the stack",
        )
    return None


def _idle_timeout(context: AdoptionContext) -> int:
    seconds = known(context.live.balancer.idle_timeout)
    longest = max(IDLE_TIMEOUT_OF_API)
    if seconds > longest:
        context.warn(
            "adoption.idle-timeout",
            f"{context.live.name} has an idle timeout of {seconds} seconds, and {longest} is the "
            "maximum that can be declared",
            f"sets {longest}",
            deployed=context.references.idle_timeout() == str(seconds),
        )
    return min(seconds, longest)


def _health_check(live: Classic) -> Iterator[tuple[str, Any]]:
    check = live.health_check
    assert isinstance(check, HealthCheck)  # noqa: S101 - AWS gives one of every load balancer
    yield "protocol", word(check.protocol)
    yield "port", check.port
    if check.path:
        yield "path", check.path
    for key in ("interval", "timeout", "healthy", "unhealthy"):
        if (said := getattr(check, key)) != declaration_model.HealthCheck.model_fields[key].default:
            yield key, said


def _stickiness(context: AdoptionContext) -> Iterator[tuple[str, Any]]:
    """Return the one cookie policy that every HTTP listener has; several have no word here."""
    live, sticky = context.live, context.live.balancer.stickiness
    cookies = {*live.cookies, *live.periods}
    ports = [known(one.port) for one in live.listeners if one.is_http]
    each = {port: cookies.intersection(live.named[port]) for port in ports}
    used = set().union(*each.values())
    if sticky is None:
        return
    if len(used) > 1 or not all(each.values()):
        context.warn(
            "adoption.stickiness",
            f"the listeners of {live.name} have different stickiness ({', '.join(sorted(used))})",
            f"sets '{min(used)}' on all HTTP listeners",
            deployed=all(
                cookies & context.references.policies(port) == names for port, names in each.items()
            ),
        )
    options = {"cookie": sticky.cookie, "duration": sticky.duration}
    yield "stickiness", {key: value for key, value in options.items() if value is not None}
