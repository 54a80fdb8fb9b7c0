"""Files that hold no certificate are named, with what to do about them."""

from __future__ import annotations

import pytest

from sslstack.certificates import check_certificate, file_kinds, key_match
from support import inputs, pki

FILES: dict[str, tuple[bytes, str, str]] = {
    "lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "is a Git LFS pointer", "git lfs pull",
    ),
    "annex": (b"/annex/objects/SHA256E-s1--abc.pem\n", "is a git-annex pointer", "git annex get"),
    "vault": (b"$ANSIBLE_VAULT;1.1;AES256\n3336\n", "encrypted by Ansible Vault", "decrypt FILE"),
    "crypt": (b"\0GITCRYPT\0\x01\x02", "encrypted by git-crypt", "git-crypt unlock"),
    "sops json": (b'{"data":"ENC[AES256_GCM,data:abc]","sops":{}}', "encrypted by SOPS", "sops"),
    "sops yaml": (b"tls: ENC[AES256_GCM,data:x,type:str]\nsops:\n  age: []\n", "SOPS", "sops"),
    "age": (b"age-encryption.org/v1\n-> X25519 abc\n", "encrypted by age", "age -d"),
    "age in pem": (
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
        "is a file encrypted by age", "age -d",
    ),
    "openssl enc": (b"Salted__\x01\x02\x03", "encrypted by openssl enc", "openssl enc -d"),
    "openssl enc, base64": (b"U2FsdGVkX18BAgM=\n", "encrypted by openssl enc", "openssl enc -d"),
    "gpg": (b"\x85\x02\x0c\x03", "is a file of GnuPG", "gpg -d"),
    "gpg in pem": (
        b"-----BEGIN PGP MESSAGE-----\n\nhQIM\n-----END PGP MESSAGE-----\n",
        "is a file of GnuPG", "gpg -d",
    ),
    "jks": (b"\xfe\xed\xfe\xed\0\0\0\2", "is a Java key store", "-deststoretype PKCS12"),
    "jceks": (b"\xce\xce\xce\xce\0\0\0\2", "is a Java key store", "-deststoretype PKCS12"),
    "keytool": (b"Keystore type: PKCS12\n\nAlias name: web\n", "a listing of keytool", "-rfc"),
    "putty": (b"PuTTY-User-Key-File-3: ssh-rsa\n", "is a PuTTY key", "puttygen"),
    "ssh2": (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "format of SSH2", "ssh-keygen -i"),
    "text": (b"Certificate:\n    Data:\n        Version: 3 (0x2)\n", "text about a", "-noout"),
    "secret": (
        b"apiVersion: v1\nkind: Secret\ndata:\n  tls.crt: LS0tLS1CRUdJTiBDRVJU\n",
        "is a Kubernetes Secret", "base64 -d",
    ),
    "secret in json": (b'{"kind": "Secret", "data": {}}', "is a Kubernetes Secret", "base64 -d"),
    "zip": (b"PK\x03\x04\x14", "is a zip archive", "unzip"),
    "page": (b"\n<!DOCTYPE html><title>Log in</title>", "is a web page", "download"),
    "error": (b"404: Not Found", "is a server's error message", "download"),
    "variable": (b"${CERT_PEM}\n", "is a variable that was not replaced", "write its value"),
    "template": (b"{{ tls_certificate }}\n", "a variable that was not replaced", "write its"),
    "file url": (b"file:///etc/ssl/web.pem\n", "is a file name in place of the file", "name the"),
    "path": (b"./certs/web.crt\n", "is a file name in place of the file", "name the file"),
    "web address": (b"https://ca.example/web.crt\n", "is a web address", "download the file"),
    "json": (b'{"certificate": "x"}', "is a JSON document", "take the certificate out"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_named_with_a_cure(kind: str) -> None:
    """As a certificate, a chain, roots and a key alike; with a byte order mark as well."""
    content, words, hint = FILES[kind]
    leaf = pki.issue("web.example", pki.root(), domains=["web.example"])
    for declared, rule in (
        (inputs.declared(content), "certificate.missing"),
        (inputs.declared(leaf.pem, chain=content), "chain.missing"),
        (inputs.declared(leaf.pem, roots=content), "roots.missing"),
    ):
        (found,) = [
            one for one in check_certificate(declared, at=pki.NOW).findings if one.rule == rule
        ]
        assert words in found.message
        assert hint in found.hint
    (problem,) = key_match.check_key(leaf.certificate, inputs.source(content, "private_key"))
    assert problem.rule == "key.missing"
    assert hint in problem.hint


def test_what_is_not_known_has_no_name() -> None:
    for content in (b"hello\n", b"\x01\x02", b"MIIB"):
        assert file_kinds.recognize(content) is None
