"""Every rule for templates, by number."""

from __future__ import annotations

from sslstack.rules import (
    backends,
    certificates,
    health,
    listeners,
    networks,
    policies,
    private_keys,
    security,
    v2,
    whole,
)
from sslstack.rules.definition import Rule

_MODULES = (
    listeners,
    policies,
    security,
    backends,
    health,
    certificates,
    private_keys,
    v2,
    networks,
    whole,
)
RULES = tuple(
    sorted(
        (
            value
            for module in _MODULES
            for value in vars(module).values()
            if isinstance(value, Rule)
        ),
        key=lambda rule: rule.id[1:],
    )
)
"""The rules of all modules of this package."""
