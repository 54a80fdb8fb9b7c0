"""Certificate files are read as people have them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sslstack import certificates
from sslstack.errors import InputError
from sslstack.findings import Location

PLACE = Location("ssl.yml", 7, 3)


def _source(path: Path, content: bytes | None = None) -> certificates.Source:
    read = path.read_bytes() if content is None else content
    return certificates.Source(path=path, content=read, declared=PLACE)


def test_leaf_and_chain_file(examples: Path) -> None:
    folder = examples / "convox"
    chain = certificates.load(_source(folder / "mydomain.crt"), _source(folder / "mydomain.chain"))
    assert chain.domains == ("mydomain.com", "www.mydomain.com")
    assert f"{chain.expires:%Y-%m-%d %Z}" == "2036-11-01 UTC"
    assert chain.body == (folder / "mydomain.crt").read_text()
    assert chain.chain == (folder / "mydomain.chain").read_text()


def test_a_bundle_brings_its_chain(examples: Path) -> None:
    """With CRLF, a comment and a mark before it, as files from Windows have."""
    path = examples / "secure" / "certs" / "shop.crt"
    content = b"\xef\xbb\xbf# shop\n" + path.read_bytes()
    chain = certificates.load(_source(path, content.replace(b"\n", b"\r\n")))
    assert chain.domains == ("shop.example.com",)
    assert len(chain.intermediates) == 1
    assert chain.body + chain.chain == path.read_text()


def test_fingerprints_are_those_of_openssl(examples: Path) -> None:
    path = examples / "several" / "certs" / "wildcard.crt"
    chain = certificates.load(_source(path))
    command = ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.split("=")[1].strip().replace(":", "").lower() == chain.fingerprint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_is_refused_where_it_is_declared(content: bytes) -> None:
    with pytest.raises(InputError, match=r"ssl.yml:7:3: error: web.crt holds"):
        certificates.load(_source(Path("web.crt"), content))
