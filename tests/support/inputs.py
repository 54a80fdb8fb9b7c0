"""Certificates as declared, for tests: content in place of files."""

from __future__ import annotations

from pathlib import Path

from sslstack.certificates import CertificateFiles, Source
from sslstack.findings import Location

LINES = {"certificate": 7, "chain": 8, "private_key": 9, "roots": 10}


def source(content: bytes, key: str = "certificate", name: str = "") -> Source:
    """Give content as if it stood in a file that ssl.yml names at `LINES[key]`."""
    place = Location("ssl.yml", LINES[key], 3)
    return Source(path=Path(name or f"{key}.pem"), content=content, location=place)


def declared(
    certificate: bytes,
    *,
    chain: bytes | None = None,
    private_key: bytes | None = None,
    roots: bytes | None = None,
    domains: tuple[str, ...] = (),
    untrusted: bool = False,
) -> CertificateFiles:
    """Give a certificate as declared."""
    return CertificateFiles(
        certificate=source(certificate),
        chain=None if chain is None else source(chain, "chain"),
        private_key=None if private_key is None else source(private_key, "private_key"),
        roots=None if roots is None else source(roots, "roots"),
        domains=tuple((name, Location("ssl.yml", 20 + n, 5)) for n, name in enumerate(domains)),
        untrusted=untrusted,
    )
