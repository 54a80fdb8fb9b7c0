"""Rules for cfn-lint: load balancers and certificates in any CloudFormation template.

    cfn-lint -a sslstack.rules -- template.yaml

cfn-lint loads the rules that are members of this module, and nothing, silently, from an empty
one; so every class is brought here.
"""

from __future__ import annotations

from importlib import import_module

from sslstack.rules import definition

_MODULES = (
    "listeners",
    "policies",
    "security",
    "backends",
    "health",
    "certificates",
    "private_keys",
    "v2",
    "networks",
    "whole",
)

RULES: tuple[type[definition.Rule], ...] = tuple(
    sorted(
        {
            member
            for name in _MODULES
            for member in vars(import_module(f"sslstack.rules.{name}")).values()
            if isinstance(member, type) and issubclass(member, definition.Rule)
            if member is not definition.Rule
        },
        key=lambda member: member.id[1:],
    )
)
"""Every rule, by number."""

globals().update({member.__name__: member for member in RULES})
