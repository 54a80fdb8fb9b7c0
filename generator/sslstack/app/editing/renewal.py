"""What another certificate changes for clients, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.stack.model import FileCertificate
from sslstack.views.listeners import display_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.certificates import Chain
    from sslstack.stack.model import Certificate


def describe(before: Certificate | None, after: Certificate | None) -> str:
    """Say `until A -> B, new key, names added: …, names lost: …`; empty where files lack."""
    if not isinstance(after, FileCertificate) or not isinstance(before, FileCertificate):
        return ""
    return ", ".join(_changes(before.chain, after.chain)) or "the same certificate and chain"


def _changes(before: Chain, after: Chain) -> Iterator[str]:
    if before.expires != after.expires:
        yield f"until {before.expires:%Y-%m-%d} -> {after.expires:%Y-%m-%d}"
    elif before.fingerprint != after.fingerprint:
        yield f"until {after.expires:%Y-%m-%d} as before"
    if before.public_key_fingerprint != after.public_key_fingerprint:
        yield "new key"
    elif before.fingerprint != after.fingerprint:
        yield "same key"
    for words, names in (
        ("names added", [one for one in after.domains if one not in before.domains]),
        ("names lost", [one for one in before.domains if one not in after.domains]),
    ):
        if names:
            yield f"{words}: {', '.join(map(display_name, names))}"
    if before.chain != after.chain:
        yield f"intermediates: {len(before.intermediates)} -> {len(after.intermediates)}"
