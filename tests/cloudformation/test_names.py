"""Names: unique, stable, and changed whenever the content changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack.cloudformation.names import logical_id, policy_name

_names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("web", "WebX"), ("my-app", "MyAppX"), ("web2", "Web2X"), ("a-b-c", "ABCX")],
)
def test_simple_names_stay_readable(name: str, expected: str) -> None:
    assert logical_id(name, "X") == expected


@given(_names, _names)
def test_no_two_names_meet(one: str, other: str) -> None:
    """`my-app`, `my_app`, `my.app` and `myapp` are four resources."""
    assert (logical_id(one, "S") == logical_id(other, "S")) == (one == other)


@given(_names)
def test_logical_ids_are_what_cloudformation_takes(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,254}", logical_id(name, "LoadBalancer"))


def test_policies_are_named_after_their_content() -> None:
    one = policy_name("ssl-negotiation", [("a", "1")])
    assert one == policy_name("ssl-negotiation", [("a", "1")])
    assert one != policy_name("ssl-negotiation", [("a", "2")])
    assert re.fullmatch(r"ssl-negotiation-[0-9a-f]{8}", one)
