"""Certificate and key files in every form people have them, taken apart.

`read_contents` gives what a file holds: certificates, private keys as they are, and the names of
whatever else is in it. PEM (RFC 7468) is read more kindly than the library does; DER, PKCS#7 and
PKCS#12 are recognised by content, never by the file's name.
"""

from __future__ import annotations

import base64
import re
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from sslstack.certificates import blocks, der, file_kinds
from sslstack.certificates.contents import Contents, join_contents, report_damage

if TYPE_CHECKING:
    from collections.abc import Callable

_CERTIFICATE_LABELS = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"})
_PKCS7_LABELS = frozenset({b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"})
_KEY_LABEL = re.compile(rb"(?:[A-Z0-9]+ )*PRIVATE KEY")
_OTHERS = {
    b"CERTIFICATE REQUEST": "certificate request",
    b"NEW CERTIFICATE REQUEST": "certificate request",
    b"X509 CRL": "revocation list",
    b"PUBLIC KEY": "public key",
    b"RSA PUBLIC KEY": "public key",
    b"AGE ENCRYPTED FILE": "file encrypted by age",
    b"PGP MESSAGE": "file of GnuPG",
    b"PGP PUBLIC KEY BLOCK": "PGP key",
    b"PGP PRIVATE KEY BLOCK": "PGP key",
}
_PARAMETERS = frozenset({b"EC PARAMETERS", b"DH PARAMETERS"})
_PKCS7_SIGNED = bytes.fromhex("06092a864886f70d010702")
_PKCS7_OTHERS = tuple(
    bytes.fromhex("06092a864886f70d0107") + bytes([kind]) for kind in (1, 3, 4, 5, 6)
)
_ENCRYPTED_HEADER = b"Proc-Type:"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_UNKNOWN = "holds nothing in a known format"
_PKCS12_VERSION = bytes.fromhex("020103")
_HEADER = re.compile(rb"^[A-Za-z0-9-]+:.*(?:\n[ \t].*)*\n", re.MULTILINE)
_BLANK = b"\r\n\t \0"
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)
_MOST = 2000
"""Certificates and keys of one file that are read; the largest bundles of roots hold some 300."""
_NESTED = 3
"""How deep one encoding may be in another: base64 of PEM that holds PEM."""
_BASE64 = (b"LS0tLS1CRUdJTi", b"MII")
"""How base64 of PEM and of a long sequence in DER begin."""
_BASE64_OF_PEM = re.compile(rb"LS0tLS1CRUdJTi[A-Za-z0-9+/_-]{64,}")
_OPENSSH = b"openssh-key-v1\0"


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a file is read: the password of PKCS#12, None where stores are not opened at all."""

    password: bytes | None = field(default=None, repr=False)
    stores: bool = True
    depth: int = 0


def read_contents(content: bytes, *, password: bytes | None = None) -> Contents:
    """Take a file apart; whatever it holds, this gives an answer and never raises.

    The password opens PKCS#12 only; encrypted keys are left as they are for `keys.inspect_key`.
    """
    return _read(content, _Setting(password))


def read_response(content: bytes) -> Contents:
    """Take the answer of a stranger's server apart: DER, PEM or PKCS#7, no PKCS#12."""
    return _read(content, _Setting(stores=False))


def _read(content: bytes, setting: _Setting) -> Contents:
    text, converted = _decode_text(content)
    if not text.strip(_BLANK):
        return Contents(problems=("is empty",), damaged_first=True)
    if (number := text.count(b"-----BEGIN ")) > _MOST:
        return _report_too_many(number, "blocks")
    is_pem = b"-----BEGIN " in text or blocks.find_broken_markers(blocks.normalize(text))
    found = _read_pem(text, setting) if is_pem else _read_binary(text, setting)
    if not (found.certificates or found.keys or found.others or found.problems):
        found = replace(found, problems=(_UNKNOWN,), damaged_first=True)
    return replace(found, converted=(*converted, *found.converted))


def _decode_text(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Undo UTF-16, UTF-32 and the byte order mark, as editors on Windows write them."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return content.decode("utf-32", "replace").encode("utf-8", "replace"), ("UTF-32",)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").encode("utf-8", "replace"), ("UTF-16",)
    for encoding in ("utf-16-le", "utf-16-be"):
        if "-----BEGIN ".encode(encoding) in content[:4096]:
            return content.decode(encoding, "replace").encode("utf-8", "replace"), ("UTF-16",)
    return content.removeprefix(b"\xef\xbb\xbf"), ()


def _read_pem(text: bytes, setting: _Setting) -> Contents:
    text = blocks.normalize(text)
    spoiled = blocks.find_broken_markers(text)
    found = [
        (block.line, _read_block(block, setting))
        for block in blocks.read_blocks(text)
        if block.line not in spoiled
    ]
    clauses = spoiled | blocks.find_missing_begins(text, spoiled)
    found += [(line, report_damage(clause)) for line, clause in clauses.items() if clause]
    if (line := blocks.find_conflict(text)) is not None:
        found.append((line, report_damage(f"holds a merge conflict on line {line}")))
    return join_contents([part for _, part in sorted(found, key=lambda one: one[0])])


def _report_too_many(number: int, what: str) -> Contents:
    return report_damage(
        f"holds {number:,} {what} (limit {_MOST:,}): keep only those of one server"
    )


def _read_block(block: blocks.Block, setting: _Setting) -> Contents:
    """Read one block by its content; its label tells only what was meant."""
    label, line = block.label, block.line
    if label in _PARAMETERS:
        return Contents(others=(f"block named {block.name}",))  # stands before a key, as a rule
    if block.body is None:
        return report_damage(f"is cut off: the {block.name} on line {line} has no end")
    key = _KEY_LABEL.fullmatch(label)
    if key and _ENCRYPTED_HEADER in block.body:
        return Contents(keys=(blocks.rewrite_key(label, block.body),))
    data = blocks.decode_base64(_HEADER.sub(b"", block.body))
    held = Contents() if data is None else _classify_block(data, block, setting)
    if held.certificates or held.keys or held.problems:
        return held
    if key:
        return Contents(keys=(blocks.rewrite_key(label, block.body),))
    if held.others or label not in _CERTIFICATE_LABELS | _PKCS7_LABELS:
        kind = held.others[0] if held.others else _OTHERS.get(label, f"block named {block.name}")
        return Contents(others=(kind,), left_out=(f"the {kind} on line {line}",))
    why = "that is not base64" if data is None else "that cannot be read"
    return report_damage(f"holds a {block.name} on line {line} {why}")


def _classify_block(data: bytes, block: blocks.Block, setting: _Setting) -> Contents:
    """Classify what a block's base64 holds; empty where that is not known."""
    label, name = block.label, block.name
    if data.startswith(_OPENSSH):
        return Contents(
            keys=(blocks.rewrite_key(b"OPENSSH PRIVATE KEY", base64.encodebytes(data)),)
        )
    if b"-----BEGIN " in data:
        return _read_nested(data, setting, "PEM within PEM")
    first = der.read_element(data)
    if first is None or first.tag != der.SEQUENCE:
        return Contents()
    held = _read_der(data[: first.end], setting)
    if held.problems == (_UNKNOWN,):
        return Contents()
    usual = (
        ("DER" in held.converted and held.certificates and label in _CERTIFICATE_LABELS)
        or (label in _PKCS7_LABELS and "PKCS#7" in held.converted)
        or (held.keys and _KEY_LABEL.fullmatch(label))
    )
    if usual:
        return replace(held, converted=tuple(one for one in held.converted if one != "DER"))
    others = tuple(f"{one} labelled {name}" for one in held.others)
    named = held.others and _OTHERS.get(label) == held.others[0]
    kinds = tuple("PEM" if one == "DER" else one for one in held.converted)
    return replace(
        held,
        others=held.others if named else others,
        converted=tuple(f"{kind} labelled {name}" for kind in kinds),
    )


def _read_nested(data: bytes, setting: _Setting, converted: str) -> Contents:
    """Read what was encoded once more."""
    if setting.depth >= _NESTED:
        return Contents(problems=("is encoded too many times",))
    held = _read(data, replace(setting, depth=setting.depth + 1))
    return replace(held, converted=(converted, *held.converted))


def _load_certificate(data: bytes) -> x509.Certificate | None:
    """Read one certificate; what OpenSSL appends to a "trusted" one is left out."""
    first = der.read_element(data)
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


def _read_binary(data: bytes, setting: _Setting) -> Contents:
    """Read DER, PKCS#7 and PKCS#12, and base64 without its markers."""
    parts = der.split_sequences(data)
    if parts is not None and len(parts) > _MOST:
        return _report_too_many(len(parts), "certificates")
    if parts is not None:
        return join_contents([_read_der(part, setting) for part in parts])
    if (kind := file_kinds.recognize(data)) is not None:
        return Contents(others=(kind,))
    inner = _decode_file(data)
    is_der = inner and inner[0] == der.SEQUENCE and der.split_sequences(inner)
    if inner and (is_der or b"-----BEGIN " in inner or inner.startswith(_BASE64)):
        form = "base64 without markers" if is_der else "base64 of PEM"
        held = _read_nested(inner, setting, form)
        return replace(held, converted=tuple(one for one in held.converted if one != "DER"))
    if runs := _BASE64_OF_PEM.findall(data):
        return join_contents(
            [_read_nested(_decode_file(run) or b"", setting, "base64 of PEM") for run in runs]
        )
    cut = data[0] == der.SEQUENCE and der.read_element(data) is None
    problem = "is cut off" if cut else _UNKNOWN
    return Contents(problems=(problem,), damaged_first=True)


def _decode_file(data: bytes) -> bytes | None:
    """Undo base64 of a whole file, also the URL-safe kind (RFC 4648, 5), in quotes or unpadded."""
    text = re.sub(rb"[\s\0]+", b"", data).strip(b"\"'").translate(_URL_SAFE).rstrip(b"=")
    return blocks.decode_base64(text + b"=" * (-len(text) % 4))


def _read_der(data: bytes, setting: _Setting) -> Contents:
    inner = der.read_element(data)
    start = inner.value if inner else b""
    if start.startswith(_PKCS7_SIGNED):
        return _read_pkcs7(data)
    if start.startswith(_PKCS7_OTHERS):
        return Contents(others=("PKCS#7 message that is encrypted or holds data only",))
    if start.startswith(_PKCS12_VERSION):
        return _read_pkcs12(data, setting)
    if (certificate := _load_certificate(data)) is not None:
        return Contents(certificates=(certificate,), converted=("DER",))
    for name, load in _OTHER_DER:
        try:
            load(data)
        except _UNREADABLE:
            continue
        return Contents(others=(name,))
    if der.is_key(data) or der.is_encrypted_key(data):
        return Contents(keys=(data,), converted=("DER",))
    return Contents(problems=(_UNKNOWN,))


def _load_public_key(data: bytes) -> object:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - rarely needed

    return serialization.load_der_public_key(data)


_OTHER_DER: tuple[tuple[str, Callable[[bytes], object]], ...] = (
    ("certificate request", x509.load_der_x509_csr),
    ("revocation list", x509.load_der_x509_crl),
    ("public key", _load_public_key),
)


def _read_pkcs7(data: bytes) -> Contents:
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - rarely needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # BER is what Windows writes
        try:
            certificates = pkcs7.load_der_pkcs7_certificates(data)
        except _UNREADABLE:
            return Contents(problems=("holds a PKCS#7 message that cannot be read",))
    if not certificates:
        return Contents(problems=("holds a PKCS#7 message without certificates",))
    if len(certificates) > _MOST:
        return _report_too_many(len(certificates), "certificates")
    return Contents(certificates=tuple(certificates), converted=("PKCS#7",))


def _read_pkcs12(data: bytes, setting: _Setting) -> Contents:
    from sslstack.certificates import stores  # noqa: PLC0415 - rarely needed

    if not setting.stores:
        return Contents(others=("PKCS#12 store",))
    try:
        store = stores.open_store(data, setting.password)
    except stores.StoreError as error:
        return Contents(problems=(str(error),), locked=error.password)
    keys = (store.key,) if store.key else ()
    return Contents(certificates=store.certificates, keys=keys, converted=("PKCS#12",))
