"""`${...}` in all its forms, and nothing that hurts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack.compose.interpolation import InterpolationError, substitute

_VARIABLES = {"S": "s", "E": "", "N": "n"}


def _all(template: str) -> str:
    return substitute(template, _VARIABLES, lambda _: None)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$S ${S} ${S:-d}", "s s s"),
        ("${U:-d}|${U-d}|${E:-d}|${E-d}", "d|d|d|"),
        ("${S:+p}|${E:+p}|${E+p}|${U+p}", "p||p|"),
        ("${S:?e}${E?e}", "s"),
        ("$$S $1 $( $", "$S $1 $( $"),
        ("${U:-${S}}-${U:-${V:-x}}", "s-x"),
        ("${U:-a$$b}", "a$b"),
        ("${U:-{x}}", "{x}"),
        ("a${U}b", "ab"),
        ("$Sé", "sé"),
    ],
)
def test_forms(template: str, expected: str) -> None:
    assert _all(template) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("${A B}", "is not a variable with a default"),
        ("${}", "has no variable name"),
        ("${1}", "has no variable name"),
        ("${S", "has no closing brace"),
        ("${U:?need it}", "required variable U is missing a value: need it"),
        ("${E:?}", "required variable E is missing a value"),
        ("${U:-" * 30 + "}" * 30, "nested more than 20 levels"),
        ("${" * 100_000, "has no closing brace"),
    ],
)
def test_refusals(template: str, message: str) -> None:
    with pytest.raises(InterpolationError, match=message):
        _all(template)


@given(st.text(st.sampled_from("$S{}:-?+ a"), max_size=40))
def test_any_text_is_substituted_or_refused(template: str) -> None:
    try:
        assert isinstance(_all(template), str)
    except InterpolationError as error:
        assert str(error)  # noqa: PT017
