"""Compare certificates: renewed with which key, names added and lost, other chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.certificates import names
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable, Iterator

    from sslstack.certificates import Chain
    from sslstack.diff.facts import Certificate, Facts


def certificates(
    old: Facts, new: Facts, now: datetime.datetime | None = None
) -> Iterator[Consequence]:
    """Compare the server certificates of two templates, by logical ID.

    Report those that are not valid `now`; without it, validity is not checked.
    """
    for name in sorted({*old.certificates, *new.certificates}):
        before, after = old.certificates.get(name), new.certificates.get(name)
        if before is None and after is not None:
            yield _certificate(after, "added", f"added: {_described(after)}")
            yield from _written_out(after)
        elif before is not None and after is None:
            yield _certificate(before, "removed", f"removed: '{before.subject}'")
        elif before is not None and after is not None and before != after:
            yield from _renewed(before, after)
        if after is not None and now is not None and (before is None or before != after):
            yield from _invalid(after, now)
    for name in sorted({*old.requested} & {*new.requested}):
        yield from _requested(name, old.requested[name], new.requested[name])


def _requested(name: str, before: Iterable[str], after: Collection[str]) -> Iterator[Consequence]:
    """Compare the names of a certificate that ACM issues."""
    lost = [one for one in before if one not in after and _wildcard(one) not in after]
    gained = [one for one in after if one not in {*before}]
    for words, changed, effect in (
        ("lost", lost, Effect.REMOVED),
        ("added", gained, Effect.CHANGE),
    ):
        if changed:
            message = f"names {words}: {', '.join(map(names.escape_name, changed))}"
            yield Consequence(
                kind="certificate.names", subject=name, message=message, effect=effect
            )


def _wildcard(name: str) -> str:
    """Return the wildcard that covers a name; it covers one label (RFC 9525, 6.3)."""
    return f"*.{name.partition('.')[2]}"


def _certificate(
    one: Certificate, kind: str, message: str, effect: Effect = Effect.CHANGE
) -> Consequence:
    return Consequence(kind=f"certificate.{kind}", subject=one.name, message=message, effect=effect)


def _described(one: Certificate) -> str:
    if one.chain is None:
        return f"'{one.subject}'"
    return f"'{one.subject}', valid until {one.chain.expires:%Y-%m-%d}"


def _invalid(after: Certificate, now: datetime.datetime) -> Iterator[Consequence]:
    if after.chain is None:
        return
    leaf = after.chain.leaf
    if leaf.not_valid_after_utc <= now:
        message = f"'{after.subject}' expired on {leaf.not_valid_after_utc:%Y-%m-%d}"
    elif leaf.not_valid_before_utc > now:
        message = f"'{after.subject}' is not valid before {leaf.not_valid_before_utc:%Y-%m-%d}"
    else:
        return
    yield _certificate(after, "invalid", f"{message}: clients reject it", Effect.OUTAGE)


def _written_out(after: Certificate) -> Iterator[Consequence]:
    if after.key == "written out":
        message = (
            "its private key is in the template: everybody who can read the template has the key"
        )
        yield _certificate(after, "exposed", message, Effect.WEAKER)


def _renewed(before: Certificate, after: Certificate) -> Iterator[Consequence]:
    old, new = before.chain, after.chain
    if before.key != after.key and after.key_fingerprint == before.key_fingerprint:
        yield _certificate(after, "delivery", "its private key is delivered in another way")
    if before.key != "written out":
        yield from _written_out(after)
    if old is None or new is None:
        return
    if old.fingerprint != new.fingerprint:
        yield _renewal(before, after, old, new)
        yield from _names(after, old, new)
        if old.leaf.issuer != new.leaf.issuer:
            issuers = [names.describe_issuer(one.leaf) for one in (old, new)]
            message = f"issuer changes from '{issuers[0]}' to '{issuers[1]}'"
            yield _certificate(after, "issuer", message)
    if [*map(names.describe_subject, old.intermediates)] != [
        *map(names.describe_subject, new.intermediates)
    ]:
        chains = [
            " <- ".join(map(names.describe_subject, one.intermediates)) or "none"
            for one in (old, new)
        ]
        yield _certificate(after, "chain", f"chain changes from {chains[0]} to {chains[1]}")
    elif old.intermediates != new.intermediates:
        yield _certificate(after, "chain", "chain: other certificates with the same names")


def _renewal(before: Certificate, after: Certificate, old: Chain, new: Chain) -> Consequence:
    """Describe whether a certificate is renewed, or replaced by one for other names."""
    key = "the same key" if before.key_fingerprint == after.key_fingerprint else "a new key"
    ends = f"{old.expires:%Y-%m-%d} -> {new.expires:%Y-%m-%d}"
    effect = Effect.WEAKER if new.expires < old.expires else Effect.CHANGE
    if set(old.domains) == set(new.domains):
        message = f"'{after.subject}' renewed with {key}; valid until {ends}"
        return _certificate(after, "renewed", message, effect)
    what = f"'{before.subject}' replaced by a certificate for other names"
    if after.subject != before.subject:
        what = f"{what}, '{after.subject}'"
    return _certificate(after, "replaced", f"{what}, with {key}; valid until {ends}", effect)


def lost_names(old: Iterable[Chain], new: Iterable[Chain]) -> list[str]:
    """Return the names of old certificates that new ones do not cover, also by a wildcard."""
    after = [*new]
    names_before = dict.fromkeys(name for chain in old for name in chain.domains)
    return [name for name in names_before if not any(_covers(chain, name) for chain in after)]


def _covers(chain: Chain, name: str) -> bool:
    if name in chain.domains:
        return True
    try:
        return names.covers_domain(chain.leaf, name)
    except ValueError:
        return False


def _names(after: Certificate, old: Chain, new: Chain) -> Iterator[Consequence]:
    lost = lost_names([old], [new])
    gained = [name for name in new.domains if name not in old.domains]
    if lost:
        message = f"names lost: {', '.join(map(names.escape_name, lost))}"
        yield _certificate(after, "names", message, Effect.REMOVED)
    if gained:
        message = f"names added: {', '.join(map(names.escape_name, gained))}"
        yield _certificate(after, "names", message)
