"""Where the listeners of application and network load balancers lead: target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.intrinsics import logical_id
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import mappings, values
from sslstack.cloudformation.resource_types import LISTENER_RULE, TARGET_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def forwarded_to(
    listener: str, properties: Mapping[str, Any], template: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the target groups that a listener or one of its rules forwards to, as properties."""
    actions = [*mappings(properties.get("DefaultActions"), template)]
    for _, rule in resources_of(template, LISTENER_RULE):
        if listener in map(logical_id, values(rule.get("ListenerArn"), template)):
            actions += mappings(rule.get("Actions"), template)
    named = {one for action in actions for one in _forwarded(action, template)}
    return [held for name, held in resources_of(template, TARGET_GROUP) if name in named]


def _forwarded(action: Mapping[str, Any], template: Mapping[str, Any]) -> Iterator[str]:
    yield from map(logical_id, values(action.get("TargetGroupArn"), template))
    for config in values(action.get("ForwardConfig"), template):
        if isinstance(config, dict):
            for group in mappings(config.get("TargetGroups"), template):
                yield from map(logical_id, values(group.get("TargetGroupArn"), template))
