"""Findings are values that are put in order and said once."""

from __future__ import annotations

import pytest

from sslstack.findings import Finding, Location, find_nearest, merge_environments


def _finding(message: str, line: int = 1, related: Location | None = None) -> Finding:
    return Finding(rule="a.b", message=message, location=Location("ssl.yml", line), related=related)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], []),
        ([("", ["a"])], ["a"]),
        ([("", ["a"]), ("prod", ["a"])], ["a"]),
        ([("", ["a"]), ("prod", ["a", "b"])], ["a", "b (in environment prod)"]),
        ([("", []), ("prod", ["a"]), ("test", ["a"])],
         ["a (in environment prod)", "a (in environment test)"]),
    ],
)  # fmt: skip
def test_said_once_or_with_the_environment(
    found: list[tuple[str, list[str]]], said: list[str]
) -> None:
    given = [(environment, map(_finding, messages)) for environment, messages in found]
    assert [one.message for one in merge_environments(given)] == said


def test_two_templates_that_show_the_same_are_one_finding() -> None:
    base = _finding("a", related=Location("templates/a.yaml", 3))
    other = _finding("a", related=Location("templates/a.prod.yaml", 4))
    assert merge_environments([("", [base]), ("prod", [other])]) == (base,)


def test_a_name_is_compared_with_the_first_500_others_only() -> None:
    others = [f"{number:040}" for number in range(500)]
    assert find_nearest("certificte", [*others[1:], "certificate", "certificates"]) == "certificate"
    assert find_nearest("certificte", [*others, "certificate"]) is None
