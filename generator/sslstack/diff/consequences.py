"""What a difference means for those who connect, in words; weakenings are marked as such."""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import names
from sslstack.changes import Replacement
from sslstack.diff import facts
from sslstack.policies import predefined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sslstack.certificates import Chain
    from sslstack.diff.facts import Certificate, Facts, Listener, LoadBalancer
    from sslstack.diff.model import Diff
    from sslstack.policies import SecurityPolicy

_EVERYBODY = {"0.0.0.0/0", "::/0"}
_PROTOCOLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SPOKEN = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
_CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"


class Effect(enum.StrEnum):
    """How a consequence weighs: `weaker` and `outage` deserve a second pair of eyes."""

    WEAKER = "weaker"
    OUTAGE = "outage"
    CHANGE = "change"
    STRONGER = "stronger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One consequence: a stable kind, whom it concerns, the words, and how it weighs."""

    kind: str
    subject: str
    message: str
    effect: Effect = Effect.CHANGE


def consequences(
    diff: Diff, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Consequence, ...]:
    """Give the consequences of a difference, the gravest first."""
    old, new = facts.read(before), facts.read(after)
    found = [
        *_replaced(diff),
        *_listeners(old, new),
        *_certificates(old, new),
        *_exposure(old, new),
        *_interrupted(diff, old, new),
    ]
    gravity = list(Effect)
    return tuple(
        sorted(dict.fromkeys(found), key=lambda one: (gravity.index(one.effect), one.subject))
    )


def _replaced(diff: Diff) -> Iterator[Consequence]:
    for change in diff.resources:
        if change.type != _CLASSIC or not change.replaces:
            continue
        will = "will" if change.replacement is Replacement.TRUE else "may"
        yield Consequence(
            kind="load-balancer.replaced",
            subject=change.logical_id,
            message=f"{will} be replaced: it gets a new DNS name, and the old one ends",
            effect=Effect.OUTAGE,
        )


def _interrupted(diff: Diff, old: Facts, new: Facts) -> Iterator[Consequence]:
    """Say whose listeners are deleted and made again, as the page of the resource warns."""
    gone = {change.logical_id for change in diff.resources if change.replaces}
    renewed = {change.logical_id for change in diff.resources if change.replaces} & set(
        new.certificates
    )
    for place, listener in new.listeners.items():
        before = old.listeners.get(place)
        if before is None or listener.load_balancer in gone:
            continue
        if before != listener or listener.certificate in renewed:
            yield Consequence(
                kind="listener.interrupted",
                subject=_place(listener),
                message="may be deleted and made again: new connections fail for a moment",
                effect=Effect.OUTAGE,
            )


def _place(listener: Listener) -> str:
    return f"{listener.load_balancer}:{listener.port}"


_WORDS = {"HTTP": "http", "HTTPS": "https", "TCP": "tcp", "SSL": "tls"}


def _front(listener: Listener) -> str:
    return _WORDS.get(listener.protocol, listener.protocol)


def _back(listener: Listener) -> str:
    spoken = _WORDS.get(listener.instance_protocol, listener.instance_protocol)
    return f"{spoken}:{listener.instance_port}"


def _listeners(old: Facts, new: Facts) -> Iterator[Consequence]:
    for place in sorted({*old.listeners, *new.listeners}):
        before, after = old.listeners.get(place), new.listeners.get(place)
        if before is None and after is not None:
            yield _opened(after, old, new)
        elif before is not None and after is None:
            message = f"closed: {_front(before)} clients can no longer connect"
            yield Consequence(kind="listener.closed", subject=_place(before), message=message)
        elif before is not None and after is not None and before != after:
            yield from _changed(before, after, old, new)


def _opened(listener: Listener, old: Facts, new: Facts) -> Consequence:
    balancer = new.load_balancers.get(listener.load_balancer)
    is_new = listener.load_balancer not in old.load_balancers
    plain = "" if listener.secure else ", in plaintext"
    who = _clients(balancer, listener.port) if balancer else ""
    return Consequence(
        kind="listener.opened",
        subject=_place(listener),
        message=f"opened{plain} {who}: {_front(listener)} to {_back(listener)}".replace("  ", " "),
        effect=Effect.CHANGE if listener.secure or is_new else Effect.WEAKER,
    )


def _clients(balancer: LoadBalancer, port: str) -> str:
    sources = balancer.open.get(port, frozenset())
    if sources & _EVERYBODY:
        return "to everybody" + (" inside the network" if balancer.internal else "")
    return f"to {', '.join(sorted(sources))}" if sources else ""


def _changed(before: Listener, after: Listener, old: Facts, new: Facts) -> Iterator[Consequence]:
    subject = _place(after)

    def said(kind: str, message: str, effect: Effect = Effect.CHANGE) -> Consequence:
        return Consequence(kind=f"listener.{kind}", subject=subject, message=message, effect=effect)

    if before.secure != after.secure:
        effect = Effect.STRONGER if after.secure else Effect.WEAKER
        words = "TLS in place of plaintext" if after.secure else "plaintext in place of TLS"
        yield said("tls", f"{words}: {_front(before)} becomes {_front(after)}", effect)
    elif before.protocol != after.protocol:
        yield said("protocol", f"{_front(before)} becomes {_front(after)}")
    if before.secure and after.secure and before.policy != after.policy:
        yield from _policy(subject, before.policy, after.policy)
    if after.secure and before.certificate != after.certificate and before.certificate:
        shown = [_called(held.certificates.get(one.certificate), one.certificate)
                 for held, one in ((old, before), (new, after))]  # fmt: skip
        yield said("certificate", f"shows {shown[1]} in place of {shown[0]}")
    yield from _backend(before, after, subject)


def _called(certificate: Certificate | None, written: str) -> str:
    return f"'{certificate.subject}'" if certificate else f"'{written}'"


def _backend(before: Listener, after: Listener, subject: str) -> Iterator[Consequence]:
    def said(kind: str, message: str, effect: Effect = Effect.CHANGE) -> Consequence:
        return Consequence(kind=f"backend.{kind}", subject=subject, message=message, effect=effect)

    if before.backend_secure != after.backend_secure:
        effect = Effect.STRONGER if after.backend_secure else Effect.WEAKER
        words = "encrypted" if after.backend_secure else "plaintext"
        yield said("tls", f"the way to the backend becomes {words}: {_back(after)}", effect)
    elif _back(before) != _back(after):
        yield said("port", f"the backend {_back(before)} becomes {_back(after)}")
    if before.trusted_keys and not after.trusted_keys:
        yield said("authentication", "the backend need not prove itself any more", Effect.WEAKER)
    elif after.trusted_keys and not before.trusted_keys:
        yield said("authentication", "the backend must prove itself by its key", Effect.STRONGER)
    elif before.trusted_keys != after.trusted_keys:
        added = len(after.trusted_keys - before.trusted_keys)
        dropped = len(before.trusted_keys - after.trusted_keys)
        yield said("keys", f"trusted keys of the backend: {added} added, {dropped} dropped")
    if before.proxy != after.proxy:
        words = "gets" if after.proxy else "no longer gets"
        yield said("proxy", f"the backend {words} the PROXY header")


def _policy(subject: str, before: str, after: str) -> Iterator[Consequence]:
    """Compare what two predefined policies let clients speak."""
    known = predefined("classic")
    old, new = (
        known.get(before or "ELBSecurityPolicy-2016-08"),
        known.get(after or "ELBSecurityPolicy-2016-08"),
    )
    words = f"{before or 'the default of AWS'} becomes {after or 'the default of AWS'}"
    details, effect = _compared(old, new) if old and new else ([], Effect.CHANGE)
    yield Consequence(
        kind="listener.policy",
        subject=subject,
        message=f"security policy {words}" + (f": {'; '.join(details)}" if details else ""),
        effect=effect,
    )


def _compared(old: SecurityPolicy, new: SecurityPolicy) -> tuple[list[str], Effect]:
    details: list[str] = []
    floors = [_floor(one) for one in (old, new)]
    if floors[0] != floors[1] and all(floors):
        details.append(f"at least {floors[1]} in place of {floors[0]}")
    lost = set(old.ciphers or ()) - set(new.ciphers or ())
    gained = set(new.ciphers or ()) - set(old.ciphers or ())
    if lost:
        details.append(f"{len(lost)} ciphers dropped")
    if gained:
        details.append(f"{len(gained)} ciphers added")
    worse, better = (
        set(new.weaknesses) - set(old.weaknesses),
        set(old.weaknesses) - set(new.weaknesses),
    )
    if worse:
        details.append(f"now allows {', '.join(sorted(worse))}")
    effect = Effect.WEAKER if worse else Effect.STRONGER if better else Effect.CHANGE
    return details, effect


def _floor(policy: SecurityPolicy) -> str:
    spoken = [one for one in _PROTOCOLS if one in (policy.protocols or ())]
    return _SPOKEN.get(spoken[0], spoken[0]) if spoken else ""


def _certificates(old: Facts, new: Facts) -> Iterator[Consequence]:
    for name in sorted({*old.certificates, *new.certificates}):
        before, after = old.certificates.get(name), new.certificates.get(name)
        if before is None and after is not None:
            yield _certificate(after, "added", f"added: {_described(after)}")
            yield from _written_out(after)
        elif before is not None and after is None:
            yield _certificate(before, "removed", f"removed: '{before.subject}'")
        elif before is not None and after is not None and before != after:
            yield from _renewed(before, after)


def _certificate(
    one: Certificate, kind: str, message: str, effect: Effect = Effect.CHANGE
) -> Consequence:
    return Consequence(kind=f"certificate.{kind}", subject=one.name, message=message, effect=effect)


def _described(one: Certificate) -> str:
    if one.chain is None:
        return f"'{one.subject}'"
    return f"'{one.subject}', valid until {one.chain.expires:%Y-%m-%d}"


def _written_out(after: Certificate) -> Iterator[Consequence]:
    if after.key == "written out":
        message = "its private key is written into the template: whoever reads it has the key"
        yield _certificate(after, "exposed", message, Effect.WEAKER)


def _renewed(before: Certificate, after: Certificate) -> Iterator[Consequence]:
    old, new = before.chain, after.chain
    if before.key != after.key and after.key_fingerprint == before.key_fingerprint:
        yield _certificate(after, "delivery", "its private key arrives in another way")
    if before.key != "written out":
        yield from _written_out(after)
    if old is None or new is None:
        return
    if old.fingerprint != new.fingerprint:
        key = "the same key" if before.key_fingerprint == after.key_fingerprint else "a new key"
        ends = f"{old.expires:%Y-%m-%d} -> {new.expires:%Y-%m-%d}"
        message = f"'{after.subject}' renewed with {key}; valid until {ends}"
        effect = Effect.WEAKER if new.expires < old.expires else Effect.CHANGE
        yield _certificate(after, "renewed", message, effect)
        yield from _names(after, old, new)
        if old.leaf.issuer != new.leaf.issuer:
            issuers = [names.issuer(one.leaf) for one in (old, new)]
            message = f"issued by '{issuers[1]}' in place of '{issuers[0]}'"
            yield _certificate(after, "issuer", message)
    if [*map(names.subject, old.intermediates)] != [*map(names.subject, new.intermediates)]:
        chains = [
            " <- ".join(map(names.subject, one.intermediates)) or "none" for one in (old, new)
        ]
        yield _certificate(after, "chain", f"chain: {chains[0]} becomes {chains[1]}")
    elif old.intermediates != new.intermediates:
        yield _certificate(after, "chain", "chain: other certificates of the same names")


def _names(after: Certificate, old: Chain, new: Chain) -> Iterator[Consequence]:
    lost = [name for name in old.domains if name not in new.domains]
    gained = [name for name in new.domains if name not in old.domains]
    if lost:
        message = f"names lost: {', '.join(map(names.printable, lost))}"
        yield _certificate(after, "names", message, Effect.OUTAGE)
    if gained:
        message = f"names added: {', '.join(map(names.printable, gained))}"
        yield _certificate(after, "names", message)


def _exposure(old: Facts, new: Facts) -> Iterator[Consequence]:
    for name in sorted({*old.load_balancers, *new.load_balancers}):
        before, after = old.load_balancers.get(name), new.load_balancers.get(name)
        if before is None and after is not None:
            who = "internal" if after.internal else "internet-facing"
            yield Consequence(
                kind="load-balancer.added", subject=name, message=f"a new {who} load balancer"
            )
        elif before is not None and after is None:
            message = "removed with its DNS name"
            yield Consequence(
                kind="load-balancer.removed", subject=name, message=message, effect=Effect.OUTAGE
            )
        elif before is not None and after is not None:
            yield from _opened_to(before, after)


def _opened_to(before: LoadBalancer, after: LoadBalancer) -> Iterator[Consequence]:
    def said(kind: str, message: str, effect: Effect) -> Consequence:
        return Consequence(
            kind=f"exposure.{kind}", subject=after.name, message=message, effect=effect
        )

    if before.internal != after.internal:
        words = "internal" if after.internal else "internet-facing"
        effect = Effect.STRONGER if after.internal else Effect.WEAKER
        yield said("scheme", f"becomes {words}", effect)
    for port in sorted({*before.open} & {*after.open}):
        added = _beyond(after.open[port], before.open[port])
        dropped = _beyond(before.open[port], after.open[port])
        if added:
            message = f"port {port} is opened to {', '.join(sorted(added))}"
            yield said("clients", message, Effect.WEAKER)
        if dropped:
            still = ", ".join(sorted(after.open[port]))
            message = f"port {port} is open to {still} only, not to {', '.join(sorted(dropped))}"
            yield said("clients", message, Effect.STRONGER)
    if before.health_check != after.health_check:
        message = f"health check {before.health_check} becomes {after.health_check}"
        yield said("health-check", message, Effect.CHANGE)


def _beyond(sources: frozenset[str], known: frozenset[str]) -> set[str]:
    """Give the sources that lie in none of the known networks."""
    return {one for one in sources if not any(_within(one, other) for other in known)}


def _within(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        inner, outer = ipaddress.ip_network(one), ipaddress.ip_network(other)
    except ValueError:
        return False
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type] # of one version
