"""Interpolation: `$NAME`, `${NAME}` and the forms with a default, an error or an alternative.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sslstack.compose.limits import VARIABLE
from sslstack.compose.tree import Map, Node, Path, Scalar, Sequence
from sslstack.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sslstack.compose.limits import Budget

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_REFERENCE = re.compile(r"\$(?:\$|\{?([_a-zA-Z][_a-zA-Z0-9]*))")
_OPERATORS = (":-", "-", ":?", "?", ":+", "+")
DEPTH = 20
"""Levels of `${A:-${B:-...}}`; more is an attack."""


class InterpolationError(Exception):
    """What is wrong with a template; `kind` quotes nothing of it."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def substitute(template: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    """Return the text with its variables replaced.

    `unset` is called with the name of each variable that has no value. Raises
    InterpolationError for what is not a template, and for a required variable.
    """
    return _substitute(template, variables, unset, 0)


def _substitute(
    template: str, variables: Mapping[str, str], unset: Callable[[str], None], depth: int
) -> str:
    if "$" not in template:
        return template
    if depth > DEPTH:
        message = f"variables are nested more than {DEPTH} levels deep"
        raise InterpolationError(message, message)
    out: list[str] = []
    position = length = 0
    while (start := template.find("$", position)) >= 0:
        out.append(template[position:start])
        after = template[start + 1 : start + 2]
        if after == "$":
            out.append("$")
            position = start + 2
        elif after == "{":
            end = _find_closing(template, start)
            out.append(_read_braced(template[start + 2 : end], variables, unset, depth))
            position = end + 1
        elif name := _NAME.match(template, start + 1):
            out.append(_get_value(name[0], variables, unset))
            position = name.end()
        else:
            out.append("$")  # `$1`, `$(`, and a dollar at the end stay as they are
            position = start + 1
        length += len(out[-1])
        if length > VARIABLE:
            message = f"the value is longer than {VARIABLE:,} characters"
            raise InterpolationError(message, message)
    out.append(template[position:])
    return "".join(out)


def _find_closing(template: str, start: int) -> int:
    """Return the place of the brace that closes the first one behind `start`; others pair up."""
    depth = 0
    position = start
    while position < len(template):
        if template[position] == "{":
            depth += 1
            position += 1  # what follows a brace never closes it
        elif template[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    # Docker Compose then takes the last brace of the line for the closing one, as in `${A:-{}`.
    line_end = template.find("\n", start)
    last = template.rfind("}", start, len(template) if line_end < 0 else line_end)
    if last > start:
        return last
    message = f"'{_shorten(template[start:])}' has no closing brace"
    raise InterpolationError(message, "a variable has no closing brace")


def _read_braced(
    inside: str, variables: Mapping[str, str], unset: Callable[[str], None], depth: int
) -> str:
    name = _NAME.match(inside)
    if name is None:
        raise InterpolationError(
            f"'${{{_shorten(inside)}}}' has no variable name", "${} has no variable name"
        )
    rest = inside[name.end() :]
    if not rest:
        return _get_value(name[0], variables, unset)
    operator = next((one for one in _OPERATORS if rest.startswith(one)), None)
    if operator is None:
        message = f"'${{{_shorten(inside)}}}' is not a variable with a default"
        raise InterpolationError(message, "${} is not a variable with a default")
    argument = rest[len(operator) :]
    value = variables.get(name[0])
    has_value = bool(value) if operator.startswith(":") else value is not None

    # Docker Compose fills in what is not used, too, and refuses what is wrong in it.
    is_used = has_value == (operator[-1] == "+")
    filled = _substitute(argument, variables, unset if is_used else _ignore, depth + 1)
    match operator[-1]:
        case "-":
            return value if has_value and value is not None else filled
        case "+":
            return filled if has_value else ""
        case _:
            if has_value and value is not None:
                return value
            message = f"required variable {name[0]} is missing a value: {_shorten(argument)}"
            raise InterpolationError(message.rstrip(": "), "a required variable is missing a value")


def find_variables(template: str) -> tuple[str, ...]:
    """Return the names of the variables in a template, each once, in the order of the text."""
    return tuple(dict.fromkeys(name for name in _REFERENCE.findall(template) if name))


def _ignore(name: str) -> None:
    """Ignore an unset variable whose value is not used."""


def _get_value(name: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    if name not in variables:
        unset(name)
    return variables.get(name, "")


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004


def interpolate(
    node: Node, variables: Mapping[str, str], budget: Budget
) -> tuple[Node, list[Finding]]:
    """Return the tree with every text interpolated, and what could not be.

    Keys are not interpolated, as in Docker Compose. Raises InputError where the budget is
    used up.
    """
    findings: list[Finding] = []

    def visit(current: Node, path: Path) -> Node:
        match current:
            case Map():
                items = {k: visit(v, (*path, k)) for k, v in current.items.items()}
                return replace(current, items=items)
            case Sequence():
                listed = (visit(v, (*path, str(i))) for i, v in enumerate(current.items))
                return replace(current, items=tuple(listed))
            case Scalar(value=str(value)) if "$" in value:
                filled, wrong = _fill_in(current, value, path, variables)
                findings.extend(wrong)
                budget.add_characters(len(str(filled.value)), current.at)
                return filled
            case _:
                return current

    return visit(node, ()), findings


def _fill_in(
    node: Scalar, value: str, path: Path, variables: Mapping[str, str]
) -> tuple[Scalar, list[Finding]]:
    where = ".".join(path)
    missing: list[str] = []
    try:
        filled = substitute(value, variables, missing.append)
    except InterpolationError as error:
        message = f"{where}: {error}"
        wrong = Finding(rule="compose.interpolation", message=message, location=node.at)
        return node, [*(_report_unset(name, where, node) for name in missing), wrong]
    has_variables = filled != value.replace("$$", "$")
    node = replace(node, value=filled, template=value if has_variables else "")
    return node, [_report_unset(name, where, node) for name in missing]


def _report_unset(name: str, where: str, node: Scalar) -> Finding:
    return Finding(
        rule="compose.unset-variable",
        severity=Severity.WARNING,
        message=f"{where}: variable {name} is not set and counts as empty",
        location=node.at,
        hint="set it in .env (does git have it?) or in a file under compose.env_files "
        f"in ssl.yml, or write ${{{name}:-default}}",
    )
