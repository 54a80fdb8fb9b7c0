"""Compare listeners: opened, closed, encrypted or not, and their backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.protocols import WORDS
from sslstack.certificates import names
from sslstack.diff.access import compare_demands
from sslstack.diff.clients import list_sources
from sslstack.diff.model import Consequence, Effect
from sslstack.diff.policies import compare_policies
from sslstack.diff.renewals import lost_names
from sslstack.networks import EVERYBODY
from sslstack.ports import HTTP_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.certificates import Chain
    from sslstack.diff.facts import Certificate, Facts, Front, LoadBalancer

_HTTP_PORTS = frozenset(map(str, HTTP_PORTS))


def place(listener: Front) -> str:
    """Return the name of a listener: its load balancer's logical ID and its port."""
    return f"{listener.load_balancer}:{listener.port}"


def _front(listener: Front) -> str:
    return WORDS.get(listener.protocol, listener.protocol)


def _back(listener: Front) -> str:
    spoken = WORDS.get(listener.protocols_behind, listener.protocols_behind)
    return f"{spoken}:{listener.ports_behind}"


def listeners(old: Facts, new: Facts) -> Iterator[Consequence]:
    """Compare the listeners of two templates, port by port."""
    for at in sorted({*old.listeners, *new.listeners}):
        before, after = old.listeners.get(at), new.listeners.get(at)
        if before is None and after is not None:
            yield _opened(after, old, new)
        elif before is not None and after is None:
            if _goes_on(before, old, new):
                continue
            message = f"closed: {_front(before)} clients can no longer connect"
            yield Consequence(
                kind="listener.closed",
                subject=place(before),
                message=message,
                effect=Effect.REMOVED,
            )
        elif before is not None and after is not None and before != after:
            yield from _changed(before, after, old, new)


def _goes_on(listener: Front, old: Facts, new: Facts) -> bool:
    """Return whether a listener's load balancer leaves the stack and is retained."""
    name = listener.load_balancer
    return name not in new.load_balancers and old.load_balancers[name].retained


def _opened(listener: Front, old: Facts, new: Facts) -> Consequence:
    balancer = new.load_balancers.get(listener.load_balancer)
    is_ordinary = listener.secure or (listener.protocol == "HTTP" or listener.port in _HTTP_PORTS)
    is_new = listener.load_balancer not in old.load_balancers
    plain = "" if listener.secure else ", in plaintext"
    who = _clients(balancer, listener.port) if balancer else ""
    return Consequence(
        kind="listener.opened",
        subject=place(listener),
        message=f"opened{plain} {who}: {_front(listener)} to {_back(listener)}".replace("  ", " "),
        effect=Effect.CHANGE if is_ordinary or is_new else Effect.WEAKER,
    )


def _clients(balancer: LoadBalancer, port: str) -> str:
    sources = balancer.open.get(port, frozenset())
    if sources & EVERYBODY:
        return "to everybody" + (" inside the network" if balancer.internal else "")
    return f"to {list_sources(sources)}" if sources else ""


def _changed(before: Front, after: Front, old: Facts, new: Facts) -> Iterator[Consequence]:
    subject = place(after)

    def said(kind: str, message: str, effect: Effect = Effect.CHANGE) -> Consequence:
        return Consequence(kind=f"listener.{kind}", subject=subject, message=message, effect=effect)

    if before.secure != after.secure:
        effect = Effect.STRONGER if after.secure else Effect.WEAKER
        words = "TLS instead of plaintext" if after.secure else "plaintext instead of TLS"
        yield said(
            "tls", f"{words}: protocol changes from {_front(before)} to {_front(after)}", effect
        )
    elif before.protocol != after.protocol:
        yield said("protocol", f"protocol changes from {_front(before)} to {_front(after)}")
    if before.secure and after.secure:
        yield from compare_policies(subject, before, after)
    yield from compare_demands(before, after, subject)
    if after.secure and before.certificate != after.certificate and before.certificate:
        shown = [_called(held.certificates.get(one.certificate), one.certificate)
                 for held, one in ((old, before), (new, after))]  # fmt: skip
        yield said("certificate", f"certificate changes from {shown[0]} to {shown[1]}")
    if after.secure:
        yield from _lost(before, after, old, new)
    yield from _backend(before, after, subject)


def _lost(before: Front, after: Front, old: Facts, new: Facts) -> Iterator[Consequence]:
    """Report the names for which a listener no longer has a certificate, as far as known.

    A certificate that is not in the template may be for any name.
    """
    shown = [{*one.certificates} - {""} for one in (before, after)]
    if shown[0] == shown[1]:
        return
    unknown = [
        {one for one in certificates if one not in held.certificates}
        for certificates, held in zip(shown, (old, new), strict=True)
    ]
    lost = lost_names(_chains(before, old), _chains(after, new))
    messages = []
    if lost and not unknown[1] - unknown[0] and (_chains(after, new) or unknown[1]):
        messages.append(f"names lost: {', '.join(map(names.escape_name, lost))}")
    if len(shown[1]) < len(shown[0]):
        gone = sorted((unknown[0] - shown[1]) - {before.certificate})
        messages += [f"no longer has the certificate '{one}'" for one in gone]
    for message in messages:
        yield Consequence(
            kind="listener.names", subject=place(after), message=message, effect=Effect.REMOVED
        )


def _chains(listener: Front, facts: Facts) -> list[Chain]:
    """Return the certificates of a listener that are in its template, the default first."""
    held = (facts.certificates.get(one) for one in listener.certificates)
    return [one.chain for one in held if one is not None and one.chain is not None]


def _called(certificate: Certificate | None, written: str) -> str:
    return f"'{certificate.subject}'" if certificate else f"'{written}'"


def _backend(before: Front, after: Front, subject: str) -> Iterator[Consequence]:
    def said(kind: str, message: str, effect: Effect = Effect.CHANGE) -> Consequence:
        return Consequence(kind=f"backend.{kind}", subject=subject, message=message, effect=effect)

    if before.secure_behind != after.secure_behind:
        effect = Effect.STRONGER if after.secure_behind else Effect.WEAKER
        words = "encrypted" if after.secure_behind else "plaintext"
        yield said("tls", f"the connection to the backend becomes {words}: {_back(after)}", effect)
    elif _back(before) != _back(after):
        yield said("port", f"the backend changes from {_back(before)} to {_back(after)}")
    if before.trusted_keys and not after.trusted_keys:
        yield said("authentication", "the backend is no longer authenticated", Effect.WEAKER)
    elif after.trusted_keys and not before.trusted_keys:
        yield said(
            "authentication", "the backend is authenticated by its public key", Effect.STRONGER
        )
    elif before.trusted_keys != after.trusted_keys:
        added = len(after.trusted_keys - before.trusted_keys)
        dropped = len(before.trusted_keys - after.trusted_keys)
        yield said("keys", f"trusted keys of the backend: {added} added, {dropped} removed")
    if before.proxy != after.proxy:
        words = "gets" if after.proxy else "no longer gets"
        yield said("proxy", f"the backend {words} the PROXY header")
