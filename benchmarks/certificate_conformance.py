"""How far our verdicts on chains and key pairs agree with OpenSSL's, and how long they take.

Chains: every end entity of NIST's PKITS (from the package cryptography_vectors), with all of its
authorities as the pool, and generated ones with cross-signs, decoys, duplicates and faults, each
in several orders. Pairs: certificates and keys of every kind in every form, matching and not.
OpenSSL checks the same files; where the two differ, the case and the reason are printed, except
for the differences that are meant (`DELIBERATE`), which are counted. Times are those of the CPU.
"""

from __future__ import annotations

import datetime
import itertools
import random
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from sslstack.certificates import Source, formats, key_identifiers, key_match, roots
from sslstack.certificates.chains import find_chain
from sslstack.certificates.model import write_pem
from sslstack.findings import Location, Severity
from support import pki

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.certificates.chains import ResolvedChain

DELIBERATE = {
    "chain.key-identifier": "browsers go by names and signatures: a warning, OpenSSL refuses it",
    "chain.weak-key": "no browser trusts a DSA key, OpenSSL does",
}
"""Rules by which an answer differs from OpenSSL's on purpose, and why."""
PKITS_MOMENT = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A leaf, a pool, the roots, and when they are judged."""

    name: str
    leaf: x509.Certificate
    pool: tuple[x509.Certificate, ...]
    roots: tuple[x509.Certificate, ...]
    at: datetime.datetime


def main() -> None:
    """Print both agreements, and every difference."""
    with tempfile.TemporaryDirectory() as folder:
        chains([*pkits(), *generated()], Path(folder))
        key_pairs(Path(folder))


def chains(cases: Sequence[Case], folder: Path) -> None:
    """Compare verdicts on chains with `openssl verify`."""
    agreed, deliberate, slowest, spent = 0, 0, 0.0, 0.0
    for case in cases:
        begun = time.process_time()
        found = find_chain(case.leaf, case.pool, roots.make_private_roots(case.roots), case.at)
        took = time.process_time() - begun
        slowest, spent = max(slowest, took), spent + took
        theirs = _openssl_verify(case, folder)
        valid = case.leaf.not_valid_before_utc <= case.at <= case.leaf.not_valid_after_utc
        if (found.trusted and valid) == (theirs == ""):
            agreed += 1
        elif _rules(found, case) & DELIBERATE.keys():
            deliberate += 1
        else:
            ours = "; ".join(problem.message for problem in found.problems) or "valid"
            print(f"  {case.name}: ours: {ours}; OpenSSL: {theirs or 'valid'}")
    number = len(cases)
    print(f"chains: {agreed + deliberate} of {number} as expected, {deliberate} of them unlike "
          f"OpenSSL on purpose, {spent / number * 1000:.2f} ms each, "
          f"slowest {slowest * 1000:.1f} ms")  # fmt: skip


def _rules(found: ResolvedChain, case: Case) -> set[str]:
    identifiers = key_identifiers.check_key_identifiers(
        found.chain, roots.make_private_roots(case.roots)
    )
    return {problem.rule for problem in (*found.problems, *identifiers)}


def _openssl_verify(case: Case, folder: Path) -> str:
    """Give OpenSSL's reason to refuse a chain; empty when it does not."""
    for name, held in (("leaf", [case.leaf]), ("pool", case.pool), ("roots", case.roots)):
        (folder / name).write_text(write_pem(tuple(held)))
    done = subprocess.run(
        ["openssl", "verify", "-attime", str(int(case.at.timestamp())), "-CAfile", "roots",
         "-untrusted", "pool", "leaf"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    reasons = [line for line in done.stderr.splitlines() if line.startswith("error ")]
    return "" if done.returncode == 0 else (reasons or [done.stderr.strip()])[-1]


def pkits() -> Iterator[Case]:
    """Give NIST's Public Key Interoperability Test Suite, a case for each end entity.

    Its revocation lists and policies are left out on both sides.
    """
    import cryptography_vectors  # noqa: PLC0415 - only installed for development

    folder = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "certs"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = {
            path.stem: formats.read_contents(path.read_bytes())
            for path in sorted(folder.glob("*.crt"))
        }
    # Some keys (DSA with inherited parameters) are in no form that the library reads.
    read = {name: one.certificates[0] for name, one in held.items() if one.certificates}
    entities = {name: one for name, one in read.items() if "EE" in name}
    authorities = tuple(one for name, one in read.items() if name not in entities)
    anchor = read["TrustAnchorRootCertificate"]
    for name, leaf in entities.items():
        yield Case(
            name=f"PKITS {name}", leaf=leaf, pool=authorities, roots=(anchor,), at=PKITS_MOMENT
        )


def generated() -> Iterator[Case]:
    """Give chains with one fault each, or none, in several orders."""
    randomness = random.Random(4)  # noqa: S311 - the same cases every time
    for depth, fault in itertools.product(range(1, 5), (None, *FAULTS)):
        root, old = pki.root("Root"), pki.root("Old Root")
        issuer, pool = root, [pki.issue("Root", old, ca=True)]
        for level in range(depth):
            last = level == depth - 1
            options = FAULTS[fault] if fault and last else {}
            issuer = pki.issue(f"CA {level}", issuer, **({"ca": True} | options))  # type: ignore[arg-type] # as issue() has them
            pool.append(issuer)
        leaf = pki.issue("web.example", issuer, domains=["web.example"])
        decoys = [pki.issue(f"CA {depth - 1}", old, ca=True, key_name=f"d{n}") for n in range(3)]
        pool += [*decoys, pool[-1], pki.issue("Stranger", root, ca=True)]
        for anchors in ((root,), (old,), (root, old)):
            held = [one.certificate for one in pool]
            randomness.shuffle(held)
            yield Case(
                name=f"{depth} deep, {fault or 'no fault'}, {len(anchors)} roots",
                leaf=leaf.certificate,
                pool=tuple(held),
                roots=tuple(one.certificate for one in anchors),
                at=pki.NOW,
            )


_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0")
_ELSEWHERE = x509.NameConstraints([x509.DNSName("other.example")], None)
_OTHER_KEY = x509.AuthorityKeyIdentifier(b"\1" * 20, None, None)
FAULTS: dict[str, dict[str, object]] = {
    "expired": {"days": -1, "age": 90},
    "of the future": {"age": -1},
    "no authority": {"ca": False},
    "may not sign": {"extra": [(pki.usage(digital_signature=True), True)]},
    "no key usage": {"without": [x509.KeyUsage]},
    "no key identifiers": {"without": [x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier]},
    "another key identifier (a warning here)": {"extra": [(_OTHER_KEY, False)]},
    "unknown critical": {"extra": [(_UNKNOWN, True)]},
    "names elsewhere": {"extra": [(_ELSEWHERE, True)]},
    "names elsewhere, not critical": {"extra": [(_ELSEWHERE, False)]},
}


def key_pairs(folder: Path) -> None:
    """Compare verdicts on certificates and keys with the public keys that OpenSSL prints."""
    kinds: tuple[pki.KeyKind, ...] = ("p256", "p384", "p521", "rsa2048", "rsa4096", "ed25519")
    leaves = [pki.issue(f"{kind} {n}", None, kind=kind) for kind in kinds for n in range(2)]
    agreed = total = 0
    for (certified, keyed), (form, arguments) in itertools.product(
        itertools.product(leaves, leaves), FORMS.items()
    ):
        try:
            content = keyed.key.private_bytes(*arguments)
        except ValueError:
            continue  # Ed25519 has no traditional form
        source = Source(path=Path("key"), content=content, location=Location("key"))
        problems = key_match.check_key(certified.certificate, source, password=b"secret")
        ours = not any(problem.severity is Severity.ERROR for problem in problems)
        theirs = _openssl_pair(certified, content, folder)
        total += 1
        agreed += ours == theirs
        if ours != theirs:
            print(f"  {form}: ours {ours}, OpenSSL {theirs}")
    print(f"pairs: {agreed} of {total} as OpenSSL")


_LOCKED = BestAvailableEncryption(b"secret")
FORMS = {
    "PKCS#8": (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "PKCS#8, DER": (Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "PKCS#8, encrypted": (Encoding.PEM, PrivateFormat.PKCS8, _LOCKED),
    "traditional": (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
}


def _openssl_pair(certified: pki.Issued, key: bytes, folder: Path) -> bool:
    (folder / "certificate").write_bytes(certified.pem)
    (folder / "key").write_bytes(key)
    commands = (
        ["openssl", "x509", "-in", "certificate", "-noout", "-pubkey"],
        ["openssl", "pkey", "-in", "key", "-pubout", "-passin", "pass:secret"],
    )
    said = [
        subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
        for command in commands
    ]
    return said[0] == said[1] != b""


if __name__ == "__main__":
    main()
