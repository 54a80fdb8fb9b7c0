"""Just enough of DER (ITU-T X.690) to split encodings and to check them before opening."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE = 0x30
_INTEGER = 0x02
_OCTETS = 0x04
_CONSTRUCTED = 0x20
_LONG = 0x80
ITERATIONS = 10_000_000
"""Iterations of key derivation in one file: a few seconds. OWASP asks for 600,000."""
_DEPTH = 24
_TOO_DEEP = 2**63
"""Stands for the iterations of what is nested deeper than anything that people make."""
_COUNT_OCTETS = 8


class Element(NamedTuple):
    """One tag-length-value: its tag, its value, and where it ends in what it was read from."""

    tag: int
    value: bytes
    end: int


def read_element(data: bytes, start: int = 0) -> Element | None:
    """Read the element that starts at an offset; None when it is not whole."""
    if len(data) < start + 2:
        return None
    tag, length, position = data[start], data[start + 1], start + 2
    if length == _LONG:  # BER's indefinite length, as some PKCS#7 files have it
        return Element(tag, data[position:], len(data))
    if length > _LONG:
        octets = length - _LONG
        length = int.from_bytes(data[position : position + octets], "big")
        position += octets
    end = position + length
    return Element(tag, data[position:end], end) if end <= len(data) else None


def split_sequences(data: bytes) -> list[bytes] | None:
    """Cut concatenated sequences apart, white space and zeros after them aside; None if not."""
    found, position, end = [], 0, len(data.rstrip(b"\r\n\t \0"))
    while position < end:
        one = read_element(data, position)
        if one is None or one.tag != SEQUENCE:
            return None
        found.append(data[position : one.end])
        position = one.end
    return found


def count_iterations(data: bytes, depth: int = 0) -> int:
    """Return how many iterations the password-based encryptions in a file ask for together.

    PBKDF2 (RFC 8018, A.2), PKCS#12's own (RFC 7292, B) and its MAC write OCTET STRING salt,
    INTEGER count side by side; so does scrypt (RFC 7914, 7), whose block size and parallelism
    multiply the count. A file from elsewhere may ask for two billion, or for ten millions a
    hundred times, and OpenSSL would obey for hours. Nothing counts in more than eight octets.
    """
    total, found = 0, list(read_elements(data))
    if depth >= _DEPTH:
        return _TOO_DEEP if found else 0
    for index, one in enumerate(found):
        if one.tag == _INTEGER and index and found[index - 1].tag == _OCTETS:
            total += _multiply_counts(found[index:])
        if one.tag & _CONSTRUCTED or (one.tag == _OCTETS and _is_sequence(one.value)):
            total += count_iterations(one.value, depth + 1)
    return total


def _multiply_counts(found: list[Element]) -> int:
    """Multiply the integers that follow a salt: one for PBKDF2, three for scrypt.

    The optional length of a PBKDF2 key makes two of them; it is not multiplied.
    """
    counts = list(itertools.takewhile(lambda one: one.tag == _INTEGER, found))
    values = [int.from_bytes(one.value) for one in counts if len(one.value) <= _COUNT_OCTETS]
    return math.prod(values) if len(counts) > 2 else (values or [0])[0]  # noqa: PLR2004 - scrypt


def encode_sequence(content: bytes) -> bytes:
    """Encode a sequence around its content."""
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < _LONG else bytes([_LONG | len(octets)]) + octets
    return bytes([SEQUENCE]) + length + content


def is_key(data: bytes) -> bool:
    """Return whether DER may be an unencrypted private key, going by its version.

    PKCS#8 and PKCS#1 begin with INTEGER 0 or 1, SEC 1 with 1 (RFC 5958, 2; RFC 8017, A.1.2;
    RFC 5915, 3).
    """
    first, _ = _read_first_two(data)
    return first is not None and first.tag == _INTEGER and first.value in {b"\0", b"\1"}


def is_encrypted_key(data: bytes) -> bool:
    """Return whether DER is an algorithm and an octet string, an encrypted PKCS#8 (RFC 5958, 3)."""
    first, second = _read_first_two(data)
    tags = (first and first.tag, second and second.tag)
    return tags == (SEQUENCE, _OCTETS)


def _read_first_two(data: bytes) -> tuple[Element | None, Element | None]:
    outer = read_element(data)
    first = read_element(outer.value) if outer and outer.tag == SEQUENCE else None
    return first, read_element(outer.value, first.end) if outer and first else None


def _is_sequence(data: bytes) -> bool:
    """Return whether an octet string holds DER, not a salt, a digest or a ciphertext."""
    one = read_element(data)
    return one is not None and one.tag == SEQUENCE and one.end == len(data)


def read_elements(data: bytes) -> Iterator[Element]:
    """Return the elements that follow each other, up to the first that is not whole."""
    position = 0
    while (one := read_element(data, position)) is not None:
        yield one
        position = one.end
