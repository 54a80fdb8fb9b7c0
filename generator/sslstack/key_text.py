"""Private keys in text: where they begin and end, whatever form somebody gave them.

PEM (RFC 7468), PGP armor (RFC 9580, 6.2), PuTTY and age keys, DER in base64 or hexadecimal, and
base64 of any of these; whole, on one line, with escaped line ends, or cut off at either end.
Certificates, requests and public keys are none. Time and memory are linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack import key_encodings
from sslstack.key_encodings import BREAK, LONG
from sslstack.late_patterns import compile_late

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

_BLANK = r"(?:[ \t\u00a0+_]|%20|\\+u00[2a]0|\\+x20|&nbsp;)"
"""A blank, also as URLs, JSON, HTML and names of files write it."""
_DASH = r"(?:[-=\u2010-\u2015\u2212]|%2D|\\+u002d|\\+x2d|&#45;)"
_DASHES = rf"(?:{_DASH}[ +]?){{2,8}}"
MARKER = compile_late(
    rf"{_DASHES}(?P<edge>BEGIN|END){_BLANK}*+(?P<label>(?:[A-Z0-9]|{_BLANK}){{3,60}}?)[ ]?"
    rf"(?:{_DASHES}|(?![A-Z0-9]|{_BLANK}))",
    re.IGNORECASE,
)
_PRIVATE = compile_late(rf"PRIVATE{_BLANK}*+KEY", re.IGNORECASE)
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|X-[\w-]+):[^\n\\]*+"
_BODY_LINE = compile_late(
    rf"(?P<gap>(?:{BREAK}|[-+>| ](?=[A-Za-z0-9+/=\s]))*+)"
    rf"(?:{_HEADER}|(?P<line>(?:[A-Za-z0-9+/=_]|%(?:2B|2F|3D))++)(?={BREAK}|[^\w:]|$))"
)
_BODY_REVERSED = compile_late(r"[A-Za-z0-9+/=\s\\]*+")
_PRINTED = compile_late(
    r"(?<![a-z])(?:priv|privateExponent|prime[12]|exponent[12]|coefficient):\s{1,8}"
    r"(?P<value>(?:[0-9a-f]{2}:\s{0,40}){8,}+[0-9a-f]{2})"
)
"""Parts of a private key as `openssl pkey -text` prints them."""
_OTHERS = compile_late(
    r"AGE-(?:SECRET-KEY|PLUGIN-[A-Z0-9]{1,40}+)-(?:PQ-)?1[A-Z0-9]{20,}+"
    r"|(?<=Private-Lines:)[ \t]*\d+(?:(?:\s|\\+[nr])+[A-Za-z0-9+/=]{16,}+)+"
    rf"(?:{BREAK}+[A-Za-z0-9+/]+={{1,2}}+)?"
    rf"|BEGIN (?:[A-Z]{{2,10}} )?PRIVATE KEY{BREAK}{{1,8}}+[A-Za-z0-9+/]{{32,}}+"
    rf"(?:{BREAK}{{1,8}}+[A-Za-z0-9+/]{{16,}}+)*+(?:{BREAK}{{1,8}}+[A-Za-z0-9+/]+={{1,2}}+)?",
    re.IGNORECASE,
)
"""Keys of age and PuTTY, and PEM whose dashes somebody left out."""
_JWK = compile_late(
    r"(?<![\w-])(?P<mark>(?:\\*[\"'])?)(?:d|p|q|dp|dq|qi|k)(?P=mark)\s{0,8}:\s{0,80}(?:\\*[\"'])?"
    r"(?P<value>[A-Za-z0-9_-]{16,}+)"
)
_KTY = compile_late(r"(?<![\w-])(?:\\*[\"'])?kty(?:\\*[\"'])?\s{0,8}:")
"""What a JSON Web Key (RFC 7517) has, in JSON or YAML."""
_MAY_HOLD = re.compile(
    rf"[A-Za-z0-9+/_-]{{{LONG}}}|(?i:PRIVATE(?:[ +_]|%20)KEY)|(?<!\w)kty"
    r"|(?i:(?:[0-9a-f]{2,4}[ :,\\x0]{1,5}){3}[0-9a-f]{2})"
)


def find_keys(text: str) -> list[Span]:
    """Return where private keys are in a text, in order; spans do not overlap."""
    if not _MAY_HOLD.search(text):
        return []
    found = [*_find_armored(text), *key_encodings.find_encoded(text), *_find_other(text)]
    joined: list[Span] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def has_marker(text: str) -> bool:
    """Return whether a text holds the first or last line of a private key."""
    return any(_PRIVATE.search(found["label"]) for found in MARKER.finditer(text))


def _find_armored(text: str) -> Iterator[Span]:
    """Return the PEM and PGP blocks; one without END goes on as far as there are lines of it."""
    markers = list(MARKER.finditer(text))
    before = 0
    for index, marker in enumerate(markers):
        begins = marker["edge"].upper() == "BEGIN"
        if _PRIVATE.search(marker["label"]):
            after = markers[index + 1] if index + 1 < len(markers) else None
            if begins and after and after["edge"].upper() == "END" and (
                _PRIVATE.search(after["label"])
            ):  # fmt: skip
                yield marker.start(), after.end()
            elif begins:
                yield marker.start(), _find_end(text, marker.end())
            else:
                yield _find_begin(text, before, marker.start()), marker.end()
        before = marker.end()


def _find_end(text: str, begin: int) -> int:
    """Return where the lines of a key end that begin at a place."""
    end = begin
    while found := _BODY_LINE.match(text, end):
        line, gap = found["line"] or "", found["gap"]
        on_new_line = "\n" in gap or "\\" in gap or "%" in gap
        if line and len(line) < LONG and not on_new_line and line.isalpha():
            break  # a word that follows
        if found.end() == end:
            break
        end = found.end()
    return end


def _find_begin(text: str, limit: int, end: int) -> int:
    """Return where the lines of a key begin that end at a place."""
    body = _BODY_REVERSED.match(text[limit:end][::-1])
    begin = end - (body.end() if body else 0)
    while begin < end and (word := re.compile(r"\s*(\S+)\s*").match(text, begin, end)):
        if len(word[1]) >= LONG:
            return word.start(1)
        begin = word.end()
    return end


def _find_other(text: str) -> Iterator[Span]:
    for found in _OTHERS.finditer(text):
        yield found.span()
    for found in _PRINTED.finditer(text):
        yield found.span("value")
    if "kty" in text and _KTY.search(text):
        for found in _JWK.finditer(text):
            yield found.span("value")
