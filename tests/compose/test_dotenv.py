"""`.env` by Docker Compose's grammar."""

from __future__ import annotations

import pytest

from sslstack.compose import dotenv
from sslstack.errors import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB=two words\n", {"A": "1", "B": "two words"}),
        ("# comment\n\nexport A=1 # behind\nB=a#b\n", {"A": "1", "B": "a#b"}),
        ("A='$S' \nB=\"$S\\n\"\nC=$S\n", {"A": "$S", "B": "s\n", "C": "s"}),
        ("A=\nB=''\nS\nUNKNOWN\n", {"A": "", "B": "", "S": "s"}),
        ("A=1\r\nB=${A}2\r\n", {"A": "1", "B": "12"}),
        ("A='two\nlines'\nB=1", {"A": "two\nlines", "B": "1"}),
        ("A: yaml like\n", {"A": "yaml like"}),
        ("A=x-${U:-d}\n", {"A": "x-d"}),
        ("\ufeffA=1\n", {"A": "1"}),
    ],
)
def test_values(text: str, expected: dict[str, str]) -> None:
    assert dotenv.parse(text.encode(), ".env", {"S": "s"}) == expected


@pytest.mark.parametrize(("text", "place"), [("A=1\nB='open\n", ".env:2:1"), ("A=${", ".env:1:1")])
def test_refusals_have_a_place(text: str, place: str) -> None:
    with pytest.raises(InputError, match=place):
        dotenv.parse(text.encode(), ".env", {})
