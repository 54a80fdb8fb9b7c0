"""Keys and requests: made once, for the owner's eyes only."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from sslstack import certificates
from sslstack.certificates import request
from support import inputs, pki

if TYPE_CHECKING:
    from pathlib import Path


def test_a_request_that_openssl_takes(tmp_path: Path) -> None:
    domains = ["*.example.com", "bücher.example", "192.0.2.1", "*.example.com"]
    made = request.write_request(domains, tmp_path, "p256")
    assert made.key.name == "wildcard.example.com.key"
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    shown = subprocess.run(
        ["openssl", "req", "-in", made.public, "-noout", "-text", "-verify"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "DNS:*.example.com, DNS:xn--bcher-kva.example, IP Address:192.0.2.1" in shown.stdout
    assert "verify OK" in shown.stderr


@pytest.mark.parametrize("kind", request.KINDS)
def test_a_certificate_for_development(tmp_path: Path, kind: str) -> None:
    made = request.write_self_signed(["localhost"], tmp_path, kind, now=pki.NOW, days=90)
    found = certificates.check_certificate(
        inputs.declared(made.public.read_bytes(), private_key=made.key.read_bytes()), at=pki.NOW
    )
    assert [one.rule for one in found.findings] == ["certificate.self-signed"]


def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path: Path) -> None:
    (tmp_path / "example.com.csr").write_text("mine")
    with pytest.raises(FileExistsError):
        request.write_request(["example.com"], tmp_path, "p256")
    assert [path.name for path in tmp_path.iterdir()] == ["example.com.csr"]
    assert (tmp_path / "example.com.csr").read_text() == "mine"


@pytest.mark.parametrize("domain", ["", "a b", "*.com", "w*.example.com", "http://x", "a..b"])
def test_what_is_no_domain(tmp_path: Path, domain: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        request.write_request([domain], tmp_path / "new", "p256")
    assert not (tmp_path / "new").exists()


def test_long_names_have_no_common_name(tmp_path: Path) -> None:
    """RFC 5280: a common name has 64 characters at most."""
    made = request.write_request([f"{'a' * 60}.example.com"], tmp_path, "p256")
    assert x509.load_pem_x509_csr(made.public.read_bytes()).subject == x509.Name([])


def test_which_kind_of_key() -> None:
    assert request.choose_key_kind("classic", "acm") == "rsa2048"
    assert request.choose_key_kind("classic", "iam") == "p256"
    assert request.choose_key_kind("network", "acm") == "p256"
