"""What is never shown, in whatever form it comes; and what looks like it, and is shown."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from sslstack.redaction import (
    HIDDEN,
    find_literal_secrets,
    hide_keys,
    holds_private_key,
    redact_value,
)
from sslstack.secret_names import is_secret_name
from sslstack.source_redaction import redact_source
from support import pki

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCKED = BestAvailableEncryption(b"x")
_RSA = rsa.generate_private_key(65537, 2048)
_EC = ec.generate_private_key(ec.SECP256R1())
_ED = ed25519.Ed25519PrivateKey.generate()


def _pem(key: Any, form: PrivateFormat, lock: Any = None) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, form, lock or NoEncryption())
    return text.decode()


KEYS = {
    "PKCS#8": _pem(_RSA, PrivateFormat.PKCS8),
    "PKCS#1": _pem(_RSA, PrivateFormat.TraditionalOpenSSL),
    "SEC 1": _pem(_EC, PrivateFormat.TraditionalOpenSSL),
    "PKCS#8 of an elliptic curve": _pem(_EC, PrivateFormat.PKCS8),
    "Ed25519": _pem(_ED, PrivateFormat.PKCS8),
    "OpenSSH": _pem(_ED, PrivateFormat.OpenSSH),
    "encrypted PKCS#8": _pem(_RSA, PrivateFormat.PKCS8, _LOCKED),
}


def _body(pem: str) -> str:
    return "".join(pem.splitlines()[1:-1])


def _der(pem: str) -> bytes:
    return base64.b64decode(_body(pem))


def _dump(data: bytes) -> str:
    """Give data as xxd prints it."""
    lines = (data[at : at + 16] for at in range(0, len(data), 16))
    return "".join(
        f"{16 * number:08x}: {line.hex(' ', 2)}  {'.' * len(line)}\n"
        for number, line in enumerate(lines)
    )


def _listed(text: str) -> str:
    """Give a text as a list in JSON, a part of 64 characters each."""
    return json.dumps([text[at : at + 64] for at in range(0, len(text), 64)])


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "whole": str,
    "escaped line ends": lambda pem: pem.replace("\n", "\\n"),
    "line ends escaped twice": lambda pem: pem.replace("\n", "\\\\n"),
    "one line": lambda pem: pem.replace("\n", " "),
    "no line ends": lambda pem: pem.replace("\n", ""),
    "CRLF": lambda pem: pem.replace("\n", "\r\n"),
    "cut off in the middle": lambda pem: pem[: len(pem) * 2 // 3],
    "first line missing": lambda pem: pem.partition("\n")[2],
    "as Python shows it": repr,
    "indented": lambda pem: "".join(f"    {line}\n" for line in pem.splitlines()),
    "indented and cut off": lambda pem: "".join(f"  {one}\n" for one in pem.splitlines()[:-1]),
    "in a diff": lambda pem: "".join(f"+{line}\n" for line in pem.splitlines()),
    "typographic dashes": lambda pem: pem.replace("-----", "\u2014\u2014"),
    "DER in base64": _body,
    "DER in base64 below a folder": lambda pem: f"stacks/web/{_body(pem)}",
    "DER in URL-safe base64": lambda pem: _body(pem).replace("+", "-").replace("/", "_").strip("="),
    "base64 of PEM": _encoded,
    "URL-safe base64 of PEM": lambda pem: base64.urlsafe_b64encode(pem.encode()).decode(),
    "wrapped base64 of PEM": lambda pem: base64.encodebytes(pem.encode()).decode(),
    "base64 of PEM without its end": lambda pem: _encoded(pem)[: len(pem)],
    "percent-encoded": quote,
    "percent-encoded DER in base64": lambda pem: quote(_body(pem), safe=""),
    "base64 of gzip": lambda pem: base64.b64encode(gzip.compress(pem.encode())).decode(),
    "base64 of base64 of DER": lambda pem: _encoded(_body(pem)),
    "base64 of PEM in a list": lambda pem: _listed(_encoded(pem)),
    "DER in base64 in a list": lambda pem: _listed(_body(pem)),
    "DER in base64 in short lines": lambda pem: re.sub("(.{19})", r"\1\n", _body(pem)),
    "base32": lambda pem: base64.b32encode(pem.encode()).decode(),
    "hexadecimal": lambda pem: pem.encode().hex(),
    "hexadecimal, cut off": lambda pem: pem.encode().hex()[: len(pem) | 1],
    "DER in hexadecimal": lambda pem: _der(pem).hex().upper(),
    "DER in hexadecimal with blanks": lambda pem: _der(pem).hex(" "),
    "DER in hexadecimal lines": lambda pem: re.sub("(.{64})", r"\1\n", _der(pem).hex()),
    "an array of bytes": lambda pem: ", ".join(f"0x{byte:02x}" for byte in _der(pem)),
    "escaped bytes": lambda pem: "".join(f"\\x{byte:02x}" for byte in _der(pem)),
    "a dump": lambda pem: _dump(_der(pem)),
    "a list of numbers": lambda pem: json.dumps(list(pem.encode())),
    "tabs and fixed blanks in the first line": lambda pem: pem.replace(" ", "\t").replace(
        "PRIVATE\t", "PRIVATE\u00a0"
    ),
    "blanks escaped": lambda pem: pem.replace(" ", "\\u0020").replace("\n", "\\u000a"),
    "dashes escaped": lambda pem: pem.replace("-", "%2D").replace("\n", "%0A"),
    "base64 of base64 of PEM": lambda pem: _encoded(_encoded(pem)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", KEYS)
def test_a_private_key_is_hidden_and_what_is_around_it_is_not(key: str, form: str) -> None:
    text = FORMS[form](KEYS[key])
    shown = hide_keys(f"before: '{text}' (after)")
    assert shown.startswith("before: ")
    assert shown.endswith("(after)")
    assert HIDDEN in shown
    middle = text.strip()[len(text) // 3 :][:24]
    assert middle not in shown


def test_private_keys_in_hexadecimal_with_colons_are_hidden() -> None:
    for name in ("PKCS#8", "PKCS#1", "SEC 1", "Ed25519"):
        text = base64.b64decode(_body(KEYS[name])).hex(":")
        assert hide_keys(f"'{text}'") == f"'{HIDDEN}'"
    printed = (
        "Private-Key: (256 bit)\npriv:\n    00:0a:1b:2c:3d:4e:5f:60:\n    71:82\npub:\n    04:aa"
    )
    assert "2c" not in hide_keys(printed)
    assert "04:aa" in hide_keys(printed)


def test_private_keys_of_other_kinds_are_hidden() -> None:
    pgp = (
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n"
        + "lQOYBGNkYXRhAQgA\n" * 9 + "=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n"
    )  # fmt: skip
    store = pkcs12.serialize_key_and_certificates(b"x", _EC, None, None, _LOCKED)
    jwk = {"kty": "EC", "crv": "P-256", "x": "a" * 43, "y": "b" * 43, "d": "c" * 43}
    for text, part in (
        (pgp, "lQOY"),
        (pgp[:150], "lQOY"),
        (_encoded(pgp), _encoded(pgp)[60:80]),
        (base64.b64encode(store).decode(), base64.b64encode(store)[100:120].decode()),
        (_RSA.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex(), "0500048204"),
        ("AGE-SECRET-KEY-1" + "Q" * 58, "QQQQ"),
        ("AGE-SECRET-KEY-PQ-1" + "Q" * 58, "QQQQ"),
        ("age-secret-key-1" + "q" * 58, "qqqq"),
        ("BEGIN RSA PRIVATE KEY\n" + "lQOYBGNkYXRhAQgA" * 4, "lQOY"),
        (json.dumps(jwk), "cccc"),
        (repr(jwk), "cccc"),
        ("kty: EC\nd: " + "c" * 43, "cccc"),
        ("{d: " + "c" * 43 + ", kty: EC}", "cccc"),
    ):
        assert part not in hide_keys(text)
    assert "aaaa" in hide_keys(json.dumps(jwk))


def test_certificates_requests_and_public_keys_are_shown() -> None:
    leaf = pki.issue("web.example", pki.root())
    public = _RSA.public_key()
    spki = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    pkcs1 = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    ssh = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    for text in (leaf.pem.decode(), spki, pkcs1, ssh):
        for form in (text, _body(text) or text, _encoded(text), text.replace("\n", "\\n")):
            assert hide_keys(form) == form
        for coded in (text.encode().hex(), _listed(_encoded(text)), _dump(text.encode())):
            assert hide_keys(coded) == coded
    for name in (
        "web.key", "/home/User1/Projects/MyProject2/certs/mydomain.key",
        "{{resolve:secretsmanager:sslstack/web/main:SecretString:private_key::" + "ab" * 32 + "}}",
        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "sha256:" + "0a" * 32,
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        "a private key is expected here: BEGIN PRIVATE KEY is its first line",
    ):  # fmt: skip
        assert not holds_private_key(name)


def test_hiding_is_linear() -> None:
    """Each of these would take hours if anything were read again for each of its lines."""
    for hostile in (
        "-----BEGIN PRIVATE KEY-----\n" * 50_000,
        "-----END PRIVATE KEY-----\n" * 50_000,
        "MIIEvQIBADANBgkqhkiG9w0B\n" * 50_000,
        "-----BEGIN PRIVATE KEY-----" + "A " * 500_000,
        "-" * 500_000,
        ("A" * 20 + " " * 17) * 20_000,
        (base64.b64encode(zlib.compress(b"a" * 20_000)).decode() + "\n") * 5_000,
        "aa " * 300_000,
        "aabb\n00000000: " * 50_000,
        "1, " * 300_000,
    ):
        assert len(hide_keys(hostile)) <= len(hostile)
    assert redact_value("x", "-a=b://" * 100_000)
    assert redact_source("Password: " * 50_000)


@pytest.mark.parametrize("name", [
    "PrivateKey", "private_key", "Password", "MasterUserPassword", "masteruserpassword", "Secret",
    "ClientSecret", "clientsecret", "Token", "AuthToken", "ApiKey", "APIKey", "x-api-key",
    "Credentials", "Passphrase", "AccessKey", "AWS_SECRET_ACCESS_KEY", "SecretString", "DB_PASS",
    "SECRET_KEY_BASE", "PreSharedKey", "API_KEY_2", "ConnectionString",
])  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", [
    "KeyName", "KeyId", "KmsKeyId", "PublicKey", "SSLCertificateId", "AccessKeyId", "SecretArn",
    "PasswordLength", "PasswordPolicy", "GenerateSecretString", "ManageMasterUserPassword",
    "ServiceToken", "Compass", "Secretary", "trusted_keys", "password_file", "TokenValidityUnits",
])  # fmt: skip
def test_names_that_are_about_secrets(name: str) -> None:
    assert not is_secret_name(name)


TEMPLATE: dict[str, Any] = {
    "Parameters": {"DbPassword": {"Type": "String", "Default": "canary-01", "NoEcho": True}},
    "Resources": {
        "AppSecret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": "shown", "SecretString": '{"password": "canary-2"}'},
        },
        "App": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "Environment": [
                    {"Name": "DB_PASSWORD", "Value": "canary-3"},
                    {"Name": "HOST", "Value": "shown"},
                ],
                "Secrets": [{"Name": "shown", "ValueFrom": "arn:aws:ssm:x:1:parameter/shown"}],
                "Password": {"Fn::Sub": "canary-4-${AWS::StackName}"},
                "Passphrase": {"Fn::Join": ["", ["canary-5", {"Ref": "Shown"}]]},
                "ClientSecret": {"Fn::If": ["Shown", "canary-6", {"Ref": "Shown"}]},
                "Credentials": {"Deep": [{"deeper": ["canary-7", 12345678]}]},
                "Configuration": '{"nested": "{\\"ApiKey\\": \\"canary-8\\"}"}',
                "UserData": {"Fn::Base64": "export DB_PASSWORD=canary-9 --token canary-10\n"},
                "Url": "postgres://user:canary-11@shown/db",
                "MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Shown}:x}}"},
                "Token": {"Ref": "Shown"},
                "ApiKey": {"Fn::GetAtt": ["Shown", "Arn"]},
                "PrivateKey": "{{resolve:secretsmanager:shown:SecretString:private_key::x}}",
                "SecretKey": {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "S"}, "}}"]]},
                "KeyName": "shown",
                "private_key": "web.key",
                "Lines": ["-----BEGIN RSA PRIVATE KEY-----", "canary-12", "canary-13"],
            },
        },
    },
}


def test_literal_values_of_secret_names_are_hidden_at_any_depth() -> None:
    shown = redact_value("", TEMPLATE)
    text = json.dumps(shown)
    assert "canary" not in text
    assert "12345678" not in text
    kept = shown["Resources"]["App"]["Properties"]
    for name in ("MasterUserPassword", "Token", "ApiKey", "PrivateKey", "SecretKey", "KeyName",
                 "private_key", "Secrets"):  # fmt: skip
        assert kept[name] == TEMPLATE["Resources"]["App"]["Properties"][name]
    assert kept["Environment"][1] == {"Name": "HOST", "Value": "shown"}
    assert shown["Resources"]["AppSecret"]["Properties"]["Name"] == "shown"
    assert shown["Parameters"]["DbPassword"]["NoEcho"] is True


@pytest.mark.parametrize("indent", [None, 2])
def test_the_source_is_hidden_as_the_values_are(indent: int | None) -> None:
    source = json.dumps(TEMPLATE, indent=indent)
    shown = redact_source(source, find_literal_secrets(TEMPLATE))
    assert shown.count("\n") == source.count("\n")
    assert [n for n in range(1, 14) if f"canary-{n}" in shown] == []
    assert shown.count("shown") >= 7


SOURCE = """\
Password: |
  canary
  canary
Next: shown
Token: !Ref shown
ApiKey: !Sub 'canary-${Foo}'
Passwords:
- canary
- 'x canary'
private_key: shown.key
Flow: {Password: canary, User: shown, Token: "canary"}
Secret: "canary \\" canary"
SecretString: !Sub "{{resolve:secretsmanager:${shown}}}"
AccessKey: canary # shown
"""


def test_lines_of_yaml_are_hidden_in_place() -> None:
    for source in (SOURCE, f"{SOURCE}broken: [\n"):  # the second is no YAML
        shown = redact_source(source)
        assert "canary" not in shown
        assert shown.count("\n") == source.count("\n")
        assert "Next: shown" in shown
        assert "!Ref shown" in shown
    assert redact_source(SOURCE).count("shown") == 6
