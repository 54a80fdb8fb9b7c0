"""What an example of docs/rules finds in its folder: certificates, a git repository.

A page names them in a comment that readers do not see: `<!-- setup: expired -->`. Every
certificate setup writes web.crt and web.key; all but those of a direct issue have an
intermediate in web.chain; root.pem is the private root.
"""

from __future__ import annotations

import datetime
import subprocess
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from support import existing_load_balancer, pki

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.emulated import Cloud

_TODAY = (datetime.datetime.now(datetime.UTC) - pki.NOW).total_seconds() / 86400
"""Days between the clock of the tests and the real one, which commands go by."""
_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
_STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])
_ELSEWHERE = x509.NameConstraints([x509.DNSName("example.org")], None)
_BROKEN = x509.UnrecognizedExtension(ExtensionOID.EXTENDED_KEY_USAGE, b"\x30\x82")
_NAMES = x509.SubjectAlternativeName([x509.DNSName("web.example.com")])

LEAVES: dict[str, dict[str, Any]] = {
    "server": {},
    "expired": {"days": -1, "age": 100},
    "expires-soon": {"days": _TODAY + 10.5},
    "not-yet-valid": {"age": -_TODAY - 10.5},
    "no-names": {"domains": []},
    "ed25519": {"kind": "ed25519"},
    "rsa-1024": {"kind": "rsa1024"},
    "rsa-2560": {"kind": "rsa2560"},
    "rsa-3072": {"kind": "rsa3072"},
    "p384": {"kind": "p384"},
    "sha1": {"digest": "sha1"},
    "for-clients": {"extra": [(_CLIENTS, False)]},
    "no-signing": {"extra": [(pki.usage(key_encipherment=True), True)]},
    "precertificate": {"extra": [(x509.PrecertPoison(), True)]},
    "must-staple": {"extra": [(_STAPLE, False)]},
    "unknown-critical": {"extra": [(_UNKNOWN, True)]},
    "odd-name": {"domains": ["web.example.com", "w*.example.com"]},
    "ca": {"ca": True, "extra": [(_NAMES, False)]},
    "broken-extension": {"extra": [(_BROKEN, False)], "without": [x509.ExtendedKeyUsage]},
    "many-names": {"domains": [f"host-{n}.example.com" for n in range(600)]},
}
"""Options of a certificate that the root issues itself."""

INTERMEDIATES: dict[str, dict[str, Any]] = {
    "chained": {},
    "chain-expired": {"days": -1, "age": 300},
    "chain-not-yet-valid": {"age": -_TODAY - 10.5},
    "chain-ends-first": {"days": pki.LASTING - 100},
    "chain-not-a-ca": {"ca": False},
    "chain-no-signing": {"extra": [(pki.usage(digital_signature=True), True)]},
    "chain-for-clients": {"extra": [(_CLIENTS, False)]},
    "chain-rsa-1024": {"kind": "rsa1024"},
    "chain-sha1": {"digest": "sha1"},
    "chain-unknown-critical": {"extra": [(_UNKNOWN, True)]},
    "chain-constrained": {"extra": [(_ELSEWHERE, True)]},
}
"""Options of the intermediate that issues the certificate."""


def git(folder: Path) -> None:
    """Make the folder a git repository without commits."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)


def self_signed(folder: Path) -> None:
    """Write a certificate that is its own issuer."""
    _leaf(None, {}).write(folder, "web")


def version_1(folder: Path) -> None:
    """Write a certificate of X.509 version 1, which openssl still makes."""
    _run(folder, "openssl req -new -newkey rsa:2048 -nodes -keyout web.key -subj /CN=web -out r")
    _run(folder, "openssl x509 -req -in r -signkey web.key -days 365 -out web.crt")


def foreign_chain(folder: Path) -> None:
    """Write a certificate whose chain file has the intermediate of another authority."""
    _chained(folder, {})
    other = pki.issue("Other CA", pki.root("Other Root"), ca=True, days=pki.LASTING + 300)
    (folder / "web.chain").write_bytes(other.pem)


def two_authorities(folder: Path) -> None:
    """Write a certificate with its chain, and a CA certificate of another authority."""
    _chained(folder, {})
    (folder / "other-ca.pem").write_bytes(_authority("Other CA", pki.root("Other Root")).pem)


def impostor(folder: Path) -> None:
    """Write a chain whose intermediate has the right name and another key."""
    _chained(folder, {})
    other = pki.issue("Test CA", pki.root(), ca=True, key_name="impostor", days=pki.LASTING + 300)
    (folder / "web.chain").write_bytes(other.pem)


def missing_issuer(folder: Path) -> None:
    """Write a certificate whose intermediate is nowhere."""
    _chained(folder, {})
    (folder / "web.chain").unlink()


def fetchable_issuer(folder: Path) -> None:
    """Write a certificate that names the address of its missing issuer."""
    _chained(folder, {}, urls=["http://ca.example.com/ca.crt"])
    (folder / "web.chain").unlink()


def public_issuer(folder: Path) -> None:
    """Write a chain that ends at a root nobody was told of."""
    _chained(folder, {})
    (folder / "root.pem").unlink()


def long_path(folder: Path) -> None:
    """Write a chain in which an intermediate may issue for servers only, and issues a CA."""
    first = _authority("First CA", pki.root(), path_length=0)
    second = _authority("Second CA", first)
    _leaf(second, {}).write(folder, "web")
    _public(folder, pki.pem(second, first))


def too_deep(folder: Path) -> None:
    """Write a chain of a dozen intermediates."""
    path = [pki.root()]
    for number in range(12):
        path.append(_authority(f"CA {number}", path[-1]))
    _leaf(path[-1], {}).write(folder, "web")
    _public(folder, pki.pem(*reversed(path[1:])))


def too_long(folder: Path) -> None:
    """Write a chain of more characters than IAM takes."""
    label = "a" * 60
    names = [x509.DNSName(f"{n}.{label}.{label}.{label}.example.com") for n in range(8000)]
    wide = [(x509.SubjectAlternativeName(names), False)]
    authority = _authority("Test CA", pki.root(), extra=wide)
    _leaf(authority, {}).write(folder, "web")
    _public(folder, authority.pem)


def other_key_identifier(folder: Path) -> None:
    """Write a certificate that names another key of its issuer."""
    stray = x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)
    authority = _authority("Test CA", pki.root())
    _leaf(authority, {"extra": [(stray, False)]}).write(folder, "web")
    _public(folder, authority.pem)


def two_intermediates(folder: Path) -> None:
    """Write the intermediates of a chain as lower.pem and upper.pem."""
    upper = _authority("Upper CA", pki.root())
    lower = _authority("Lower CA", upper)
    _leaf(lower, {}).write(folder, "web")
    _public(folder)
    (folder / "upper.pem").write_bytes(upper.pem)
    (folder / "lower.pem").write_bytes(lower.pem)


def two_folders(folder: Path) -> None:
    """Write two certificates of one file name, into the folders a and b."""
    for name in "ab":
        (folder / name).mkdir()
        root = pki.root()
        _leaf(root, {}).write(folder / name, "web")
        (folder / name / "root.pem").write_bytes(root.pem)


def pss(folder: Path) -> None:
    """Write a certificate that is signed with RSASSA-PSS."""
    authority = "openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -days 365"
    _run(folder, f"{authority} -subj '/CN=Test Root' -out root.pem")
    _run(folder, "openssl req -new -newkey rsa:2048 -nodes -keyout web.key -subj /CN=web -out r")
    _run(folder, "echo subjectAltName=DNS:web.example.com > names")
    signed = "openssl x509 -req -in r -CA root.pem -CAkey root.key -CAcreateserial -days 365"
    _run(folder, f"{signed} -sigopt rsa_padding_mode:pss -extfile names -out web.crt")


def encrypted_key(folder: Path) -> None:
    """Write the private key encrypted, as PKCS#8."""
    _direct(folder, {})
    encrypted = _leaf(pki.root(), {}).key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    (folder / "web.key").write_bytes(encrypted)


def openssh_key(folder: Path) -> None:
    """Write the private key as ssh-keygen does."""
    _direct(folder, {})
    _run(folder, 'chmod 600 web.key && ssh-keygen -q -p -N "" -f web.key')


def des_key(folder: Path) -> None:
    """Write the private key with the header of one that single DES encrypts."""
    _direct(folder, {})
    header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0123456789ABCDEF\n\n"
    key = _leaf(pki.root(), {}).key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    first, rest = key.decode().split("\n", 1)
    (folder / "web.key").write_text(f"{first}\n{header}{rest}", "utf-8")


def other_key(folder: Path) -> None:
    """Write the private key of another certificate as web.key."""
    _direct(folder, {})
    (folder / "web.key").write_bytes(_leaf(None, {"key_name": "other"}).key_pem)


def public_keys(folder: Path) -> None:
    """Write the public key of an RSA backend as rsa.pub, of an elliptic one as ec.pub."""
    for kind in ("rsa2048", "p256"):
        name = {"rsa2048": "rsa", "p256": "ec"}[kind]
        pki.issue("backend.internal", None, kind=kind, days=pki.LASTING).write(folder, name)
        _run(folder, f"openssl x509 -in {name}.crt -noout -pubkey > {name}.pub")


def _run(folder: Path, command: str) -> None:
    subprocess.run(["sh", "-c", command], cwd=folder, check=True, capture_output=True)


def _leaf(issuer: pki.Issued | None, options: dict[str, Any]) -> pki.Issued:
    usual: dict[str, Any] = {"domains": ["web.example.com"], "days": pki.LASTING}
    return pki.issue("web.example.com", issuer, **usual | options)


def _authority(name: str, issuer: pki.Issued, **options: Any) -> pki.Issued:
    usual: dict[str, Any] = {"ca": True, "days": pki.LASTING + 300, "age": 300}
    return pki.issue(name, issuer, **usual | options)


def _direct(folder: Path, options: dict[str, Any]) -> None:
    _leaf(pki.root(), options).write(folder, "web")
    _public(folder)


def _chained(folder: Path, options: dict[str, Any], **leaf: Any) -> None:
    authority = _authority("Test CA", pki.root(), **options)
    _leaf(authority, leaf).write(folder, "web")
    _public(folder, authority.pem)


def _public(folder: Path, chain: bytes = b"") -> None:
    (folder / "root.pem").write_bytes(pki.root().pem)
    if chain:
        (folder / "web.chain").write_bytes(chain)


SETUPS: dict[str, Callable[[Path], None]] = (
    {name: partial(_direct, options=options) for name, options in LEAVES.items()}
    | {name: partial(_chained, options=options) for name, options in INTERMEDIATES.items()}
    | {
        setup.__name__.replace("_", "-"): setup
        for setup in (
            git, self_signed, version_1, foreign_chain, two_authorities, impostor, missing_issuer,
            fetchable_issuer, public_issuer, two_intermediates, two_folders, pss, long_path,
            too_deep, too_long, other_key_identifier, encrypted_key, openssh_key, des_key,
            other_key,
            public_keys,
        )
    }
)  # fmt: skip

ACCOUNTS: dict[str, Callable[[Cloud], None]] = {
    "account": lambda _: None,
    "load-balancer": existing_load_balancer.by_hand,
}
"""What an example finds in an emulated account: nothing, or a load balancer for 80 and 443."""
