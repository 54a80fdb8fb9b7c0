"""Private keys behind an encoding: hexadecimal, base64, base32, lists of numbers, compressed.

What is encoded is decoded as far as it tells what it is: DER (PKCS#1, PKCS#8, SEC 1, PKCS#12), a
key of OpenSSH, text that holds a key, or one of these encoded once more. Certificates, requests
and public keys are none. Time and memory are linear in the text.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import itertools
import re
import zlib
from typing import TYPE_CHECKING

from sslstack.late_patterns import compile_late

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

BREAK = r"(?:\s|\\+(?:[nrt]|u000[ad]|x0[ad]|\n)|%0[AD]|&#(?:10|13|xa);)"
"""A line end or a blank, also as JSON, shells and URLs write it."""
LONG = 16
"""Characters from which a word of the base64 alphabet is taken for a line of a key."""
_LETTER = r"(?:[A-Za-z0-9+/_-]|%2[BF])"
_PAD = r"(?:=|%3D)"
_CHUNK = rf"{_LETTER}{{{LONG},}}+{_PAD}{{0,2}}+"
_LAST = rf"(?=[A-Za-z+/_-]*[0-9=])[A-Za-z0-9+/_-]{{1,15}}={{0,2}}+(?={BREAK}|[\"'`,;)\]}}]|$)"
_GROUP = compile_late(rf"{_CHUNK}(?:{BREAK}{{1,16}}+{_CHUNK})*+(?:{BREAK}{{1,16}}+{_LAST})?")
_BREAKS = compile_late(rf"{BREAK}+")
_NEXT = compile_late(
    r"(?:[\s\"'`,;|>#+*-]|\\+[nrt]|\\+\n|//|<br ?/?>|&#10;){1,24}+"
    rf"(?:(?=[A-Za-z+/_-]*[0-9=]|[a-z+/_-]*[A-Z]+[a-z+/_-]){_CHUNK}|{_LAST})"
)
"""A further line of a list or a program, in which every line is quoted."""
_URL_SAFE = str.maketrans("-_", "+/")
_DER_HEAD = compile_late(r"(?<![A-Za-z0-9+])M[A-P][A-Za-z0-9+/]{10}")
_HEAD = 64
"""Characters of base64 that tell what it holds."""
_DER = compile_late(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...)(?:"
    rb"\x02\x01[\x00\x01]\x30(?:[\x03-\x7f]|\x81.)\x06"  # PKCS#8, RFC 5958
    rb"|\x02\x01[\x00\x01]\x02[\x14-\x7f\x81-\x83]"  # PKCS#1, RFC 8017, and DSA
    rb"|\x02\x01\x01\x04[\x10-\x7f]"  # RFC 5915
    rb"|\x02\x01\x03\x30"  # PKCS#12, RFC 7292
    rb"|\x30(?:[\x09-\x7f]|\x81.)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05"  # encrypted PKCS#8
    rb"|\x30(?:[\x09-\x7f]|\x81.)\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01)",
    re.DOTALL,
)
_TEXT = compile_late(
    rb"PRIVATE KEY|openssh-key-v1\0|AGE-SECRET-KEY-1|Private-Lines:", re.IGNORECASE
)
_DEEPEST = 3
"""Encodings of encodings that are looked into."""
_MOST = 16_384
"""Bytes of something compressed that are looked into."""
_TRIES = 100
"""Words in a text that are decompressed to see what they hold."""
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""First bytes of gzip (RFC 1952) and zlib (RFC 1950)."""
_ENCODED_ALONE = compile_late(rb"[A-Za-z0-9+/_-][A-Za-z0-9+/_\s-]{30,}+={0,2}\s*+")
_HEX_ALONE = compile_late(r"[0-9A-Fa-f\s]+")
_HEX_WORD = r"(?:0x|\\+x|%)?(?:[0-9a-f]{2})++[0-9a-f]?(?![0-9a-z])"
_DUMPED = r"(?:(?: {2,12}| ?[|>])[^\n]{1,20})?\n[0-9a-f]{6,10}:? {1,2}"
"""From the end of a line of xxd, hexdump or od to the bytes of the next one."""
_HEX_GAP = rf"(?:{_DUMPED}|[\s:,;\"'+|]|\\+[nrt]|\\+\n)"
_HEX_GROUP = compile_late(
    rf"(?<![0-9a-z]){_HEX_WORD}(?:{_HEX_GAP}{{0,16}}+{_HEX_WORD})*+", re.IGNORECASE
)
_HEX_SHORTEST = 48
_NOT_DIGITS = compile_late(rf"{_DUMPED}|0x|[^0-9a-f]+", re.IGNORECASE)
_NUMBERS = compile_late(r"(?<![\d.])\d{1,3}(?:\s{0,8},\s{0,40}\d{1,3}){31,}+(?![\d.])")
_BASE32 = compile_late(r"(?<![A-Za-z0-9])[A-Z2-7]{48,}+(?![a-z0189])")


def _make_encodings(data: bytes) -> Iterator[str]:
    """Return what base64 makes of data, wherever it lies in what is encoded."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode()
        yield encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]


_ONCE = (
    *_make_encodings(b"PRIVATE KEY"),
    *_make_encodings(b"openssh-key-v1"),
    *_make_encodings(b"SECRET-KEY-1"),
)
_ENCODED = compile_late("|".join(map(re.escape, (*_ONCE, *(
    twice for once in _ONCE[:3] for twice in _make_encodings(once.encode())
)))))  # fmt: skip


def find_encoded(text: str) -> Iterator[Span]:
    """Return where encoded private keys are in a text; spans may overlap."""
    yield from _find_in_base64(text)
    for found in _HEX_GROUP.finditer(text):
        if len(found[0]) >= _HEX_SHORTEST and _holds_key(_decode_hex(found[0])):
            yield found.span()
    for found in _NUMBERS.finditer(text):
        numbers = [int(number) for number in re.findall(r"\d+", found[0])]
        if max(numbers) < 256 and _holds_key(bytes(numbers)):  # noqa: PLR2004 - bytes
            yield found.span()
    for found in _BASE32.finditer(text):
        if _holds_key(base64.b32decode(found[0][: len(found[0]) // 8 * 8])):
            yield found.span()


def _find_in_base64(text: str) -> Iterator[Span]:
    end = 0
    tries = iter(range(_TRIES))
    for group in _GROUP.finditer(text):
        if group.start() >= end and (begin := _find_key_begin(group[0], tries)) is not None:
            end = _find_end(text, group.end())
            yield group.start() + begin, end


def _find_key_begin(group: str, tries: Iterator[int]) -> int | None:
    """Return where a key begins in words of base64, None where none does."""
    if _ENCODED.search(_normalize(group)):
        return 0
    for head in _DER_HEAD.finditer(group.translate(_URL_SAFE)):
        # Enough for the head, with the breaks of lines that are short.
        if _DER.match(
            _decode_base64(_normalize(group[head.start() : head.start() + 4 * _HEAD])[:_HEAD])
        ):
            return head.start()
    begins = itertools.chain([0], (found.end() for found in _BREAKS.finditer(group)))
    return next((begin for begin in begins if _holds_encoded(group, begin, tries)), None)


def _holds_encoded(group: str, begin: int, tries: Iterator[int]) -> bool:
    """Return whether a word of base64 begins something compressed or encoded that holds a key."""
    data = _decode_base64(_normalize(group[begin : begin + 4 * _HEAD]))
    if data[:2] in _COMPRESSED:
        some = next(tries, None) is not None
        return some and _holds_key(_decode_base64(_normalize(group[begin : begin + _MOST])))
    return bool(_ENCODED_ALONE.fullmatch(data)) and _holds_key(data)


def _holds_key(data: bytes, depth: int = _DEEPEST) -> bool:
    """Return whether there is a key in data, or behind what it is encoded in."""
    if _TEXT.search(data) or _DER.search(data):
        return True
    if depth and data[:2] in _COMPRESSED:
        with contextlib.suppress(zlib.error):
            return _holds_key(zlib.decompressobj(47).decompress(data, _MOST), depth - 1)
    if depth and _ENCODED_ALONE.fullmatch(data):
        text = data.decode("ascii")
        inner = (
            _decode_hex(text) if _HEX_ALONE.fullmatch(text) else _decode_base64(_normalize(text))
        )
        return _holds_key(inner, depth - 1)
    return False


def _normalize(text: str) -> str:
    """Return base64 in the usual alphabet and on one line."""
    if "%" in text:
        text = text.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    return _BREAKS.sub("", text).translate(_URL_SAFE)


def _decode_base64(plain: str) -> bytes:
    """Decode base64 as far as it is whole."""
    found = re.match(r"[A-Za-z0-9+/]*", plain)
    usable = found[0] if found else ""
    try:
        return base64.b64decode(usable[: len(usable) // 4 * 4])
    except binascii.Error:
        return b""


def _decode_hex(text: str) -> bytes:
    digits = _NOT_DIGITS.sub("", text)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _find_end(text: str, end: int) -> int:
    """Return where the lines end that go on with a key."""
    while found := _NEXT.match(text, end):
        end = found.end()
    return end
