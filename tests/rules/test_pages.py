"""The examples on the pages of template rules: what fails, what passes, and what explains it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sslstack import cloudformation
from sslstack.rules.every import RULES

if TYPE_CHECKING:
    from sslstack.rules.definition import Rule

FOLDER = Path(__file__).parent.parent.parent / "docs" / "rules"
_EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BEHIND = re.compile(r"!If|!Ref|!FindInMap|!Sub|^ *Condition:", re.MULTILINE)
"""What makes a value or a resource depend on a condition or a parameter."""


def read_examples(rule: Rule, part: str) -> list[str]:
    """Return the templates of a section, `Fails` or `Passes`."""
    text = (FOLDER / f"{rule.id}.md").read_text("utf-8")
    section = re.split(r"^## ", text.partition(f"## {part}\n")[2], flags=re.MULTILINE)[0]
    return _EXAMPLE.findall(section)


def find_rules(text: str) -> set[str]:
    """Return the ids of the rules that report a fault in a template."""
    template = cloudformation.loads(text, "template.yaml")
    return {rule.id for rule in RULES if any(rule.find_faults(template))}


def _without_notices(found: set[str]) -> set[str]:
    return {name for name in found if not name.startswith("I")}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_failing_example_has_one_fault(rule: Rule) -> None:
    """The one of its page; notices may be beside it."""
    for example in read_examples(rule, "Fails"):
        found = find_rules(example)
        assert rule.id in found, example
        assert _without_notices(found) <= {rule.id}, example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_passing_example_has_no_fault(rule: Rule) -> None:
    """No error and no warning, whatever its page is about."""
    for example in read_examples(rule, "Passes"):
        found = find_rules(example)
        assert rule.id not in found, example
        assert _without_notices(found) == set(), example


@pytest.mark.parametrize("part", ["Fails", "Passes"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_has_two_examples_of_each(rule: Rule, part: str) -> None:
    """One of them depends on a condition or a parameter."""
    examples = read_examples(rule, part)
    assert len(examples) > 1
    assert any(_BEHIND.search(example) for example in examples)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_has_the_types_the_reason_and_the_source(rule: Rule) -> None:
    """The heading is checked with that of all pages."""
    text = (FOLDER / f"{rule.id}.md").read_text("utf-8")
    before, line, after = text.partition(
        f"\nFor {', '.join(f'`{kind}`' for kind in rule.types)}.\n"
    )
    assert before
    assert line
    reason, source, _ = after.partition(f"\nSource: <{rule.source}>\n\n## Fails\n")
    assert source
    assert len(reason.strip()) > len("because")
    assert rule.source.startswith("https://docs.aws.amazon.com/")


def test_cfn_lint_finds_the_same(tmp_path: Path) -> None:
    """Its command, run once over the last failing example of every rule."""
    expected = {}
    for rule in RULES:
        path = tmp_path / f"{rule.id}.yaml"
        path.write_text(example := read_examples(rule, "Fails")[-1], "utf-8")
        expected[path.name] = find_rules(example)
    command = [str(Path(sys.executable).with_name("cfn-lint")), "-a", "sslstack.rules"]
    options = [
        "-f",
        "json",
        "-c",
        "I",
        "-i",
        "E1",
        "E2",
        "E3",
        "W1",
        "W2",
        "W3",
        "W4",
        "W6",
        "W7",
        "W8",
    ]
    ran = subprocess.run(
        [*command, *options, "--", *sorted(expected)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    found: dict[str, set[str]] = {name: set() for name in expected}
    for match in json.loads(ran.stdout):
        found[match["Filename"]].add(match["Rule"]["Id"])
    own = {rule.id for rule in RULES}
    assert {name: rules & own for name, rules in found.items()} == expected
