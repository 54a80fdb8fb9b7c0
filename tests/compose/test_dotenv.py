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


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A=1\nTOKEN='opensecret\n", ".env:2: "),
        ("A=${secret", ".env:1: "),
        ("A=1\n\n# b\nse cret=1", ".env:4: "),
        ("A=${secret!}", ".env:1: "),
        ("A=${secret:?secret}", ".env:1: "),
        ("A=${}secret", ".env:1: "),
    ],
)
def test_refusals_have_a_place_and_show_nothing_of_the_file(text: str, place: str) -> None:
    """An env file holds secrets, and a compose file may name any file as one."""
    with pytest.raises(InputError) as caught:
        dotenv.parse(text.encode(), ".env", {})
    assert str(caught.value).startswith(place)
    assert "secret" not in str(caught.value)
    assert "TOKEN" not in str(caught.value)


def test_variables_that_multiply_are_refused() -> None:
    """Each is ten of the one before: 10^11 characters."""
    lines = ["V0=xxxxxxxxxx", *(f"V{i + 1}={f'${{V{i}}}' * 10}" for i in range(10))]
    with pytest.raises(InputError, match=r"\.env:7: error: the value is longer than 1,000,000"):
        dotenv.parse("\n".join(lines).encode(), ".env", {})


def test_many_long_variables_are_refused() -> None:
    lines = [f"A={'x' * 900_000}", *(f"B{i}=$A" for i in range(1000))]
    with pytest.raises(InputError, match="longer than 16,000,000 characters"):
        dotenv.parse("\n".join(lines).encode(), ".env", {})


def test_many_variables() -> None:
    content = "".join(f"K{i}=v\n" for i in range(60_000)).encode()
    assert len(dotenv.parse(content, ".env", {})) == 60_000
