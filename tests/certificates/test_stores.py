"""PKCS#12 stores cost no more than a stated limit, and a refusal has its true reason."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import (
    PrivateFormat,
    pkcs12,
)

from sslstack.certificates import der, formats, key_match, stores
from support import inputs, pki

LEAF = pki.issue("web.example", pki.root(), domains=["web.example"])
SALT = b"\1" * 8


def _store(password: bytes = b"contents", *, rounds: int = 2000) -> bytes:
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(rounds)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .build(password)
    )
    return pkcs12.serialize_key_and_certificates(
        b"web", LEAF.key, LEAF.certificate, None, encryption  # type: ignore[arg-type] # an EC key
    )  # fmt: skip


def _tagged(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + der.encode_sequence(content)[1:]


def _derivation(rounds: int) -> bytes:
    """Write the parameters of PBKDF2, inside the encryption of PKCS#8."""
    count = _tagged(2, rounds.to_bytes(5, "big"))
    return der.encode_sequence(_tagged(4, SALT) + count)


def _with_other_checksum(store: bytes, password: bytes) -> bytes:
    """Give a store the MAC of another password, as `openssl pkcs12 -twopass` does."""
    body = der.read_element(store)
    assert body is not None
    version, contents, _ = der.read_elements(body.value)
    _, wrapped = der.read_elements(contents.value)
    octets = der.read_element(wrapped.value)
    assert octets is not None
    key = stores._derive("sha256", password, SALT, 5)  # noqa: SLF001 - RFC 7292, appendix B
    digest = hmac.digest(key, octets.value, hashlib.sha256)
    name = der.encode_sequence(bytes.fromhex("0609608648016503040201") + b"\5\0")
    info = der.encode_sequence(name + _tagged(4, digest))
    mac = der.encode_sequence(info + _tagged(4, SALT) + b"\2\1\5")
    assert version.value == b"\3"
    return der.encode_sequence(body.value[: contents.end] + mac)


def test_two_passwords_are_the_reason() -> None:
    store = _with_other_checksum(_store(b"contents"), b"checksum")
    for password, words in (
        (b"checksum", "this one is that of its checksum, its contents have another one"),
        (b"contents", "this one is that of its contents, its checksum has another one"),
    ):
        held = formats.read_contents(store, password=password)
        assert words in held.problems[0]
        assert not held.locked
        problems = list(
            key_match.check_key(None, inputs.source(store, "private_key"), password=password)
        )
        assert [one.rule for one in problems] == ["key.unreadable"]
    held = formats.read_contents(store, password=b"neither")
    assert held.problems == ("is an encrypted PKCS#12 store: the password does not open it",)
    assert held.locked


@pytest.mark.parametrize("counts", [[10_000_001], [1_000_000] * 11, [5_000_000, 5_000_001]])
def test_the_sum_of_all_derivations_is_limited(counts: list[int]) -> None:
    """Each of them may be harmless: a store holds any number of encrypted parts."""
    store = der.encode_sequence(b"\2\1\3" + b"".join(map(_derivation, counts)))
    assert formats.read_contents(store, password=b"secret").problems == (
        "has too many key-derivation iterations (limit 10,000,000)",
    )


def test_the_parameters_of_scrypt_are_multiplied() -> None:
    """RFC 7914: the work is N times the block size times the parallelism."""
    numbers = b"".join(_tagged(2, number.to_bytes(3)) for number in (16384, 8, 100))
    assert der.count_iterations(der.encode_sequence(_tagged(4, SALT) + numbers)) == 16384 * 8 * 100
    length = _tagged(2, (2048).to_bytes(3)) + b"\2\1\x20"
    assert der.count_iterations(der.encode_sequence(_tagged(4, SALT) + length)) == 2048


def test_what_is_nested_too_deep_is_refused() -> None:
    nested = _derivation(5)
    for _ in range(40):
        nested = der.encode_sequence(nested)
    assert der.count_iterations(nested) > der.ITERATIONS


def test_an_ordinary_store_is_read() -> None:
    held = formats.read_contents(_store(rounds=600_000), password=b"contents")
    assert held.certificates == (LEAF.certificate,)


def _encrypted(content: bytes) -> bytes:
    """Encrypt with PBES2 and an empty password: PBKDF2 with one iteration, AES-256-CBC."""
    key = hashlib.pbkdf2_hmac("sha256", b"", SALT, 1, 32)
    padding = 16 - len(content) % 16
    padded = content + bytes([padding]) * padding
    cipher = Cipher(algorithms.AES256(key), modes.CBC(b"\2" * 16)).encryptor()
    return cipher.update(padded) + cipher.finalize()


def _pbes2(rounds: int) -> bytes:
    """Write the algorithm identifier of PBES2 (RFC 8018, A.4)."""
    hmac_sha256 = der.encode_sequence(bytes.fromhex("06082a864886f70d0209") + b"\5\0")
    count = _tagged(2, rounds.to_bytes(rounds.bit_length() // 8 + 1, "big"))
    derivation = bytes.fromhex("06092a864886f70d01050c") + der.encode_sequence(
        _tagged(4, SALT) + count + hmac_sha256
    )
    aes = bytes.fromhex("060960864801650304012a") + _tagged(4, b"\2" * 16)
    parameters = der.encode_sequence(der.encode_sequence(derivation) + der.encode_sequence(aes))
    return der.encode_sequence(bytes.fromhex("06092a864886f70d01050d") + parameters)


def test_counts_hidden_by_encryption_have_a_limit_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in an encrypted part may ask for milliards, which nobody sees before it is opened."""
    monkeypatch.setattr(stores, "LONGEST", 2.0)
    shrouded = der.encode_sequence(_pbes2(2_000_000_000) + _tagged(4, b"\0" * 64))
    bag = bytes.fromhex("060b2a864886f70d010c0a0102") + _tagged(0xA0, shrouded)
    hidden = _encrypted(der.encode_sequence(der.encode_sequence(bag)))
    data_type = bytes.fromhex("06092a864886f70d0107")
    inner = der.encode_sequence(data_type + b"\1" + _pbes2(1) + _tagged(0x80, hidden))
    part = der.encode_sequence(
        data_type + b"\6" + _tagged(0xA0, der.encode_sequence(b"\2\1\0" + inner))
    )
    safes = _tagged(0xA0, _tagged(4, der.encode_sequence(part)))
    store = der.encode_sequence(b"\2\1\3" + der.encode_sequence(data_type + b"\1" + safes))
    assert der.count_iterations(store) == 1
    assert formats.read_contents(store).problems == (
        "is a PKCS#12 store that takes longer than 2 seconds to decrypt",
    )


def test_a_stranger_s_answer_is_never_opened_as_a_store() -> None:
    """Neither as it is nor in PEM; certificates in other forms are read."""
    store = _store(b"x")
    assert formats.read_response(store).certificates == ()
    assert formats.read_response(store).others == ("PKCS#12 store",)
    assert formats.read_response(LEAF.der).certificates == (LEAF.certificate,)
    assert formats.read_response(LEAF.pem).certificates == (LEAF.certificate,)
