"""What a listener asks of clients before it serves them: a sign-in, a certificate, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import CLIENT_CERTIFICATE, REDIRECT, SIGN_IN
from sslstack.cloudformation.possible import mappings, scalars, values

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGN_IN = frozenset({"authenticate-oidc", "authenticate-cognito", "jwt-validation"})
"""Types of actions: the page of AWS::ElasticLoadBalancingV2::Listener Action."""


def read_demands(properties: Mapping[str, Any], template: Mapping[str, Any]) -> frozenset[str]:
    """Read what a listener asks of clients by default, where it certainly does."""
    found = set()
    actions = [*mappings(properties.get("DefaultActions"), template)]
    types = [scalars(one.get("Type"), template) for one in actions]
    if types and all(one == {"redirect"} for one in types) and all(
        _leads_to_https(one, template) for one in actions
    ):  # fmt: skip
        found.add(REDIRECT)
    if any(one and one <= _SIGN_IN for one in types):
        found.add(SIGN_IN)
    modes = [
        scalars(one.get("Mode"), template) if isinstance(one, dict) else set()
        for one in values(properties.get("MutualAuthentication"), template)
    ]
    if modes and all(one == {"verify"} for one in modes):
        found.add(CLIENT_CERTIFICATE)
    return frozenset(found)


def _leads_to_https(action: Mapping[str, Any], template: Mapping[str, Any]) -> bool:
    config = action.get("RedirectConfig")
    return isinstance(config, dict) and scalars(config.get("Protocol"), template) == {"HTTPS"}
