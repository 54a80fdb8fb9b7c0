"""Compare security policies, predefined and custom: which protocols and ciphers they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.classic import PROTOCOL_PREFIX
from sslstack.balancers.policies import OF_AWS, PROTOCOLS, SPOKEN, SecurityPolicy, predefined
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.diff.facts import Front

_POST_QUANTUM = "-PQ-"
"""Part of the name of a policy with post-quantum key agreement (TLS 1.3 with ML-KEM):
describe-ssl-policies, application guide."""


def compare_policies(subject: str, before: Front, after: Front) -> Iterator[Consequence]:
    """Compare the protocols and ciphers that the security policies of a listener allow."""
    if (before.policy, before.allowed) == (after.policy, after.allowed):
        return
    old, new = _read(before), _read(after)
    names = dict.fromkeys(one.policy or "the default of AWS" for one in (before, after))
    words = f"changes from {' to '.join(names)}" if len(names) > 1 else f"{before.policy} changes"
    details, effect = _compared(old, new) if old and new else ([], Effect.CHANGE)
    yield Consequence(
        kind="listener.policy",
        subject=subject,
        message=f"security policy {words}" + (f": {'; '.join(details)}" if details else ""),
        effect=effect,
    )


def _read(listener: Front) -> SecurityPolicy | None:
    """Return what a listener's policy allows; None if that is unknown."""
    if not listener.allowed:
        return predefined(listener.kind).get(listener.policy or OF_AWS)
    protocols = {
        one.removeprefix(PROTOCOL_PREFIX) for one in listener.allowed if PROTOCOL_PREFIX in one
    }
    return SecurityPolicy(
        name=listener.policy,
        protocols=tuple(one for one in PROTOCOLS if one in protocols),
        ciphers=tuple(sorted(one for one in listener.allowed if PROTOCOL_PREFIX not in one)),
    )


def _compared(old: SecurityPolicy, new: SecurityPolicy) -> tuple[list[str], Effect]:
    details: list[str] = []
    floors = [_spoken(one)[:1] for one in (old, new)]
    if floors[0] != floors[1] and all(floors):
        details.append(f"minimum {floors[1][0]} instead of {floors[0][0]}")
    lost = set(old.ciphers or ()) - set(new.ciphers or ())
    gained = set(new.ciphers or ()) - set(old.ciphers or ())
    if lost:
        details.append(f"{len(lost)} ciphers removed")
    if gained:
        details.append(f"{len(gained)} ciphers added")
    worse = sorted(set(new.weaknesses) - set(old.weaknesses))
    if worse:
        details.append(f"now allows {', '.join(worse)}")
    dropped = _strengths(old) - _strengths(new)
    if dropped:
        details.append(f"no longer has {', '.join(sorted(dropped))}")
    if worse or dropped or _floor(new) < _floor(old):
        return details, Effect.WEAKER
    is_better = (
        set(old.weaknesses) - set(new.weaknesses)
        or _strengths(new) - _strengths(old)
        or _floor(new) > _floor(old)
    )
    return details, Effect.STRONGER if is_better else Effect.CHANGE


def _strengths(policy: SecurityPolicy) -> set[str]:
    """Return the strong features that a policy offers or requires."""
    found = set()
    if "TLSv1.3" in (policy.protocols or ()):
        found.add("TLS 1.3")
    if policy.forward_secret:
        found.add("forward secrecy for every cipher")
    if _POST_QUANTUM in policy.name:
        found.add("post-quantum key agreement")
    return found


def _floor(policy: SecurityPolicy) -> int:
    """Return the rank of the oldest protocol that a policy allows; the newest if unknown."""
    spoken = [PROTOCOLS.index(one) for one in PROTOCOLS if one in (policy.protocols or ())]
    return spoken[0] if spoken else len(PROTOCOLS)


def _spoken(policy: SecurityPolicy) -> list[str]:
    return [SPOKEN.get(one, one) for one in PROTOCOLS if one in (policy.protocols or ())]
