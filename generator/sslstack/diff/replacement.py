"""Which properties of a resource cannot be changed in place.

From the resource schemas inside cfn-lint (createOnlyProperties and
conditionalCreateOnlyProperties), read as files: importing cfn-lint takes 0.7 s.
"""

from __future__ import annotations

import functools
import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sslstack.changes import Replacement
from sslstack.cloudformation.resource_types import CLASSIC

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGION = "us-east-1"
_PREFIX = "/properties/"
_APPEARING = {(CLASSIC, name) for name in ("HealthCheck", "Subnets", "AvailabilityZones")}
"""Conditional properties that replace only when they are added or removed: the pages of
AWS::ElasticLoadBalancing::LoadBalancer say so property by property."""


def replacement(resource_type: str, path: str, before: Any, after: Any) -> Replacement:
    """Return whether a change of a property replaces its resource.

    `path` is a JSON pointer in the resource. Types without a schema, such as custom
    resources, count as not replaced.
    """
    if not path.startswith("/Properties/"):
        return Replacement.FALSE
    schema = _schema(resource_type)
    name = path.removeprefix("/Properties/")
    if _holds(schema.get("createOnlyProperties"), name):
        return Replacement.TRUE
    if not _holds(schema.get("conditionalCreateOnlyProperties"), name):
        return Replacement.FALSE
    if (resource_type, name.split("/", 1)[0]) in _APPEARING:
        appears = "/" not in name and (before is None) != (after is None)
        return Replacement.TRUE if appears else Replacement.FALSE
    return Replacement.CONDITIONAL


def stays(resource_type: str, name: str, before: Any, after: Any) -> bool:
    """Return whether a property that replaces only when added or removed is on both sides."""
    return (resource_type, name) in _APPEARING and None not in (before, after)


def _holds(listed: Any, name: str) -> bool:
    """Return whether a list of properties has this one, or one that contains it."""
    names = [str(one).removeprefix(_PREFIX) for one in listed or ()]
    return any(name == one or name.startswith(f"{one}/") for one in names)


@functools.cache
def _schema(resource_type: str) -> Mapping[str, Any]:
    folder = _folder()
    name = _index().get(resource_type)
    if folder is None or name is None:
        return {}
    loaded: dict[str, Any] = json.loads((folder / "resources" / f"{name}.json").read_text("utf-8"))
    return loaded


@functools.cache
def _index() -> Mapping[str, str]:
    folder = _folder()
    if folder is None:
        return {}
    text = (folder / "providers" / f"{_REGION}.json").read_text("utf-8")
    loaded: dict[str, str] = json.loads(text)
    return loaded


@functools.cache
def _folder() -> Path | None:
    found = find_spec("cfnlint")
    places = found.submodule_search_locations if found else None
    return Path(places[0]) / "data" / "schemas" if places else None
