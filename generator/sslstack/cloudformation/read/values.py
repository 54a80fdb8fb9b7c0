"""Single values of a template: the one that is certain by its text, else unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import Unknown
from sslstack.cloudformation.intrinsics import show
from sslstack.cloudformation.possible import numbers, scalars

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.balancers.model import Number, Text


ABSENT = Unknown("")
"""What is not written where AWS has no value of its own for it."""


def read_text(value: Any, template: Mapping[str, Any]) -> Text:
    """Give the one text that a value has; empty where there is no value."""
    found = scalars(value, template)
    if len(found) == 1:
        return next(iter(found))
    return "" if value is None else Unknown(show(value))


def read_protocol(value: Any, template: Mapping[str, Any]) -> Text:
    """Give a protocol in capitals: CloudFormation takes it in any case."""
    found = read_text(value, template)
    return found if isinstance(found, Unknown) else found.upper()


def read_number(value: Any, template: Mapping[str, Any], absent: Number = ABSENT) -> Number:
    """Give the one number that a value has; `absent` where there is no value."""
    if value is None:
        return absent
    found = set(numbers(value, template))
    return found.pop() if len(found) == 1 else Unknown(show(value))


def read_switch(value: Any, template: Mapping[str, Any]) -> bool | Unknown:
    """Give whether a switch is on; it is off where there is no value."""
    found = read_text(value, template)
    return found if isinstance(found, Unknown) else found == "true"


def mapping(value: Any) -> Mapping[str, Any]:
    """Give a value that is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}
