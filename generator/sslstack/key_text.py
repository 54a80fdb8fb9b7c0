"""Private keys in text: where they begin and end, whatever form somebody gave them.

PEM (RFC 7468), PGP armor (RFC 9580, 6.2), PuTTY and age keys, DER in base64 or hexadecimal, and
base64 of any of these; whole, on one line, with escaped line ends, or cut off at either end.
Certificates, requests and public keys are none. Time and memory are linear in the text.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

_BLANK = r"(?:[ +_]|%20)"
"""A blank, also as URLs and names of files write it."""
_DASHES = r"[-\u2010-\u2015\u2212]{2,8}[ +]?"
MARKER = re.compile(
    rf"{_DASHES}(?P<edge>BEGIN|END){_BLANK}+(?P<label>(?:[A-Z0-9]|{_BLANK}){{3,60}}?)[ ]?"
    rf"(?:{_DASHES}|(?![A-Z0-9 +_]|%20))",
    re.IGNORECASE,
)
_PRIVATE = re.compile(rf"PRIVATE{_BLANK}KEY", re.IGNORECASE)
_BREAK = r"(?:\s|\\+(?:[nrt]|\n)|%0[AD])"
"""A line end or a blank, also as JSON, shells and URLs write it."""
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID|X-[\w-]+):[^\n\\]*+"
_BODY_LINE = re.compile(
    rf"(?P<gap>(?:{_BREAK}|[-+>| ](?=[A-Za-z0-9+/=\s]))*+)"
    rf"(?:{_HEADER}|(?P<line>(?:[A-Za-z0-9+/=_]|%(?:2B|2F|3D))++)(?={_BREAK}|[^\w:]|$))"
)
_BODY_REVERSED = re.compile(r"[A-Za-z0-9+/=\s\\]*+")
_LONG = 16
"""Characters from which a word of the base64 alphabet is taken for a line of a key."""
_CHUNK = rf"[A-Za-z0-9+/_-]{{{_LONG},}}+={{0,2}}+"
_GROUP = re.compile(
    rf"{_CHUNK}(?:{_BREAK}{{1,16}}+{_CHUNK})*+"
    rf"(?:{_BREAK}{{1,16}}+(?=[A-Za-z+/_-]*[0-9=])[A-Za-z0-9+/_-]{{1,15}}={{0,2}}+"
    rf"(?={_BREAK}|[\"'`,;)\]}}]|$))?"
)
_BREAKS = re.compile(rf"{_BREAK}+")
_URL_SAFE = str.maketrans("-_", "+/")
_DER_HEAD = re.compile(r"(?<![A-Za-z0-9+])M[A-P][A-Za-z0-9+/]{22}")
_HEAD = 64
"""Characters of base64 that tell what it holds."""
_DER = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...)(?:"
    rb"\x02\x01[\x00\x01]\x30(?:[\x03-\x7f]|\x81.)\x06"  # PKCS#8, RFC 5958
    rb"|\x02\x01[\x00\x01]\x02[\x14-\x7f\x81-\x83]"  # PKCS#1, RFC 8017, and DSA
    rb"|\x02\x01\x01\x04[\x10-\x7f]"  # RFC 5915
    rb"|\x02\x01\x03\x30"  # PKCS#12, RFC 7292
    rb"|\x30(?:[\x09-\x7f]|\x81.)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05"  # encrypted PKCS#8
    rb"|\x30(?:[\x09-\x7f]|\x81.)\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01)",
    re.DOTALL,
)
_HEXADECIMAL = re.compile(
    r"(?<![0-9a-f])30(?P<between>[: ]?)"
    r"(?:82(?P=between)(?:[0-9a-f]{2}(?P=between)){2}|81(?P=between)[0-9a-f]{2}(?P=between)"
    r"|[0-9a-f]{2}(?P=between))"
    r"02(?P=between)01(?P=between)(?:00(?P=between)(?:30|02)|01(?P=between)04)"
    r"(?:(?P=between)\s{0,40}[0-9a-f]{2}){20,}+",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"(?<![a-z])(?:priv|privateExponent|prime[12]|exponent[12]|coefficient):\s{1,8}"
    r"(?P<value>(?:[0-9a-f]{2}:\s{0,40}){8,}+[0-9a-f]{2})"
)
"""Parts of a private key as `openssl pkey -text` prints them."""
_OTHERS = re.compile(
    r"AGE-SECRET-KEY-1[A-Z0-9]{20,}+"
    r"|(?<=Private-Lines:)[ \t]*\d+(?:(?:\s|\\+[nr])+[A-Za-z0-9+/=]{16,}+)+"
    rf"(?:{_BREAK}+[A-Za-z0-9+/]+={{1,2}}+)?"
)
_JWK = re.compile(
    r'(?P<name>\\*"(?:d|p|q|dp|dq|qi|k)\\*"\s*:\s*\\*")(?P<value>[A-Za-z0-9_-]{16,}+)'
)
_MAY_HOLD = re.compile(
    rf"[A-Za-z0-9+/_-]{{{_LONG}}}|(?i:PRIVATE(?:[ +_]|%20)KEY|[0-9a-f]{{2}}:[0-9a-f]{{2}}:)|\"kty"
)


def _encodings(data: bytes) -> Iterator[str]:
    """Give what base64 makes of data, wherever it lies in what is encoded."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        yield encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]


_ONCE = (*_encodings(b"PRIVATE KEY"), *_encodings(b"openssh-key-v1"), *_encodings(b"SECRET-KEY-1"))
_ENCODED = re.compile("|".join(map(re.escape, (*_ONCE, *(
    twice for once in _ONCE[:3] for twice in _encodings(once.encode())
)))))  # fmt: skip


def spans(text: str) -> list[Span]:
    """Give where private keys are in a text, in order; spans do not overlap."""
    if not _MAY_HOLD.search(text):
        return []
    found = [*_armored(text), *_encoded(text), *_other(text)]
    joined: list[Span] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def has_marker(text: str) -> bool:
    """Tell whether a text holds the first or last line of a private key."""
    return any(_PRIVATE.search(found["label"]) for found in MARKER.finditer(text))


def _armored(text: str) -> Iterator[Span]:
    """Give the PEM and PGP blocks; one without END goes on as far as there are lines of it."""
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
                yield marker.start(), _forward(text, marker.end())
            else:
                yield _backward(text, before, marker.start()), marker.end()
        before = marker.end()


def _forward(text: str, begin: int) -> int:
    """Give where the lines of a key end that begin at a place."""
    end = begin
    while found := _BODY_LINE.match(text, end):
        line, gap = found["line"] or "", found["gap"]
        on_new_line = "\n" in gap or "\\" in gap or "%" in gap
        if line and len(line) < _LONG and not on_new_line and line.isalpha():
            break  # a word that follows
        if found.end() == end:
            break
        end = found.end()
    return end


def _backward(text: str, limit: int, end: int) -> int:
    """Give where the lines of a key begin that end at a place."""
    body = _BODY_REVERSED.match(text[limit:end][::-1])
    begin = end - (body.end() if body else 0)
    while begin < end and (word := re.compile(r"\s*(\S+)\s*").match(text, begin, end)):
        if len(word[1]) >= _LONG:
            return word.start(1)
        begin = word.end()
    return end


def _encoded(text: str) -> Iterator[Span]:
    """Give what is a key in base64, or base64 of text that holds one."""
    for group in _GROUP.finditer(text):
        plain = _BREAKS.sub("", group[0]).translate(_URL_SAFE)
        if _ENCODED.search(plain):
            yield group.span()
            continue
        for head in _DER_HEAD.finditer(group[0].translate(_URL_SAFE)):
            begin = group.start() + head.start()
            # Enough for the head, with the breaks of lines that are short.
            some = _BREAKS.sub("", text[begin : begin + 4 * _HEAD]).translate(_URL_SAFE)
            if _is_key(some[:_HEAD]):
                yield begin, group.end()
                break


def _is_key(head: str) -> bool:
    """Tell whether base64 begins a private key or a store of them in DER."""
    whole = re.match(r"[A-Za-z0-9+/]*", head)
    usable = whole[0][: len(whole[0]) // 4 * 4] if whole else ""
    try:
        return bool(_DER.match(base64.b64decode(usable)))
    except binascii.Error:
        return False


def _other(text: str) -> Iterator[Span]:
    for pattern in (_HEXADECIMAL, _OTHERS):
        for found in pattern.finditer(text):
            yield found.span()
    for found in _PRINTED.finditer(text):
        yield found.span("value")
    if '"kty' in text or '\\"kty' in text:
        for found in _JWK.finditer(text):
            yield found.span("value")
