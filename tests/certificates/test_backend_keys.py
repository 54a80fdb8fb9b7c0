"""Keys that a backend may present."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sslstack import certificates
from sslstack.errors import InputError
from sslstack.findings import Location


def _key(path: Path, content: bytes | None = None) -> str:
    read = path.read_bytes() if content is None else content
    source = certificates.Source(path=path, content=read, location=Location("ssl.yml", 1, 1))
    return certificates.read_public_key(source)


def test_a_public_key_is_one_line_of_base64(examples: Path) -> None:
    path = examples / "authenticated" / "certs" / "backend-2026.pub"
    assert _key(path) == "".join(path.read_text().splitlines()[1:-1])


def test_a_certificate_gives_its_key_as_openssl_prints_it(examples: Path) -> None:
    path = examples / "secure" / "certs" / "shop.crt"
    command = ["openssl", "x509", "-in", str(path), "-pubkey", "-noout"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert _key(path) == "".join(said.splitlines()[1:-1])


def test_a_key_that_can_never_match_is_refused(examples: Path) -> None:
    """Classic load balancers offer their backends RSA suites only."""
    with pytest.raises(InputError, match=r"is not an RSA key"):
        _key(examples / "several" / "certs" / "wildcard.crt")


@pytest.mark.parametrize(
    "content",
    [b"", b"ssh-rsa AAAA me@here", b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"],
)
def test_what_is_no_key_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="no public key"):
        _key(Path("backend.pub"), content)
