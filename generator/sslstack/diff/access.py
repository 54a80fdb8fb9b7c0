"""What a listener asks of clients before it serves them: a sign-in, a certificate, TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.model import CLIENT_CERTIFICATE, REDIRECT, SIGN_IN
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.diff.facts import Front

_WORDS: Mapping[str, tuple[str, str]] = {
    REDIRECT: ("clients are no longer redirected to HTTPS", "clients are redirected to HTTPS"),
    SIGN_IN: ("clients need not sign in any more", "clients must sign in"),
    CLIENT_CERTIFICATE: (
        "clients need no certificate of their own any more",
        "clients must show a certificate of their own",
    ),
}


def compare_demands(before: Front, after: Front, subject: str) -> Iterator[Consequence]:
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
