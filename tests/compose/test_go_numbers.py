"""Numbers are read, converted and printed as Go does it."""

from __future__ import annotations

import pytest

from sslstack.compose.go_numbers import (
    format_float,
    parse_float,
    parse_integer,
    to_signed,
    to_unsigned,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1000.0, "1000"), (1e6, "1e+06"), (1.1, "1.1"), (123456789.0, "1.23456789e+08"), (0.5, "0.5")],
)
def test_floats_print_as_go_prints_them(value: float, expected: str) -> None:
    assert expected == format_float(value)


@pytest.mark.parametrize("text", ["", " 1", "1_0", "1.0", "0x1", "\uff19", "9223372036854775808"])
def test_what_is_not_an_integer_of_64_bits(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a whole number|too large"):
        parse_integer(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1_0.5", 10.5), (".5", 0.5), ("5.", 5.0), ("0x1p-2", 0.25), ("1e3", 1e3)],
)
def test_floats_are_read(text: str, expected: float) -> None:
    assert expected == parse_float(text)


@pytest.mark.parametrize("text", ["1__0", "1_", "_1", "1e", "0x1", "1e400", "0x1p9999", ""])
def test_what_is_not_a_float(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too large"):
        parse_float(text)


def test_a_number_that_does_not_fit_becomes_the_smallest() -> None:
    assert [to_signed(number) for number in (1.9, -1.9, 1e20, float("nan"), 2**63)] == [
        1, -1, -(2**63), -(2**63), -(2**63)]  # fmt: skip
    assert [to_unsigned(n, 16) for n in (65537, 1.9, 1e20)] == [1, 1, 0]
