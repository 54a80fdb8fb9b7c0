"""Certificate and key files in every form people have them, taken apart.

`read` gives what a file holds: certificates, private keys as they stand, and the names of
whatever else is in it. PEM (RFC 7468) is read more kindly than the library does; DER, PKCS#7 and
PKCS#12 are recognised by content, never by the file's name.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from sslstack.certificates import der

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MARKER = re.compile(rb"-----(BEGIN|END) ([^\n-]{1,64})-----")
_CERTIFICATE_LABELS = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"})
_PKCS7_LABELS = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"})
_KEY_LABEL = re.compile(rb"(?:[A-Z0-9]+ )*PRIVATE KEY")
_OTHERS = {
    b"CERTIFICATE REQUEST": "certificate request",
    b"NEW CERTIFICATE REQUEST": "certificate request",
    b"X509 CRL": "revocation list",
    b"PUBLIC KEY": "public key",
    b"RSA PUBLIC KEY": "public key",
    b"PGP PUBLIC KEY BLOCK": "PGP key",
    b"PGP PRIVATE KEY BLOCK": "PGP key",
}
_PARAMETERS = frozenset({b"EC PARAMETERS", b"DH PARAMETERS"})
_FOREIGN = (
    (b"PuTTY-User-Key-File-", "PuTTY key"),
    (b"ssh-", "SSH public key"),
    (b"ecdsa-sha2-", "SSH public key"),
    (b"\xfe\xed\xfe\xed", "Java key store"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"<", "web page"),
)
_PKCS7_SIGNED = bytes.fromhex("06092a864886f70d010702")
_PKCS12_VERSION = bytes.fromhex("020103")
_HEADER = re.compile(rb"^[A-Za-z0-9-]+:.*(?:\n[ \t].*)*\n", re.MULTILINE)
_BLANK = b"\r\n\t \0"
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)
ITERATIONS = 10_000_000
"""Rounds of key derivation we are willing to wait for: a few seconds. OWASP asks for 600,000."""
SHUT = "stays shut"
"""Stands in the problem of a PKCS#12 store that wants a password, or another one."""
_SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds, in the file's order.

    `keys` are private keys in PEM or DER as they stood there, `others` the names of what is
    neither certificate nor key, `converted` the formats that were not PEM, `problems` what
    could not be read, each as a clause that fits after the file's name.
    """

    certificates: tuple[x509.Certificate, ...] = ()
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    others: tuple[str, ...] = ()
    converted: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def _joined(parts: list[Contents]) -> Contents:
    return Contents(
        certificates=tuple(one for part in parts for one in part.certificates),
        keys=tuple(one for part in parts for one in part.keys),
        others=tuple(one for part in parts for one in part.others),
        converted=tuple(dict.fromkeys(one for part in parts for one in part.converted)),
        problems=tuple(one for part in parts for one in part.problems)[:_SHOWN_PROBLEMS],
    )


def read(content: bytes, *, password: bytes | None = None) -> Contents:
    """Take a file apart; whatever it holds, this gives an answer and never raises.

    The password opens PKCS#12 only; encrypted keys are left as they are for `keys.inspect`.
    """
    text, converted = _as_bytes(content)
    if not text.strip(_BLANK):
        return Contents(problems=("is empty",))
    found = _pem(text) if b"-----BEGIN " in text else _binary(text, password)
    return replace(found, converted=(*converted, *found.converted))


def _as_bytes(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Undo UTF-16 and the byte order mark, as editors on Windows write them."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").encode("utf-8", "replace"), ("UTF-16",)
    for encoding in ("utf-16-le", "utf-16-be"):
        if "-----BEGIN ".encode(encoding) in content[:4096]:
            return content.decode(encoding, "replace").encode("utf-8", "replace"), ("UTF-16",)
    return content.removeprefix(b"\xef\xbb\xbf"), ()


def _pem(text: bytes) -> Contents:
    """Read the blocks of a text, whatever stands between them.

    Some people's files hold the two characters backslash and n for each end of line: they
    went through an environment variable or JSON.
    """
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if re.search(rb"-----\\(?:r\\)?n", text):
        text = text.replace(b"\\r", b"").replace(b"\\n", b"\n")
    return _joined([_block(*block) for block in _blocks(text)])


def _blocks(text: bytes) -> Iterator[tuple[bytes, bytes | None, int]]:
    """Give label, body and line of each block, in time linear in the text's length.

    The body is None where the END of the same label does not come next.
    """
    begun: re.Match[bytes] | None = None
    counted, line = 0, 1
    for marker in [*_MARKER.finditer(text), None]:
        if begun is not None:
            line += text.count(b"\n", counted, begun.start())
            counted = begun.start()
            whole = marker is not None and marker[1] == b"END" and marker[2] == begun[2]
            body = text[begun.end() : marker.start()] if marker and whole else None
            yield begun[2], body, line
        begun = marker if marker and marker[1] == b"BEGIN" else None


def _block(label: bytes, body: bytes | None, line: int) -> Contents:
    name = label.decode("ascii", "backslashreplace")
    if label in _PARAMETERS:
        return Contents()  # public numbers that stand before a key and say nothing more
    if body is None:
        return Contents(problems=(f"is cut off: the {name} on line {line} has no end",))
    if _KEY_LABEL.fullmatch(label):
        return Contents(keys=(_clean_key(label, body),))
    if label not in _CERTIFICATE_LABELS | _PKCS7_LABELS:
        return Contents(others=(_OTHERS.get(label, f"block named {name}"),))
    data = decoded(_HEADER.sub(b"", body))
    if data is None:
        return Contents(problems=(f"holds a {name} on line {line} that is not base64",))
    if label in _PKCS7_LABELS:
        return _pkcs7(data)
    certificate = _certificate(data)
    if certificate is None:
        return Contents(problems=(f"holds a {name} on line {line} that cannot be read",))
    return Contents(certificates=(certificate,))


def _clean_key(label: bytes, body: bytes) -> bytes:
    """Write a key's block anew, without blank lines and indentation (but with its headers)."""
    lines = [line.strip() for line in body.splitlines()]
    headers = b"".join(line + b"\n" for line in lines if b":" in line)
    text = b"\n".join(line for line in lines if line and b":" not in line)
    separator = b"\n" if headers else b""
    begin, end = (b"-----%b %b-----\n" % (word, label) for word in (b"BEGIN", b"END"))
    return begin + headers + separator + text + b"\n" + end


def decoded(body: bytes) -> bytes | None:
    """Undo base64, white space ignored; None where it is not base64."""
    try:
        return base64.b64decode(re.sub(rb"[\s\0]+", b"", body), validate=True)
    except binascii.Error:
        return None


def _certificate(data: bytes) -> x509.Certificate | None:
    """Read one certificate; what OpenSSL appends to a "trusted" one is left out."""
    first = der.element(data)
    if first is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # serial numbers below 1, in roots of the last century
        try:
            certificate = x509.load_der_x509_certificate(data[: first.end])
            _ = certificate.subject, certificate.issuer, certificate.not_valid_after_utc
        except _UNREADABLE:
            return None
    return certificate


def _binary(data: bytes, password: bytes | None) -> Contents:
    """Read DER, PKCS#7 and PKCS#12, and base64 without its markers."""
    for start, name in _FOREIGN:
        if data.startswith(start):
            return Contents(others=(name,))
    parts = der.sequences(data)
    if parts is None:
        inner = decoded(data)
        if inner and inner[0] == der.SEQUENCE and der.sequences(inner):
            return replace(_binary(inner, password), converted=("base64 without markers",))
        cut = data[0] == der.SEQUENCE and der.element(data) is None
        return Contents(problems=("is cut off" if cut else "holds nothing in a format known here",))
    return _joined([_der(part, password) for part in parts])


def _der(data: bytes, password: bytes | None) -> Contents:
    inner = der.element(data)
    start = inner.value if inner else b""
    if start.startswith(_PKCS7_SIGNED):
        return _pkcs7(data)
    if start.startswith(_PKCS12_VERSION):
        return _pkcs12(data, password)
    if (certificate := _certificate(data)) is not None:
        return Contents(certificates=(certificate,), converted=("DER",))
    for name, load in _OTHER_DER:
        try:
            load(data)
        except _UNREADABLE:
            continue
        return Contents(others=(name,))
    if der.is_key(data) or der.is_encrypted_key(data):
        return Contents(keys=(data,), converted=("DER",))
    return Contents(problems=("holds nothing in a format known here",))


def _load_public_key(data: bytes) -> object:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - rarely needed

    return serialization.load_der_public_key(data)


_OTHER_DER: tuple[tuple[str, Callable[[bytes], object]], ...] = (
    ("certificate request", x509.load_der_x509_csr),
    ("revocation list", x509.load_der_x509_crl),
    ("public key", _load_public_key),
)


def _pkcs7(data: bytes) -> Contents:
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - rarely needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # BER is what Windows writes
        try:
            certificates = pkcs7.load_der_pkcs7_certificates(data)
        except _UNREADABLE:
            return Contents(problems=("holds a PKCS#7 message that cannot be read",))
    if not certificates:
        return Contents(problems=("holds a PKCS#7 message without certificates",))
    return Contents(certificates=tuple(certificates), converted=("PKCS#7",))


def _pkcs12(data: bytes, password: bytes | None) -> Contents:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - rarely needed
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    if der.iterations(data) > ITERATIONS:
        return Contents(problems=("asks for more rounds of key derivation than we wait for",))
    for attempt in dict.fromkeys((password, None, b"")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                store = pkcs12.load_pkcs12(data, attempt)
            except _UNREADABLE:
                continue
        break
    else:
        why = "the password does not open it" if password else "its password is needed"
        return Contents(problems=(f"is a PKCS#12 store that {SHUT}: {why}",))
    held = [store.cert, *store.additional_certs]
    key = store.key and store.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Contents(
        certificates=tuple(one.certificate for one in held if one),
        keys=(key,) if key else (),
        converted=("PKCS#12",),
    )
