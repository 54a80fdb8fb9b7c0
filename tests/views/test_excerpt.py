"""The line a finding is about is shown as an editor shows it."""

from __future__ import annotations

from sslstack.findings import Location
from sslstack.views.excerpt import excerpt


def test_the_line_end_of_windows_is_not_shown() -> None:
    assert excerpt(Location("ssl.yml", 1, 3), ["a: b\r"]) == "    1 | a: b\n      |   ^\n"


def test_a_carriage_return_inside_a_line_is_shown() -> None:
    assert excerpt(Location("ssl.yml", 1, 1), ["a\rb\r"]) == "    1 | a\\rb\n      | ^\n"
