"""Hide the secrets among the values that differ, before a view gets them.

A property's path does not contain the name in a list of names and values, the template does:
`Environment/0/Value` of the entry whose name is DB_PASSWORD.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sslstack.redaction import HIDDEN, find_secret_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.diff.model import Diff

_TELLING = 6
"""Digits that make a number a secret wherever it is; ports and counts have fewer."""


def hide_secrets(diff: Diff, *templates: Mapping[str, Any]) -> Diff:
    """Return the difference without the values whose names in the templates mean a secret."""
    found = frozenset[str]().union(*map(find_secret_values, templates))
    secrets = {one for one in found if len(one) >= _TELLING or not one.isdigit()}
    if not secrets:
        return diff

    def hidden(value: Any) -> Any:
        is_literal = isinstance(value, str | int | float) and not isinstance(value, bool)
        return HIDDEN if is_literal and str(value) in secrets else value

    resources = tuple(
        replace(
            resource,
            properties=tuple(
                replace(one, before=hidden(one.before), after=hidden(one.after))
                for one in resource.properties
            ),
        )
        for resource in diff.resources
    )
    return replace(diff, resources=resources)
