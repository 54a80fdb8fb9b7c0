"""Compare what a listener requires of clients: a sign-in, a client certificate, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.model import CLIENT_CERTIFICATE, REDIRECT, SIGN_IN
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.diff.facts import Front

_WORDS: Mapping[str, tuple[str, str]] = {
    REDIRECT: ("clients are no longer redirected to HTTPS", "clients are redirected to HTTPS"),
    SIGN_IN: ("clients no longer have to sign in", "clients must sign in"),
    CLIENT_CERTIFICATE: (
        "clients no longer need a client certificate",
        "clients must present a client certificate",
    ),
}


def compare_demands(before: Front, after: Front, subject: str) -> Iterator[Consequence]:
    """Report what a listener no longer requires, and what it newly requires.

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
