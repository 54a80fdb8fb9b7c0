"""Files that hold no certificate or key at all, recognised by their first bytes or their shape.

`recognize` names what was handed in, `suggest` says what to do about it. Sources: the formats'
own documents (git-lfs/docs/spec.md, Ansible Vault's guide, age-encryption.org/v1, the SOPS
manual, AGWA/git-crypt, RFC 4880 section 4.2, putty's appendix C, openssl-enc(1), keytool(1)).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEYTOOL = (
    "keytool -importkeystore -srckeystore FILE -destkeystore new.p12 -deststoretype PKCS12, "
    "then openssl pkcs12 -in new.p12 -nodes"
)
_FIRST = 65_536
"""Bytes that are searched; a marker further down is of no file that people hand in."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its name behind 'a' or 'an', what it matches, and what to do about it."""

    name: str
    pattern: re.Pattern[bytes]
    hint: str = ""


def _match_start(*starts: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\A\s*(?:" + b"|".join(map(re.escape, starts)) + rb")")


def _match_anywhere(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.MULTILINE)


KINDS = (
    FileKind(
        "Git LFS pointer",
        _match_start(
            b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/"
        ),
        "fetch the file itself: git lfs pull",
    ),
    FileKind(
        "git-annex pointer",
        _match_start(b"/annex/objects/"),
        "fetch the file itself: git annex get",
    ),
    FileKind(
        "file encrypted by Ansible Vault",
        _match_start(b"$ANSIBLE_VAULT;"),
        "decrypt it first: ansible-vault decrypt FILE",
    ),
    FileKind(
        "file encrypted by git-crypt",
        _match_start(b"\0GITCRYPT"),
        "decrypt it first: git-crypt unlock",
    ),
    FileKind(
        "file encrypted by SOPS",
        _match_anywhere(rb"ENC\[AES256_GCM,|^sops:|\"sops\" *:"),
        "decrypt it first: sops decrypt FILE",
    ),
    FileKind(
        "file encrypted by eyaml",
        _match_anywhere(rb"ENC\[PKCS7,"),
        "decrypt it first: eyaml decrypt -f FILE",
    ),
    FileKind(
        "file encrypted by age",
        _match_start(b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE"),
        "decrypt it first: age -d FILE",
    ),
    FileKind(
        "file encrypted by openssl enc",
        _match_start(b"Salted__", b"U2FsdGVkX1"),
        "decrypt it first: openssl enc -d -in FILE",
    ),
    FileKind(
        "file encrypted by HashiCorp Vault",
        _match_anywhere(rb"\A\s*vault:v\d+:"),
        "decrypt it first: vault write transit/decrypt/KEY ciphertext=@FILE",
    ),
    FileKind("file encrypted by Vim", _match_start(b"VimCrypt~"), "decrypt it first: vim -x FILE"),
    FileKind(
        "Java key store",
        _match_start(b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"),
        f"export it: {_KEYTOOL}",
    ),
    FileKind(
        "listing of keytool",
        _match_anywhere(rb"^(?:Keystore type: |Alias name: |Owner: .*\r?\nIssuer: )"),
        "export the certificate: keytool -exportcert -rfc -alias NAME -keystore FILE",
    ),
    FileKind(
        "Kubernetes Secret",
        _match_anywhere(rb"^kind: *[\"']?(?:Sealed)?Secret\b|\"kind\" *: *\"(?:Sealed)?Secret\""),
        "take the value out of it: data.tls.crt | base64 -d",
    ),
    FileKind(
        "PuTTY key",
        _match_start(b"PuTTY-User-Key-File-"),
        "export it: puttygen FILE -O private-openssh",
    ),
    FileKind(
        "SSH public key",
        _match_start(b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"),
    ),
    FileKind(
        "key in the format of SSH2",
        _match_start(b"---- BEGIN SSH2"),
        "export it: ssh-keygen -i -f FILE",
    ),
    FileKind(
        "file of GnuPG",
        re.compile(
            rb"\A(?:[\x84\x85][\x01-\x04]|\x84[\x5c-\x5e]|\x8c\x0d"
            rb"|[\x95\x99][\x01-\x07]|\xc1[\xc0-\xc4])"
        ),
        "decrypt it first: gpg -d FILE",
    ),
    FileKind(
        "text about a certificate",
        _match_anywhere(rb"\A\s*Certificate(?: Request)?:\s+Data:|^ {4,}Signature Algorithm: "),
        "it lacks the certificate itself: openssl x509 prints it where -noout is left out",
    ),
    FileKind(
        "zip archive", _match_start(b"PK\x03\x04", b"PK\x05\x06"), "unpack it first: unzip FILE"
    ),
    FileKind("gzip archive", _match_start(b"\x1f\x8b"), "unpack it first: gunzip FILE"),
    FileKind("7-Zip archive", _match_start(b"7z\xbc\xaf\x27\x1c"), "unpack it first: 7z x FILE"),
    FileKind("RAR archive", _match_start(b"Rar!\x1a\x07"), "unpack it first"),
    FileKind("xz archive", _match_start(b"\xfd7zXZ\0"), "unpack it first: unxz FILE"),
    FileKind(
        "bzip2 archive", _match_anywhere(rb"\ABZh[1-9]1AY&SY"), "unpack it first: bunzip2 FILE"
    ),
    FileKind(
        "Zstandard archive", _match_start(b"\x28\xb5\x2f\xfd"), "unpack it first: unzstd FILE"
    ),
    FileKind(
        "tar archive", re.compile(rb"\A.{257}ustar", re.DOTALL), "unpack it first: tar xf FILE"
    ),
    FileKind("PDF document", _match_start(b"%PDF-")),
    FileKind(
        "word processor document", _match_start(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
    ),
    FileKind("XML document", _match_start(b"<?xml")),
    FileKind("web page", _match_start(b"<"), "the download gave a page in place of the file"),
    FileKind(
        "server's error message",
        _match_anywhere(
            rb"\A\s*(?:HTTP/\d|(?:401|403|404|500|502|503)\b"
            rb"|(?:Not Found|Forbidden|Unauthorized)\s*\Z)"
        ),
        "the download gave an error in place of the file",
    ),
    FileKind(
        "variable that was not replaced",
        _match_anywhere(
            rb"\A\s*[\"']?(?:\$\{[^}\n]*\}|\$\w+|\$\([^)\n]*\)"
            rb"|\{\{[^}\n]*\}\}|%\w+%|<%[^%\n]*%>)[\"']?\s*\Z"
        ),
        "write its value into the file",
    ),
    FileKind(
        "web address in place of the file",
        _match_anywhere(rb"\A\s*[\"']?(?:https?|s3|arn|gs|vault|op|secret)s?:[^\s]+\s*\Z"),
        "download the file and name that",
    ),
    FileKind(
        "file name in place of the file",
        _match_anywhere(
            rb"\A\s*[\"']?(?:fileb?://[^\n]+|@?(?:~|\.{0,2})?/?[\w.@+-]+(?:/[\w.@+-]+)*"
            rb"\.(?:pem|crt|cer|key|chain|p12|pfx|txt))[\"']?\s*\Z"
        ),
        "name the file itself",
    ),
    FileKind(
        "JSON document",
        _match_anywhere(rb"\A\s*[{\[]\s*[\"{\[\]}]"),
        "take the certificate out of it",
    ),
)
"""Kinds of files, the telling ones first."""
_HINTS = {kind.name: kind.hint for kind in KINDS}
_SPELLED_OUT = ("SSH ", "XML ", "xz ")


def recognize(data: bytes) -> str | None:
    """Name the kind of a file that is neither PEM nor DER; None when it is not known."""
    start = data[:_FIRST]
    return next((kind.name for kind in KINDS if kind.pattern.search(start)), None)


def describe(name: str, wanted: str) -> str:
    """Describe what a file is or holds in place of what is wanted, as a clause after its name."""
    article = "an" if name.startswith(_SPELLED_OUT) else "a"
    if name in _HINTS:
        return f"is {article} {name}, it holds no {wanted}"
    return f"holds no {wanted} but a {name}"


def suggest(name: str) -> str:
    """Suggest what to do about a kind of file that `recognize` named; empty where nothing helps."""
    return _HINTS.get(name, "")
