"""A file as plain `git diff` should show it: certificates in words in place of base64.

Nothing else is replaced, so that no line can hide from a reviewer: see SECURITY.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import warnings
from typing import TYPE_CHECKING

from cryptography import x509

from sslstack import escaping, key_text, redaction
from sslstack.certificates import checks, formats, names, signatures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.certificates.contents import Contents

_BLOCK = re.compile(
    r"^(?P<before>[^\n]*?)-----BEGIN CERTIFICATE-----[ \t\r]*\n"
    r"(?P<prefix>[ \t]*+(?:(?:#|//|;|\*)[ \t]*+)?)"
    r"(?P<first>[A-Za-z0-9+/]++={0,2}+)[ \t\r]*\n"
    r"(?P<lines>(?:(?P=prefix)[A-Za-z0-9+/]++={0,2}+[ \t\r]*\n)*+)"
    r"(?P=prefix)-----END CERTIFICATE-----[ \t\r]*$",
    re.MULTILINE,
)
_LINE_END = re.compile(r"(\n|\\[nr]|%0[AD]|\((?:BEGIN|END) [A-Z0-9 +_]+\))")
_AROUND = " \t\r\"'`,;#*>|()[]{}\\"
_ONE_WORD = re.compile(r"[A-Za-z0-9+/=_]+")
_WORDS = re.compile(r"[A-Za-z0-9+/=_ \t-]+")
_DAMAGED = re.compile(r"[^\s:]{24,}")
_NAME = re.compile(r"(?<=\s)[A-Za-z]{1,31}\Z")
_WORD = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}+(?!:)")
_SHORTEST_WORD = 32
_LIKE_OURS = re.compile(
    r"sha256:? +[0-9a-f]|\((?:BEGIN|END) |" + re.escape(redaction.HIDDEN), re.IGNORECASE
)


def textconv(content: bytes) -> str:
    """Give the text with every certificate in PEM replaced by a few lines that say what it is.

    What is no text (DER, PKCS#7, PKCS#12) becomes the description of what it holds. Private
    keys are hidden; a digest shows that they changed. Whatever else could make two files look
    alike (bytes that are no UTF-8, text that looks like ours) adds a digest of the whole file.
    """
    text = _text(content)
    if text is None:
        held = formats.read_contents(content)
        if held.keys or held.certificates:
            return "\n".join([*_descriptions(held), _digest("file", content)]) + "\n"
        text = content.decode("utf-8", "backslashreplace")
    shown = redaction.hide_keys(_BLOCK.sub(_described, _without_keys(text)))
    exact = (
        text.encode("utf-8", "replace") == content and escaping.escape_for_terminal(text) == text
    )
    if exact and not _LIKE_OURS.search(text):
        return shown
    return f"{shown.removesuffix(chr(10))}\n{_digest('file', content)}\n"


def _text(content: bytes) -> str | None:
    """Give what is text in UTF-8 or UTF-16; None for anything else."""
    wide = next(
        (one for one in ("utf-16-le", "utf-16-be") if "-----BEGIN ".encode(one) in content), ""
    )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = "utf-16"
    if wide:
        return content.decode(wide, "replace")
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _without_keys(text: str) -> str:
    """Hide the lines of private keys; whatever else stands among them is shown."""
    parts, at = [], 0
    for begin, end in key_text.find_keys(text):
        if text[end : end + 1] == ":" and (name := _NAME.search(text[begin:end])):
            end = begin + name.start()  # noqa: PLW2901 - a name of YAML after the key
        parts += [text[at:begin], _shown_key(text[begin:end])]
        at = end
    return "".join([*parts, text[at:]])


def _shown_key(text: str) -> str:
    """Show what stands among the lines of a key, and a digest of it all in place of the first."""
    marked = key_text.MARKER.sub(lambda found: f"({found['edge'].upper()} {found['label']})", text)
    digest = _digest("private key", text.encode("utf-8", "replace"))
    shown, hiding = [], False
    for part in _LINE_END.split(marked):
        bare = part.strip(_AROUND)
        if _LINE_END.fullmatch(part):
            shown += [] if hiding and not part.startswith("(") else [part]
            hiding = hiding and not part.startswith("(")
        elif _is_body(bare):
            shown += [] if hiding else [f"{digest}\n"]
            hiding = True
        elif part:
            shown.append(_WORD.sub(_hide_word, part))
            hiding = hiding and not bare
    whole = "".join(shown).removesuffix("\n")
    return whole if digest in whole else f"{digest} {whole}"


def _is_body(bare: str) -> bool:
    """Tell whether a line, without quotes and comment marks, is one of a key; maybe damaged."""
    if _ONE_WORD.fullmatch(bare) or (_WORDS.fullmatch(bare) and _WORD.search(bare)):
        return True
    other = re.sub(r"[A-Za-z0-9+/=_-]", "", bare)
    return bool(_DAMAGED.fullmatch(bare)) and len(other) * 4 <= len(bare)


def _hide_word(found: re.Match[str]) -> str:
    word = found[0]
    is_name = len(word) < _SHORTEST_WORD and word.isalpha()
    return word if is_name else redaction.HIDDEN


def _digest(what: str, content: bytes) -> str:
    return f"({what}: sha256 {hashlib.sha256(content).hexdigest()[:32]})"


def _descriptions(held: Contents) -> Iterator[str]:
    yield from ["(private key)"] if held.keys else []
    for one in held.certificates:
        yield from describe(one)


def _described(match: re.Match[str]) -> str:
    """Describe a block that is one certificate and nothing else; any other stays as it is."""
    lines = match["first"] + match["lines"].replace(match["prefix"], "")
    try:
        data = base64.b64decode(re.sub(r"\s+", "", lines), validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # serial numbers below 1, in old roots
            first, *rest = describe(x509.load_der_x509_certificate(data))
    except (ValueError, binascii.Error, TypeError, OverflowError, x509.InvalidVersion):
        return match[0]
    prefix = match["prefix"]
    return "\n".join([f"{match['before']}{first}", *(prefix + line for line in rest)])


def describe(certificate: x509.Certificate) -> list[str]:
    """Say in a few lines what a certificate is; a line for what changes at a renewal each."""
    covered = ", ".join(map(names.escape_name, names.read_dns_names(certificate))) or "none"
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return [
        f"certificate: {names.describe_subject(certificate)}",
        f"  names:  {covered}",
        f"  valid:  {begins:%Y-%m-%d} to {ends:%Y-%m-%d}",
        f"  key:    {checks.describe_key(certificate)}",
        f"  issuer: {names.describe_issuer(certificate)}",
        f"  sha256: {signatures.compute_fingerprint(certificate)}",
    ]
