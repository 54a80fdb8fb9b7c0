"""The outputs of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudformation_emulator.stacks.functions import Scope, holds, resolve

if TYPE_CHECKING:
    from cloudformation_emulator.stacks.template import Template


def of(template: Template, scope: Scope) -> list[dict[str, str]]:
    """Give the outputs whose condition holds, as DescribeStacks shows them."""
    found = []
    for name, definition in template.section("Outputs").items():
        if "Condition" in definition and not holds(definition["Condition"], scope):
            continue
        output = {"OutputKey": name, "OutputValue": str(resolve(definition["Value"], scope))}
        if description := definition.get("Description"):
            output["Description"] = description
        if export := definition.get("Export"):
            output["ExportName"] = str(resolve(export["Name"], scope))
        found.append(output)
    return found
