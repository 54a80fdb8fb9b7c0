"""A file as plain `git diff` should show it: certificates in words in place of base64."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack.certificates import checks, formats, links, names

if TYPE_CHECKING:
    from cryptography import x509

_BLOCK = re.compile(
    rb"^(?P<indent>[ \t]*)(?P<before>[^\n]*?)-----BEGIN (?P<label>[A-Z0-9 ]+)-----"
    rb".*?-----END (?P=label)-----[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def textconv(content: bytes) -> str:
    """Give the text with every PEM block replaced by a few lines that say what it is.

    What is no text (DER, PKCS#7, PKCS#12) becomes the description of what it holds. Private
    keys are named and not shown.
    """
    if b"-----BEGIN " in content:
        return _BLOCK.sub(_described, content).decode("utf-8", "replace")
    held = formats.read(content) if b"\0" in content else formats.Contents()
    if held.certificates:
        return "\n".join("\n".join(describe(one)) for one in held.certificates) + "\n"
    return content.decode("utf-8", "replace")


def _described(match: re.Match[bytes]) -> bytes:
    indent = match["indent"].decode()
    if b"PRIVATE KEY" in match["label"]:
        lines = ["(private key)"]
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
