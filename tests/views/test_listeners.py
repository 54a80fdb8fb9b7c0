"""The table of listeners."""

from __future__ import annotations

import datetime
import json

import pytest

from sslstack.views import listeners

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (280, "9 months from now"),
        (30, "1 month from now"),
        (29, "4 weeks from now"),
        (1, "1 day from now"),
        (0.5, "12 hours from now"),
        (0, "now"),
        (-3, "3 days ago"),
        (-800, "2 years ago"),
    ],
)
def test_relative(days: float, expected: str) -> None:
    assert listeners.relative(NOW + datetime.timedelta(days=days), NOW) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("example.com", "example.com"),
        ("*.xn--bcher-kva.example", "*.bücher.example"),
        ("XN--BCHER-KVA.example", "bücher.example"),
        ("xn--\u00fc.example", "xn--\u00fc.example"),
        ("xn--a.example", "xn--a.example"),
    ],
)
def test_domains_are_shown_as_people_write_them(domain: str, expected: str) -> None:
    assert listeners.display_name(domain) == expected


def test_table_and_json() -> None:
    """Columns are aligned; the stack is named where there are several; a bad row stands."""
    rows = [
        listeners.Row(
            stack="a", target="web:443", certificate="it", expires=NOW, domains=("x.org",)
        ),
        listeners.Row(stack="b", target="api:8443", certificate="", problem="cannot be read"),
    ]
    plain = "".join(c for c in listeners.table(rows, NOW))
    assert "STACK  TARGET    EXPIRES           DOMAINS\n" in plain
    assert "b      api:8443  -                 cannot be read" in plain
    assert [row["problem"] for row in json.loads(listeners.as_json(rows))] == [
        None,
        "cannot be read",
    ]
    assert "STACK" not in listeners.table(rows[:1], NOW)


def test_an_environment_has_a_column_where_there_is_one() -> None:
    rows = [
        listeners.Row(stack="a", target="web:443", certificate="it", domains=("x.org",)),
        listeners.Row(
            stack="a", target="web:443", certificate="it", domains=("y.org",), environment="prod"
        ),
    ]
    assert listeners.table(rows, NOW).splitlines() == [
        "ENVIRONMENT  TARGET   EXPIRES  DOMAINS",
        "-            web:443  -        x.org",
        "prod         web:443  -        y.org",
    ]
    plain = json.loads(listeners.as_json(rows))
    assert [row.get("environment") for row in plain] == [None, "prod"]
    assert "environment" not in plain[0]
