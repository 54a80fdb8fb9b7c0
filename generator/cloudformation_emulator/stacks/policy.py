"""Stack policies: which updates they deny.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html:
with a policy everything is denied that is not allowed, and a denial wins.
"""

from __future__ import annotations

import fnmatch
import json
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.resources import ProvisioningError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudformation_emulator.stacks.model import Resource


MODIFY, REPLACE, DELETE = "Update:Modify", "Update:Replace", "Update:Delete"


def refuse(policy: str, resource: Resource, action: str) -> None:
    """Refuse an update that the stack's policy denies; an empty policy denies nothing."""
    if not policy:
        return
    statements = json.loads(policy).get("Statement", [])
    effects = {one["Effect"] for one in statements if _applies(one, resource, action)}
    if "Deny" in effects or "Allow" not in effects:
        raise ProvisioningError(
            f"Action denied by stack policy: Statement does not allow [{action}] for resource "
            f"[{resource.logical_id}]"
        )


def _applies(statement: Mapping[str, Any], resource: Resource, action: str) -> bool:
    named = f"LogicalResourceId/{resource.logical_id}"
    types = statement.get("Condition", {}).get("StringEquals", {}).get("ResourceType")
    return (
        _matches(statement, "Action", action)
        and _matches(statement, "Resource", named)
        and (types is None or resource.type in _list(types))
    )


def _matches(statement: Mapping[str, Any], key: str, value: str) -> bool:
    if f"Not{key}" in statement:
        return not any(fnmatch.fnmatchcase(value, one) for one in _list(statement[f"Not{key}"]))
    return any(fnmatch.fnmatchcase(value, one) for one in _list(statement.get(key, [])))


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
