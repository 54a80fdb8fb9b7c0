"""A file as plain `git diff` should show it: certificates in words in place of base64."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack import redaction
from sslstack.certificates import checks, formats, links, names

if TYPE_CHECKING:
    from cryptography import x509

_BLOCK = re.compile(
    rb"^(?P<indent>[ \t]*+)(?P<before>[^\n]*?)-----BEGIN (?P<label>[A-Z0-9 ]+)-----"
    rb"(?:[^-]|-(?!----BEGIN ))*?-----END (?P=label)-----[ \t]*$",
    re.MULTILINE | re.DOTALL,
)

_KEY = "(private key)"
_MAY_HOLD_KEY = re.compile(rb"P\0?R\0?I\0?V\0?A\0?T\0?E\0? \0?K\0?E\0?Y\0?-")


def textconv(content: bytes) -> str:
    """Give the text with every PEM block replaced by a few lines that say what it is.

    What is no text (DER, PKCS#7, PKCS#12) becomes the description of what it holds. Private
    keys are named and not shown.
    """
    shown = _BLOCK.sub(_described, content)
    if _MAY_HOLD_KEY.search(shown) or shown == content:
        held = formats.read(content)
        if held.keys or _MAY_HOLD_KEY.search(shown):  # damaged, or in a form of its own
            return "\n".join([_KEY, *_descriptions(held)]) + "\n"
        if held.certificates and held.converted:
            return "\n".join(_descriptions(held)) + "\n"
    return redaction.hide_keys(shown.decode("utf-8", "replace"))


def _descriptions(held: formats.Contents) -> list[str]:
    return [line for one in held.certificates for line in describe(one)]


def _described(match: re.Match[bytes]) -> bytes:
    indent = match["indent"].decode()
    if b"PRIVATE KEY" in match["label"]:
        lines = [_KEY]
    else:
        held = formats.read(match[0]).certificates
        lines = describe(held[0]) if held else [f"({match['label'].decode().lower()})"]
    before = match["before"].decode("utf-8", "replace")
    first, *rest = lines
    return "\n".join([f"{indent}{before}{first}", *(indent + line for line in rest)]).encode()


def describe(certificate: x509.Certificate) -> list[str]:
    """Say in a few lines what a certificate is; a line for what changes at a renewal each."""
    covered = ", ".join(map(names.printable, names.dns_names(certificate))) or "none"
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return [
        f"certificate: {names.subject(certificate)}",
        f"  names:  {covered}",
        f"  valid:  {begins:%Y-%m-%d} to {ends:%Y-%m-%d}",
        f"  key:    {checks.describe_key(certificate)}",
        f"  issuer: {names.issuer(certificate)}",
        f"  sha256: {links.fingerprint(certificate)}",
    ]
