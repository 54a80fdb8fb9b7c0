"""Keys and signatures in ways that few clients read."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sslstack.certificates import check_certificate, checks, der, keys
from sslstack.certificates.chains import find_chain
from sslstack.certificates.roots import make_private_roots
from support import inputs, pki

if TYPE_CHECKING:
    from pathlib import Path

CURVES = {"prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
ROOT = pki.root()


def _explicit(folder: Path, curve: str) -> tuple[bytes, bytes]:
    """Make a key whose curve is spelled out, and a certificate for it."""
    made = ["openssl", "ecparam", "-name", curve, "-param_enc", "explicit", "-genkey", "-noout"]
    (folder / "key").write_bytes(subprocess.run(made, check=True, capture_output=True).stdout)
    certificate = subprocess.run(
        ["openssl", "req", "-x509", "-new", "-key", "key", "-subj", "/CN=x", "-days", "3"],
        cwd=folder, check=True, capture_output=True,
    ).stdout  # fmt: skip
    return (folder / "key").read_bytes(), certificate


@pytest.mark.parametrize("curve", CURVES)
def test_explicit_parameters_of_a_curve(tmp_path: Path, curve: str) -> None:
    """The certificate is refused; its key is not said to be expensive."""
    key, certificate = _explicit(tmp_path, curve)
    examined = check_certificate(inputs.declared(certificate, private_key=key))
    (finding,) = [one for one in examined.findings if one.rule == "certificate.key-type"]
    assert f"{CURVES[curve]} with explicit parameters" in finding.message
    assert not any(one.rule.startswith("key.") for one in examined.findings)


def test_explicit_parameters_of_a_curve_that_is_not_taken(tmp_path: Path) -> None:
    _, certificate = _explicit(tmp_path, "secp256k1")
    leaf = x509.load_pem_x509_certificate(certificate)
    assert checks.describe_key(leaf) == "EC with explicit parameters"


def _pss_key(certificate: x509.Certificate) -> x509.Certificate:
    """Exchange the algorithm of an RSA key; nothing here looks at the signature."""
    plain = bytes.fromhex("06092a864886f70d0101010500")
    changed = certificate.public_bytes(Encoding.DER).replace(
        plain, bytes.fromhex("06092a864886f70d01010a3000"), 1
    )
    return x509.load_der_x509_certificate(changed)


def test_a_key_for_pss_only_is_refused() -> None:
    leaf = _pss_key(pki.issue("a.example", ROOT, kind="rsa2048", domains=["a.example"]).certificate)
    (problem,) = checks._check_key(leaf)  # noqa: SLF001 - its certificate has no valid signature
    assert problem.rule == "certificate.key-type"
    assert "RSASSA-PSS 2048" in problem.message


def _pss_signed(name: str, issuer: pki.Issued, **options: object) -> pki.Issued:
    template = pki.issue(name, issuer, **options)  # type: ignore[arg-type] # as issue() has them
    builder = (
        x509.CertificateBuilder(extensions=list(template.certificate.extensions))
        .subject_name(template.certificate.subject)
        .issuer_name(template.certificate.issuer)
        .public_key(template.certificate.public_key())
        .serial_number(template.certificate.serial_number)
        .not_valid_before(template.certificate.not_valid_before_utc)
        .not_valid_after(template.certificate.not_valid_after_utc)
    )
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signed = builder.sign(issuer.key, hashes.SHA256(), rsa_padding=scheme)
    return pki.Issued.of(signed, template.key)


def test_a_signature_with_pss_is_a_warning() -> None:
    """Of the leaf and of an intermediate."""
    root = pki.root("RSA Root", kind="rsa2048")
    issuer = _pss_signed("RSA CA", root, kind="rsa2048", ca=True)
    leaf = _pss_signed("a.example", issuer, domains=["a.example"])
    declared = inputs.declared(leaf.pem, chain=issuer.pem, roots=root.pem)
    examined = check_certificate(declared, at=pki.NOW)
    assert {(one.rule, one.severity.value) for one in examined.findings} == {
        ("certificate.pss-signature", "warning"),
        ("chain.pss-signature", "warning"),
    }


def test_an_issuer_with_such_a_key_is_not_trusted(tmp_path: Path) -> None:
    key, _ = _explicit(tmp_path, "prime256v1")
    commands = (
        "req -new -key key -subj /CN=Odd -out request",
        "x509 -req -in request -CA root.crt -CAkey root.key -days 3 -extfile ca -out ca.crt",
        "ecparam -name prime256v1 -genkey -noout -out leaf.key",
        "req -new -key leaf.key -subj /CN=a -out request",
        "x509 -req -in request -CA ca.crt -CAkey key -days 3 -out leaf.crt",
    )
    (tmp_path / "key").write_bytes(key)
    (tmp_path / "ca").write_text("basicConstraints=critical,CA:true\n")
    ROOT.write(tmp_path, "root")
    for command in commands:
        subprocess.run(["openssl", *command.split()], cwd=tmp_path, check=True, capture_output=True)
    leaf, issuer = (
        x509.load_pem_x509_certificate((tmp_path / name).read_bytes())
        for name in ("leaf.crt", "ca.crt")
    )
    found = find_chain(
        leaf, [issuer], make_private_roots([ROOT.certificate]), leaf.not_valid_before_utc
    )
    assert not found.trusted
    assert [one.rule for one in found.problems] == ["chain.weak-key"]


def _large_key(*, damaged: bool = False) -> bytes:
    """Make an RSA key of 7640 bits from two Mersenne primes; random ones take minutes."""
    p, q, e = 2**4423 - 1, 2**3217 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1)) + 2 * damaged
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_very_large_key_signs_once_in_place_of_a_proof() -> None:
    assert keys.inspect_key(_large_key()).length > 5000
    with pytest.raises(keys.KeyProblem, match="is damaged"):
        keys.inspect_key(_large_key(damaged=True))


@pytest.mark.parametrize("cipher", ["DES-CBC", "RC2-CBC", "CAMELLIA-128-CBC"])
def test_an_old_cipher_is_named(cipher: str) -> None:
    block = (
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        f"DEK-Info: {cipher},0102030405060708\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
    )
    with pytest.raises(keys.KeyProblem, match=f"encrypted with {cipher}, which is not") as caught:
        keys.inspect_key(block.encode(), b"secret")
    assert "-provider legacy" in caught.value.hint
    assert caught.value.rule == "key.unsupported"


def test_single_des_in_pkcs8_is_named() -> None:
    algorithm = bytes.fromhex("06092a864886f70d01050a") + der.encode_sequence(
        b"\4\x08saltsalt\2\2\x08\0"
    )
    block = der.encode_sequence(der.encode_sequence(algorithm) + b"\4\x08" + b"\0" * 8)
    with pytest.raises(keys.KeyProblem, match="is encrypted with DES, which is not supported"):
        keys.inspect_key(block, b"secret")
