"""Test certificates, made on the spot, with a fixed clock.

`root()` makes an authority, `issue()` whatever an authority signs. Keys come from a pool made
once in a process: a name always gets the same key, so two certificates of one name are
cross-signs, and `key_name` parts the key from the name.
"""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

    Pair = tuple[x509.Certificate, CertificateIssuerPrivateKeyTypes]

NOW = datetime.datetime(2026, 11, 15, 12, tzinfo=datetime.UTC)
"""The moment at which all tests happen."""
DAY = datetime.timedelta(days=1)
LASTING = (datetime.datetime.now(datetime.UTC) - NOW).days + 200
"""Days of a certificate that is valid by the real clock, which commands go by."""

KeyKind = Literal[
    "p256", "p384", "p521", "p224", "k256", "rsa1024", "rsa2048", "rsa3072", "rsa4096",
    "ed25519", "ed448", "dsa",
]  # fmt: skip
_CURVES: dict[str, ec.EllipticCurve] = {
    "p224": ec.SECP224R1(), "p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1(),
    "k256": ec.SECP256K1(),
}  # fmt: skip
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}


class Issued:
    """A certificate and the private key of its subject, made when somebody first looks at them."""

    def __init__(self, make: Callable[[], Pair]) -> None:
        self._make = functools.cache(make)

    @classmethod
    def of(cls, certificate: x509.Certificate, key: CertificateIssuerPrivateKeyTypes) -> Issued:
        """Give a certificate and a key that are there already."""
        return cls(lambda: (certificate, key))

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate."""
        return self._make()[0]

    @property
    def key(self) -> CertificateIssuerPrivateKeyTypes:
        """The private key."""
        return self._make()[1]

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """The private key in PEM, PKCS#8."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, folder: Path, name: str = "site") -> None:
        """Write the certificate as `name`.crt and its key as `name`.key."""
        (folder / f"{name}.crt").write_bytes(self.pem)
        (folder / f"{name}.key").write_bytes(self.key_pem)


def signed_for(
    own: CertificateIssuerPrivateKeyTypes, name: str, issuer: Issued, *, days: float = 90
) -> Issued:
    """Make a server's certificate for a key that is given."""
    template = issue(name, issuer, domains=[name], days=days).certificate
    builder = (
        x509.CertificateBuilder(extensions=list(template.extensions))
        .subject_name(template.subject)
        .issuer_name(template.issuer)
        .public_key(own.public_key())
        .serial_number(template.serial_number)
        .not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
    )
    return Issued.of(builder.sign(issuer.key, hashes.SHA256()), own)


@functools.cache
def key(name: str = "", kind: KeyKind = "p256") -> CertificateIssuerPrivateKeyTypes:
    """Give the key of a name; the same in one process, another in the next."""
    del name
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind])
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ed448":
        return ed448.Ed448PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def root(name: str = "Test Root", **options: object) -> Issued:
    """Make a self-signed authority, valid for ten years on both sides of `NOW`."""
    far = {"days": 3650, "age": 3650, "ca": True}
    return issue(name, None, **(far | options))  # type: ignore[arg-type] # as issue() has them


def issue(
    name: str,
    issuer: Issued | None,
    *,
    kind: KeyKind = "p256",
    key_name: str | None = None,
    ca: bool = False,
    path_length: int | None = None,
    domains: Sequence[str] = (),
    days: float = 90,
    age: float = 1,
    digest: str = "sha256",
    serial: int | None = None,
    urls: Sequence[str] = (),
    without: Iterable[type[x509.ExtensionType]] = (),
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """Make a certificate, of an authority or of a server.

    `days` and `age` count from `NOW` to the end and back to the beginning of validity;
    `domains` are the DNS names, `urls` the caIssuers; `extra` replaces extensions of its type.
    """

    def make() -> Pair:
        own = key(name if key_name is None else key_name, kind)
        signer = own if issuer is None else issuer.key
        subject = named(name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.certificate.subject)
            .public_key(own.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(NOW - age * DAY)
            .not_valid_after(NOW + days * DAY)
        )
        usual = _authority(own, path_length) if ca else _server(own, domains)
        usual.append((_authority_key(signer), False))
        if urls:
            usual.append((_issuers(urls), False))
        left_out = (*without, *(type(extension) for extension, _ in extra))
        for extension, critical in (*(e for e in usual if not isinstance(e[0], left_out)), *extra):
            builder = builder.add_extension(extension, critical)
        if digest == "sha1":
            return _signed_with_sha1(builder, signer), own
        plain = isinstance(signer, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        algorithm = None if plain else _HASHES[digest]
        return builder.sign(signer, algorithm), own  # type: ignore[arg-type] # the hashes above are all allowed

    return Issued(make)


def _signed_with_sha1(
    builder: x509.CertificateBuilder, signer: CertificateIssuerPrivateKeyTypes
) -> x509.Certificate:
    """Sign with SHA-1 as authorities did until 2015; the library makes no such certificate.

    One with SHA-256 is taken apart, its two algorithm identifiers are exchanged, and what is
    then to be signed is signed anew. Only for P-256 keys.
    """
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    modern = builder.sign(signer, hashes.SHA256())
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    to_sign = modern.tbs_certificate_bytes
    at = to_sign.index(b"\x30\x0a" + sha256)
    content = to_sign[4:at] + b"\x30\x09" + sha1 + to_sign[at + 12 :]
    signed = _sequence(content)
    signature = signer.sign(signed, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - as above
    bits = b"\x03" + _length(len(signature) + 1) + b"\0" + signature
    return x509.load_der_x509_certificate(_sequence(signed + b"\x30\x09" + sha1 + bits))


def _sequence(content: bytes) -> bytes:
    return b"\x30" + _length(len(content)) + content


def _length(number: int) -> bytes:
    """Write a length as DER does (X.690, 8.1.3)."""
    if number < 128:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def named(name: str) -> x509.Name:
    """Give the distinguished name with this common name; empty when it is."""
    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if name else []
    return x509.Name(attributes)


def usage(**granted: bool) -> x509.KeyUsage:
    """Give a key usage with the named bits only."""
    bits = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{bit: granted.get(bit, False) for bit in bits})


def _authority(
    own: CertificateIssuerPrivateKeyTypes, path_length: int | None
) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (usage(key_cert_sign=True, crl_sign=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
    ]


def _server(
    own: CertificateIssuerPrivateKeyTypes, domains: Sequence[str]
) -> list[tuple[x509.ExtensionType, bool]]:
    names = [(x509.SubjectAlternativeName([x509.DNSName(d) for d in domains]), False)]
    return [
        *(names if domains else []),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage(digital_signature=True, key_encipherment=isinstance(own, rsa.RSAPrivateKey)), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
    ]


def _authority_key(signer: CertificateIssuerPrivateKeyTypes) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _issuers(urls: Sequence[str]) -> x509.AuthorityInformationAccess:
    issuers = AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(issuers, x509.UniformResourceIdentifier(url)) for url in urls]
    )


def pem(*issued: Issued) -> bytes:
    """Give the certificates in PEM, one after the other."""
    return b"".join(one.pem for one in issued)
