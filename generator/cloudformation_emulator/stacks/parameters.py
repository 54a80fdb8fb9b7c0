"""Parameters: which values a stack gets, what they mean, how they are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from cloudformation_emulator.stacks.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cloudformation_emulator.stacks.template import Template

MASK = "****"
SIZE = 4096
"""Bytes of a value: cloudformation-limits."""
_EXISTING = {
    "AWS::EC2::VPC::Id": "vpcs",
    "AWS::EC2::Subnet::Id": "subnets",
}
"""Types whose values must exist, and where moto keeps what exists."""


def choose(
    template: Template, given: Iterable[Mapping[str, Any]], previous: Mapping[str, str] | None
) -> dict[str, str]:
    """Give the value of each parameter: given, previous (only if asked for) or default."""
    declared = template.section("Parameters")
    chosen = {name: str(entry["Default"]) for name, entry in declared.items() if "Default" in entry}
    for one in given:
        name = one["ParameterKey"]
        if name not in declared:
            raise invalid(f"Parameters: [{name}] do not exist in the template")
        if one.get("UsePreviousValue"):
            if previous is None or name not in previous:
                raise invalid(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as "
                    "true for a parameter key not in the previous template"
                )
            chosen[name] = previous[name]
        elif "ParameterValue" in one:
            chosen[name] = one["ParameterValue"]
    if missing := [name for name in declared if name not in chosen]:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in chosen.items():
        _refuse(name, declared[name], value)
    return chosen


def _refuse(name: str, declared: Mapping[str, Any], value: str) -> None:
    allowed = declared.get("AllowedValues")
    pattern = declared.get("AllowedPattern")
    least, most = int(declared.get("MinLength", 0)), int(declared.get("MaxLength", SIZE))
    if len(value.encode()) > SIZE or not least <= len(value) <= most:
        raise invalid(f"Parameter '{name}' must contain {least} to {most} characters")
    if allowed and value not in map(str, allowed):
        raise invalid(f"Parameter '{name}' must be one of AllowedValues")
    if pattern and not re.fullmatch(pattern, value):
        raise invalid(f"Parameter '{name}' must match pattern {pattern}")
    if declared.get("Type") == "Number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise invalid(f"Parameter '{name}' must be a number")


def typed(template: Template, values: Mapping[str, str]) -> dict[str, Any]:
    """Give the values as Ref gives them: lists for the types that are lists."""
    declared = template.section("Parameters")
    return {
        name: _items(value) if _is_list(declared[name]) else value for name, value in values.items()
    }


def _is_list(declared: Mapping[str, Any]) -> bool:
    kind = str(declared.get("Type"))
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",")]


def shown(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """Give the values as describe calls show them: NoEcho ones as asterisks."""
    declared = template.section("Parameters")
    return {
        name: MASK if str(declared.get(name, {}).get("NoEcho")).lower() == "true" else value
        for name, value in values.items()
    }


def refuse_absent(template: Template, values: Mapping[str, str], account: str, region: str) -> None:
    """Refuse a VPC or subnet that does not exist."""
    ec2: Any = ec2_backends[account][region]
    for name, declared in template.section("Parameters").items():
        kind = str(declared.get("Type")).removeprefix("List<").removesuffix(">")
        if kind not in _EXISTING:
            continue
        for value in _items(values[name]):
            if not _exists(ec2, kind, value):
                raise invalid(
                    f"Parameter validation failed: parameter value {value} for parameter name "
                    f"{name} does not exist"
                )


def _exists(ec2: Any, kind: str, value: str) -> bool:
    if kind == "AWS::EC2::VPC::Id":
        return value in ec2.vpcs
    return any(value in zone for zone in ec2.subnets.values())
