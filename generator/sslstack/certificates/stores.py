"""PKCS#12 stores (RFC 7292): opened within a limit, and why one does not open."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import warnings
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from sslstack.certificates import der

LONGEST = 20.0
"""Seconds for opening a store whose counts of iterations may be hidden."""
_ENCRYPTED_DATA = bytes.fromhex("06092a864886f70d010706")
_SEVERAL_ATTEMPTS = 1_000_000
"""Rounds above which a store is not tried with several passwords."""
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)
_HASHES = {
    bytes.fromhex("2b0e03021a"): "sha1",
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
"""Hashes of MACs by object identifier, in DER."""
_MAC_KEY = 3
"""The diversifier of a key for the MAC (RFC 7292, B.3)."""


class StoreError(ValueError):
    """Why a store does not open; `password` tells that another password may help."""

    def __init__(self, message: str, *, password: bool = False) -> None:
        super().__init__(message)
        self.password = password


@dataclass(frozen=True, slots=True)
class Store:
    """What a store holds: certificates, its key's own one first, and the key in DER, PKCS#8."""

    certificates: tuple[x509.Certificate, ...]
    key: bytes | None = field(repr=False)


def open_store(data: bytes, password: bytes | None) -> Store:
    """Open a store; without a password, or with an empty one, where it has none.

    Raises StoreError.
    """
    rounds = der.count_iterations(data)
    if rounds > der.ITERATIONS:
        raise StoreError(f"has too many key-derivation iterations (limit {der.ITERATIONS:,})")
    attempts = (password, None, b"") if rounds <= _SEVERAL_ATTEMPTS else (password,)
    for attempt in dict.fromkeys(attempts):
        if (store := _load(data, attempt)) is not None:
            return store
    raise _find_reason(data, password)


def _load(data: bytes, password: bytes | None) -> Store | None:
    """Load a store; None where the password does not open it.

    What is encrypted may hold keys that are encrypted once more, with counts that are not visible
    before: such a store is opened by a process that can be ended. Raises StoreError then.
    """
    if _ENCRYPTED_DATA not in data:
        return _parse(data, password)
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; serve()"
    work = json.dumps([data.hex(), None if password is None else password.hex()])
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with the path that found it here
            [sys.executable, "-I", "-c", code],
            input=work.encode(), capture_output=True, timeout=LONGEST, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        why = f"is a PKCS#12 store that takes longer than {LONGEST:.0f} seconds to decrypt"
        raise StoreError(why) from None
    answer = json.loads(done.stdout or b"null")
    return None if answer is None else _receive(*answer)


def _receive(certificates: list[str], key: str | None) -> Store:
    held = [x509.load_der_x509_certificate(bytes.fromhex(one)) for one in certificates]
    return Store(tuple(held), None if key is None else bytes.fromhex(key))


def serve() -> None:
    """Open the store that standard input holds, in a process of its own; print what it holds."""
    data, password = json.loads(sys.stdin.buffer.read())
    store = _parse(bytes.fromhex(data), None if password is None else bytes.fromhex(password))
    answer = store and (
        [one.public_bytes(serialization.Encoding.DER).hex() for one in store.certificates],
        store.key and store.key.hex(),
    )
    sys.stdout.write(json.dumps(answer))


def _parse(data: bytes, password: bytes | None) -> Store | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            store = pkcs12.load_pkcs12(data, password)
        except _UNREADABLE:
            return None
    held = [store.cert, *store.additional_certs]
    key = store.key and store.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Store(tuple(one.certificate for one in held if one), key or None)


def _find_reason(data: bytes, password: bytes | None) -> StoreError:
    """Find why a store does not open: its MAC and its contents may have different passwords."""
    if not password:
        return StoreError("is an encrypted PKCS#12 store: its password is needed", password=True)
    outer = der.read_element(data)
    body = outer.value if outer else b""
    match list(der.read_elements(body)):
        case [_, contents, mac]:
            fits = _matches_mac(contents.value, mac.value, password)
            opens = _load(der.encode_sequence(body[: contents.end]), password) is not None
        case _:
            fits = opens = False
    if fits or opens:
        has = "checksum" if fits else "contents"
        other = "contents have" if fits else "checksum has"
        return StoreError(
            f"is a PKCS#12 store with two passwords: this one is that of its {has}, its {other} "
            "another one (openssl pkcs12 -twopass -nodes opens it)"
        )
    return StoreError("is an encrypted PKCS#12 store: the password does not open it", password=True)


def _matches_mac(contents: bytes, mac: bytes, password: bytes) -> bool:
    """Compute a store's MAC with a password (RFC 7292, 5.1) and compare; False if unknown."""
    match list(der.read_elements(contents)), list(der.read_elements(mac)):
        case [_, wrapped], [info, salt, count]:
            rounds = int.from_bytes(count.value)
        case _:
            return False
    octets, digest = der.read_element(wrapped.value), list(der.read_elements(info.value))
    name = der.read_element(digest[0].value) if digest else None
    algorithm = _HASHES.get(name.value) if name else None
    if algorithm is None or octets is None or rounds > _SEVERAL_ATTEMPTS:
        return False
    key = _derive(algorithm, password, salt.value, rounds)
    return hmac.compare_digest(hmac.digest(key, octets.value, algorithm), digest[-1].value)


def _derive(algorithm: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Derive the key of a MAC, as long as its hash (RFC 7292, B.2, for one block)."""
    block = hashlib.new(algorithm).block_size
    text = password.decode("utf-8", "replace").encode("utf-16-be") + b"\0\0"
    result = bytes([_MAC_KEY]) * block + _fill(salt, block) + _fill(text, block)
    for _ in range(rounds):
        result = hashlib.new(algorithm, result).digest()
    return result


def _fill(part: bytes, block: int) -> bytes:
    """Repeat bytes up to a multiple of the block's length."""
    length = -(-len(part) // block) * block
    return (part * (length // max(len(part), 1) + 1))[:length]
