"""What changed certificates mean: renewed with which key, names gained and lost, other chains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.certificates import names
from sslstack.diff.model import Consequence, Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.certificates import Chain
    from sslstack.diff.facts import Certificate, Facts


def certificates(old: Facts, new: Facts) -> Iterator[Consequence]:
    """Compare the server certificates of two templates, by logical ID."""
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
