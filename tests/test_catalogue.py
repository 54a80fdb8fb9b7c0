"""The catalogue lists every rule that the source reports, at the level the source gives it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sslstack import catalogue
from sslstack.findings import Severity
from sslstack.rules.every import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(catalogue.__file__).parent
LEVELS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.NOTICE}
RULE = re.compile(r"[a-z]+(?:-[a-z]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*")
NO_RULES = {"diff", "views"}
"""Folders whose texts of this form name something else: kinds of consequences, modules."""
NO_RULE = re.compile(r".*\.(ya?ml|json|pem|lock|txt|key|crt|chain)|(sslstack|diff)\..*")
DEFAULTS = {
    "Finding": Severity.ERROR,
    "Problem": Severity.ERROR,
    "make_warning": Severity.WARNING,
    "warning": Severity.WARNING,
    "make_notice": Severity.NOTICE,
    "notice": Severity.NOTICE,
}
"""What makes a finding, and the level it has where none is given."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE)
        if name.parts[0] not in NO_RULES:
            yield str(name), ast.parse(path.read_text("utf-8"))


def _text(node: ast.expr | None) -> str | None:
    """Give a literal text as a pattern: what is filled in matches anything."""
    match node:
        case ast.Constant(value=str() as text) if RULE.fullmatch(text):
            return None if NO_RULE.fullmatch(text) else re.escape(text)
        case ast.JoinedStr(values=values):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z-]+"
                for part in values
            ]
            return "".join(parts)
        case _:
            return None


def _literals() -> Iterator[tuple[str, str]]:
    """Give every literal of the form of a rule: where it is written, and its pattern."""
    for name, module in _modules():
        docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
        for node in ast.walk(module):
            if (
                isinstance(node, ast.Constant)
                and id(node) not in docstrings
                and (pattern := _text(node))
            ):
                yield f"{name}:{node.lineno}", pattern


def _reported() -> Iterator[tuple[str, str, Severity]]:
    """Give what each call that makes a finding reports: place, pattern of the rule, level."""
    for name, module in _modules():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called not in DEFAULTS:
                continue
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            rule = keywords.get("rule") or (node.args[0] if node.args else None)
            level = keywords.get("severity")
            candidates = [rule.body, rule.orelse] if isinstance(rule, ast.IfExp) else [rule]
            for pattern in filter(None, map(_text, candidates)):
                if level is None:
                    yield f"{name}:{node.lineno}", pattern, DEFAULTS[called]
                elif isinstance(level, ast.Attribute):
                    yield f"{name}:{node.lineno}", pattern, Severity[level.attr]


def _matching(pattern: str) -> list[catalogue.Rule]:
    return [rule for name, rule in catalogue.read_rules().items() if re.fullmatch(pattern, name)]


def test_every_rule_of_the_source_is_listed() -> None:
    """A new rule needs a line in catalogue.txt."""
    found = [*_literals(), *((place, pattern) for place, pattern, _ in _reported())]
    assert [(place, pattern) for place, pattern in found if not _matching(pattern)] == []


def test_every_level_of_the_source_is_the_default() -> None:
    """One finding has one level, whatever command shows it."""
    wrong = [
        (place, rule.id, level)
        for place, pattern, level in _reported()
        for rule in _matching(pattern)
        if re.search(r"[a-z]{2}", pattern.replace("[a-z-]", "")) and rule.level is not level
    ]
    assert wrong == []


def test_every_listed_rule_is_in_the_source() -> None:
    """What is no longer reported leaves the catalogue."""
    source = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
    patterns = {pattern for _, pattern, _ in _reported()}
    own = {rule.id for rule in RULES}
    lines = (SOURCE / "catalogue.txt").read_text("utf-8").splitlines()
    listed = {line.split(" | ")[0] for line in lines if not line.startswith("#")}
    unused = {
        name
        for name in listed - own
        if f'"{name}"' not in source and not any(re.fullmatch(p, name) for p in patterns)
        if f'"{name.partition(".")[2]}"' not in source
    }
    assert set() == unused


def test_stories_show_the_default_levels() -> None:
    """What users see agrees with the catalogue, but for the stories that set levels."""
    shown = re.compile(r": (error|warning|notice): .* \[([^\]\s]+)\]\n")
    wrong = [
        (path.name, match[0])
        for path in (Path(__file__).parent / "cli").glob("*.txt")
        if path.stem not in ("levels", "renamed_rules")
        for match in shown.finditer(path.read_text("utf-8"))
        if catalogue.read_rules()[match[2]].level is not Severity(match[1])
    ]
    assert wrong == []


def test_ids_are_unique() -> None:
    """No rule is listed twice."""
    files = [(SOURCE / name).read_text("utf-8").splitlines() for name in catalogue.FILES]
    lines = [line for text in files for line in text if not line.startswith("#")]
    assert len(lines) == len(catalogue.read_rules())


def test_our_rules_of_templates_are_listed() -> None:
    """With the level that their letter means."""
    for rule in RULES:
        assert catalogue.read_rules()[rule.id].level is LEVELS[rule.id[0]]


@pytest.mark.golden
def test_the_rules_of_cfn_lint_are_listed(*, golden: bool) -> None:
    """Those of the installed version; `make golden` writes them anew."""
    from cfnlint.core import get_rules  # noqa: PLC0415 - slow
    from cfnlint.rules import errors  # noqa: PLC0415

    stock = get_rules([], [], ["I", "W", "E"], include_experimental=True)
    special = (errors.ParseError(), errors.TransformError(), errors.RuleError())
    found = {
        rule.id: " ".join(rule.shortdesc.split()).rstrip(".")
        for rule in (*stock.rules.values(), *special)
    }
    path = SOURCE / catalogue.FILES[1]
    lines = path.read_text("utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    fixed = {"E0000", "E0002"}
    expected = [
        f"{name} | {LEVELS[name[0]].value} | {'no' if name in fixed else 'yes'} | {found[name]}."
        for name in sorted(found)
    ]
    if golden:
        path.write_text("\n".join([*head, *expected]) + "\n", "utf-8")
    assert expected == path.read_text("utf-8").splitlines()[len(head) :]
