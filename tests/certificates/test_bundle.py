"""Certificate files of the examples are read as people have them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from sslstack import certificates
from sslstack.certificates.bundle import load_bundle
from support import inputs, pki

if TYPE_CHECKING:
    from pathlib import Path


def _chain(certificate: bytes, **more: bytes) -> certificates.Chain:
    found = certificates.check_certificate(inputs.declared(certificate, **more), at=pki.NOW)  # type: ignore[arg-type] # bytes only
    assert found.usable
    assert found.trusted
    assert found.chain is not None
    return found.chain


def test_leaf_and_chain_file(examples: Path) -> None:
    folder = examples / "convox"
    read = {name: (folder / name).read_bytes() for name in ("mydomain.chain", "root.pem")}
    chain = _chain(
        (folder / "mydomain.crt").read_bytes(), chain=read["mydomain.chain"], roots=read["root.pem"]
    )
    assert chain.domains == ("mydomain.com", "www.mydomain.com")
    assert f"{chain.expires:%Y-%m-%d %Z}" == "2036-11-01 UTC"
    assert chain.body == (folder / "mydomain.crt").read_text()
    assert chain.chain == (folder / "mydomain.chain").read_text()


def test_a_bundle_brings_its_chain(examples: Path) -> None:
    """With CRLF, a comment and a mark before it, as files from Windows have."""
    folder = examples / "secure" / "certs"
    content = b"\xef\xbb\xbf# shop\n" + (folder / "shop.crt").read_bytes()
    chain = _chain(content.replace(b"\n", b"\r\n"), roots=(folder / "root.pem").read_bytes())
    assert chain.domains == ("shop.example.com",)
    assert len(chain.intermediates) == 1
    assert chain.body + chain.chain == (folder / "shop.crt").read_text()


def test_fingerprints_are_those_of_openssl(examples: Path) -> None:
    path = examples / "secure" / "certs" / "shop.crt"
    chain = _chain(path.read_bytes(), roots=(path.parent / "root.pem").read_bytes())
    command = ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.strip().partition("=")[2].replace(":", "").lower() == chain.fingerprint


def test_the_leaf_among_hundreds_of_authorities_of_one_name() -> None:
    """Not every one is tried as the issuer of every other one."""
    chain = [pki.root("X", key_name="0")]
    for number in range(1, 400):
        chain.append(pki.issue("X", chain[-1], ca=True, key_name=str(number)))
    for order in (chain, chain[::-1]):
        assert load_bundle(inputs.declared(pki.pem(*order))).leaf == chain[-1].certificate


def test_a_file_of_roots_without_a_root() -> None:
    authority = pki.issue("CA", pki.root(), ca=True)
    leaf = pki.issue("web.example", authority, domains=["web.example"])
    for anchor, kind in ((authority, "an intermediate"), (leaf, "a server")):
        found = load_bundle(inputs.declared(leaf.pem, roots=anchor.pem)).problems
        assert [one.rule for one in found] == ["roots.no-root"]
        assert kind in found[0].message
    both = pki.pem(authority, pki.root())
    assert load_bundle(inputs.declared(leaf.pem, roots=both)).problems == ()
