"""Scalars mean what they mean to go-yaml, and every value keeps its place."""

from __future__ import annotations

from typing import Any

import pytest

from sslstack.compose import parser, tree
from sslstack.compose.scalars import read_plain
from sslstack.findings import Location


def _read(text: str) -> Any:
    documents, findings = parser.parse(text.encode(), "c.yml")
    assert findings == []
    return tree.to_plain(documents[0])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("yes", "yes"),
        ("0777", 511),
        ("08", 8.0),
        ("0b1", 1),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("12345678901234567890", 12345678901234567890),
        ("1e3", 1000.0),
        ("22:22", "22:22"),
        ("~", None),
        ("True", True),
        ("-1.5", -1.5),
        (".5", 0.5),
        ("-", "-"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_scalars(written: str, expected: object) -> None:
    assert read_plain(written) == expected


def test_merge_keys_are_shallow_and_own_keys_win() -> None:
    text = "x-a: &a {e: {k: 1}, l: [1]}\nx-b: &b {l: [2], m: 2}\ns: {<<: [*a, *b], e: {j: 2}}\n"
    assert _read(text)["s"] == {"e": {"j": 2}, "l": [1], "m": 2}


def test_places() -> None:
    (document,), _ = parser.parse(b"a:\n  - b: 1\n", "c.yml")
    assert tree.locate(document, ("a", 0, "b")) == Location("c.yml", 2, 8)
    assert tree.locate(document, ("a", 5)) == Location("c.yml", 2, 3)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: 1\na: 2", "yaml.duplicate-key"),
        ("a: &a {}\n<<: *a\n<<: *a", "yaml.duplicate-key"),
        ("a: {1: 2}", "compose.key"),
        ("- a", "compose.form"),
        ("a: {<<: 5}", "yaml.merge"),
    ],
)
def test_what_go_yaml_refuses(text: str, rule: str) -> None:
    _, findings = parser.parse(text.encode(), "c.yml")
    assert [finding.rule for finding in findings] == [rule]
