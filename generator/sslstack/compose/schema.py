"""Checks against the JSON Schema of the Compose Specification.

`compose-spec.json` is the specification's file, version 2.9.1, Apache-2.0,
https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

from sslstack.compose import hints
from sslstack.compose.limits import limit_findings
from sslstack.compose.private import is_private, show
from sslstack.compose.tree import Map, Node, find_node, locate, walk
from sslstack.compose.tree import Scalar as ScalarNode
from sslstack.compose.tree import Sequence as SequenceNode
from sslstack.compose.version1 import check_version
from sslstack.findings import Finding, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import Draft7Validator, ValidationError

_Path = tuple[str | int, ...]
_FORMS = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number",
          "number": "a number", "boolean": "true or false", "null": "nothing"}  # fmt: skip


def validate(project: Map) -> Iterator[Finding]:
    """Find what the specification does not allow, each at the place where it was written."""
    old = check_version(project, frozenset(_load_schema()["properties"]))
    if old is not None:
        yield old
        return
    dates = [p for p, one in walk(project) if isinstance(one, ScalarNode) and one.is_date]
    errors: Iterable[ValidationError] = _load_validator().iter_errors(_convert(project))
    wrong: list[_Path] = []
    if dates:  # extensions may hold dates; what the schema describes may not
        errors = [*errors]
        places = [tuple(error.instance_path) for error in errors]
        wrong = [date for date in dates if any(_is_on_way(date, place) for place in places)]
    yield from limit_findings(
        one
        for error in errors
        if not any(_is_on_way(date, tuple(error.instance_path)) for date in wrong)
        for one in _describe_error(project, error)
    )
    yield from limit_findings(_report_date(project, path) for path in wrong)


def _is_on_way(first: _Path, second: _Path) -> bool:
    """Return whether one of two paths leads to the other."""
    length = min(len(first), len(second))
    return first[:length] == second[:length]


def _report_date(project: Map, path: _Path) -> Finding:
    message = f"{'.'.join(map(str, path))}: {show(find_node(project, path))} is read as a date"
    return replace(
        _make_finding(project, path, message), rule="compose.date", hint="put it in quotes"
    )


def _convert(node: Node) -> Any:
    """Return plain data as the schema must see what JSON lacks.

    A number that is infinite is a fraction, and a date something that is allowed nowhere.
    """
    match node:
        case Map():
            return {key: _convert(item) for key, item in node.items.items()}
        case SequenceNode():
            return [_convert(item) for item in node.items]
        case ScalarNode(is_date=True):
            return [[0.5]]
        case ScalarNode(value=float(value)):
            return value if math.isfinite(value) else 0.5
    return node.value


@functools.cache
def _load_validator() -> Draft7Validator:
    import jsonschema_rs  # noqa: PLC0415 - 34 ms, only when a file is not in the cache

    return jsonschema_rs.Draft7Validator(_read_schema())


def _describe_error(project: Map, error: ValidationError) -> Iterator[Finding]:
    path = tuple(error.instance_path)
    name = ".".join(map(str, path)) or "the file"
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties":
            for key in kind.unexpected:
                yield _report_unknown_key(project, path, key, error)
        case "type":
            forms = " or ".join(_FORMS.get(t, t) for t in _list_types(kind.types))
            wrong = _make_finding(project, path, f"{name} must be {forms}")
            yield replace(wrong, hint=hints.hint_at(project, path))
        case "required":
            yield _make_finding(project, path, f"{name} needs {kind.property}")
        case "uniqueItems":
            yield _make_finding(project, path, f"{name} has a duplicate item")
        case "oneOf" | "anyOf":
            yield _report_form(project, path, name)
        case _:
            node = find_node(project, path)
            message = (
                f"'{show(node)}' is not allowed" if is_private(node) else _shorten(error.message)
            )
            yield _make_finding(project, path, f"{name}: {message}")


def _report_form(project: Map, path: tuple[str | int, ...], name: str) -> Finding:
    is_list = isinstance(find_node(project, path), SequenceNode)
    if is_list and isinstance(find_node(project, path[:-1]), SequenceNode):
        finding = _make_finding(
            project, path, f"{name} is a list inside a list; YAML cannot join lists"
        )
        return replace(finding, hint="write its items in the outer list")
    finding = _make_finding(project, path, f"{name} has a form that is not allowed there")
    return replace(finding, hint=hints.hint_at(project, path))


def _list_types(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def _shorten(message: str) -> str:
    return message if len(message) <= 120 else f"{message[:117]}..."  # noqa: PLR2004


def _make_finding(project: Node, path: tuple[str | int, ...], message: str) -> Finding:
    return Finding(rule="compose.schema", message=message, location=locate(project, path))


def _report_unknown_key(
    project: Map, path: tuple[str | int, ...], key: str, error: ValidationError
) -> Finding:
    node: Any = project
    for step in path:
        node = node.items[step]
    known = _list_known(error)
    near = find_nearest(key, known)
    inside = ".".join(map(str, path))
    value, place = node.items[key], node.keys.get(key, node.at)
    # A key that was made of a list's item is where its value is.
    is_hidden = place == value.at and is_private(value)
    named = show(value) if is_hidden else key
    typed = "" if is_hidden else hints.hint_for_key(key)
    return Finding(
        rule="compose.unknown-key",
        message=f"unknown key '{named}'" + (f" in {inside}" if inside else ""),
        location=place,
        hint=typed
        or (f"did you mean '{near}'?" if near else f"an extension begins with x-: x-{key}"),
    )


def _list_known(error: ValidationError) -> list[str]:
    """Return the keys that the schema knows where an unknown one was found."""
    node = _load_schema()
    for step in list(error.schema_path)[:-1]:
        node = node[step]
    return list(node.get("properties", {}))


@functools.cache
def _load_schema() -> Any:
    return json.loads(_read_schema())


def _read_schema() -> str:
    return resources.files("sslstack.compose").joinpath("compose-spec.json").read_text("utf-8")
