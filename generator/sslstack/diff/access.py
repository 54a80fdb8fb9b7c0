"""What a listener asks of clients before it serves them: a sign-in, a certificate, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.diff.model import Consequence, Effect
from sslstack.diff.possible import mappings, scalars, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.diff.modern import Listener

REDIRECT, SIGN_IN, CLIENT_CERTIFICATE = "redirect", "sign-in", "client-certificate"
_SIGN_IN = frozenset({"authenticate-oidc", "authenticate-cognito", "jwt-validation"})
"""Types of actions: the page of AWS::ElasticLoadBalancingV2::Listener Action."""
_WORDS: Mapping[str, tuple[str, str]] = {
    REDIRECT: ("clients are no longer redirected to HTTPS", "clients are redirected to HTTPS"),
    SIGN_IN: ("clients need not sign in any more", "clients must sign in"),
    CLIENT_CERTIFICATE: (
        "clients need no certificate of their own any more",
        "clients must show a certificate of their own",
    ),
}


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


def compare_demands(before: Listener, after: Listener, subject: str) -> Iterator[Consequence]:
    """Say what a listener asks no more, and what it asks newly.

    A redirect does not count where the listener itself speaks TLS.
    """
    for demand, (dropped, added) in _WORDS.items():
        sides = demand in before.demands, demand in after.demands
        if sides[0] == sides[1] or (demand == REDIRECT and (before.secure or after.secure)):
            continue
        message, effect = (dropped, Effect.WEAKER) if sides[0] else (added, Effect.STRONGER)
        yield Consequence(
            kind=f"listener.{demand}", subject=subject, message=message, effect=effect
        )
