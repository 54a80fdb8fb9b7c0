"""What the resource schemas say, from the data that cfn-lint ships; cfn-lint is not imported."""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION = "us-east-1"
"""The region by whose schemas types are judged; it has every type there is."""
NEVER, CONDITIONALLY, ALWAYS = "Never", "Conditionally", "Always"
_PREFIX = "/properties/"


def recreation(type_name: str, name: str) -> str:
    """Tell whether a change of a property replaces the resource: RequiresRecreation."""
    schema = schema_of(type_name)
    for key, answer in (
        ("createOnlyProperties", ALWAYS),
        ("conditionalCreateOnlyProperties", CONDITIONALLY),
    ):
        if name in _names(schema.get(key, [])):
            return answer
    return NEVER


def refusal(type_name: str, properties: Mapping[str, Any]) -> str:
    """Say which property is unknown or missing, in CloudFormation's words; empty if none is."""
    schema = schema_of(type_name)
    if not schema:
        return ""
    read_only = _names(schema.get("readOnlyProperties", []))
    known = set(schema.get("properties", {}))
    for name in properties:
        if name not in known and not schema.get("additionalProperties"):
            return f"extraneous key [{name}] is not permitted"
        if name in read_only:
            return f"Encountered unsupported property {name}: it is read-only"
    for name in schema.get("required", []):
        if name not in properties:
            return f"required key [{name}] not found"
    return ""


@functools.cache
def schema_of(type_name: str) -> Mapping[str, Any]:
    """Give the schema of a type, empty where there is none."""
    name = _index().get(type_name)
    if name is None:
        return {}
    found: dict[str, Any] = json.loads((_folder() / "resources" / f"{name}.json").read_bytes())
    return found


def _names(pointers: list[str]) -> set[str]:
    """Give the properties that pointers like `/properties/Name` name as a whole."""
    return {
        pointer.removeprefix(_PREFIX)
        for pointer in pointers
        if "/" not in pointer.removeprefix(_PREFIX)
    }


@functools.cache
def _index() -> Mapping[str, str]:
    found: dict[str, str] = json.loads((_folder() / "providers" / f"{REGION}.json").read_bytes())
    return found


@functools.cache
def _folder() -> Path:
    found = importlib.util.find_spec("cfnlint")
    if found is None or found.origin is None:
        raise FileNotFoundError("cfn-lint, which is a dependency, is not installed")
    return Path(found.origin).parent / "data" / "schemas"
