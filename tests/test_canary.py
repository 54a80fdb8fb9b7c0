"""A private key with a known marker goes through every command; it is seen nowhere else."""

from __future__ import annotations

import base64
import contextlib
import io
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from sslstack import cli
from support import pki

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKER = b"canary-in-a-private-key-32-bytes"
KEY = ec.derive_private_key(int.from_bytes(MARKER, "big"), ec.SECP256R1())
PASSWORD = "correct-horse-battery"  # noqa: S105 - of nothing
ROOT = pki.root()
COMPOSE = "services: {web: {image: x, ports: ['443:80']}}\n"
AT = "2026-11-15"


def _traces() -> Iterator[bytes]:
    """Give every form in which the marker could be seen; the key's files hold some of them."""
    number = int.from_bytes(MARKER, "big")
    yield from (MARKER, MARKER.hex().encode(), MARKER.hex().upper().encode(), str(number).encode())
    yield MARKER.hex(":").encode()
    for offset in range(3):  # base64 sees three bytes at a time, wherever they begin
        yield base64.b64encode(b"\0" * offset + MARKER)[4 : -8 + offset]
    yield PASSWORD.encode()


def _key(form: PrivateFormat, *, locked: bool = False, encoding: Encoding = Encoding.PEM) -> bytes:
    how = BestAvailableEncryption(PASSWORD.encode()) if locked else NoEncryption()
    return KEY.private_bytes(encoding, form, how)


def _files(folder: Path) -> set[str]:
    """Write the key in every form, right and wrong; gives the names of the files."""
    leaf = pki.signed_for(KEY, "web.example", ROOT)
    whole = _key(PrivateFormat.PKCS8)
    content = {
        "pkcs8.key": whole,
        "sec1.key": _key(PrivateFormat.TraditionalOpenSSL),
        "der.key": _key(PrivateFormat.PKCS8, encoding=Encoding.DER),
        "ssh.key": _key(PrivateFormat.OpenSSH),
        "locked.key": _key(PrivateFormat.PKCS8, locked=True),
        "password": PASSWORD.encode() + b"\n",
        "wrong.password": PASSWORD[::-1].encode(),
        "cut.key": whole[:-60],
        "bent.key": whole.replace(b"E", b"F", 1),
        "no-newlines.key": whole.replace(b"\n", b"\\n"),
        "utf16.key": whole.decode().encode("utf-16"),
        "all.pem": leaf.pem + whole,
        "store.p12": pkcs12.serialize_key_and_certificates(
            b"x", KEY, leaf.certificate, [ROOT.certificate], NoEncryption()
        ),
    }
    for name, data in content.items():
        (folder / name).write_bytes(data)
    (folder / "web.crt").write_bytes(leaf.pem)
    (folder / "other.crt").write_bytes(pki.issue("other", ROOT, domains=["other"]).pem)
    (folder / "root.pem").write_bytes(ROOT.pem)
    return set(content)


def _run(*argv: str) -> bytes:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run(list(argv))
    assert code != 70, err.getvalue()
    return (out.getvalue() + err.getvalue()).encode()


def _of_files(key: str) -> Iterator[tuple[str, ...]]:
    """Give the commands that are told the name of a file with a key."""
    for form in ("text", "json"):
        check = ("certificate", "check", "--at", AT, "--format", form)
        yield (*check, "--cert", "web.crt", "--key", key)
        yield (*check, "--cert", "other.crt", "--key", key, "--password-file", "password")
        yield (*check, "--cert", key, "--key", "web.crt", "--roots", key)
        yield (*check, "--cert", "web.crt", "--chain", key, "--password-file", "wrong.password")
    yield ("certificate", "chain", "--leaf", "web.crt", "--pool", key, "--at", AT)
    yield ("certificate", "chain", "--leaf", key, "--pool", "root.pem", "--roots", key)
    yield ("certificate", "fetch", "--leaf", key)
    if "password" not in key:  # whoever asks for a text file gets it
        yield ("textconv", key)
    yield ("create", "web:443", key)
    yield ("create", "web:443", "web.crt", key, "--chain", key)
    yield ("create", "web:443", "other.crt", key)


def _of_declarations(key: str) -> Iterator[tuple[str, ...]]:
    """Give the commands that find a key where ssl.yml names it."""
    yield from (("check",), ("check", "--format", "json"))
    yield from (("generate",), ("generate", "--check"))
    yield from (("diff",), ("diff", "--format", "html"))
    yield from (("list",), ("list", "--format", "json"))
    yield from (("resolve",), ("compose",), ("textconv", "ssl.yml"))
    yield from (("update", "web:443", "web.crt", key), ("delete", "web:443"))


def _name(command: tuple[str, ...]) -> str:
    return " ".join(command[: 2 if command[0] == "certificate" else 1])


def _begin(folder: Path) -> set[str]:
    """Make a repository with every form of the key; gives the names of the files."""
    keys = _files(folder)
    (folder / "docker-compose.yml").write_text(COMPOSE)
    begin = "git init -q -b main && git add -A && git -c user.name=x -c user.email=x@x commit -qm x"
    subprocess.run(["sh", "-c", begin], check=True, cwd=folder)
    return keys


def _check_nothing_is_seen(folder: Path, keys: set[str], said: list[bytes]) -> None:
    """Check that no text has a trace of the key, and no file but those that hold it."""
    assert said
    seen = [(trace, text) for trace in _traces() for text in said if trace in text]
    assert seen == []
    leaks = [
        (path, trace)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in keys and ".git" not in path.parts
        for trace in _traces()
        if trace in path.read_bytes()
    ]
    assert leaks == []


@pytest.mark.parametrize("name", sorted({_name(command) for command in _of_files("x")}))
def test_a_key_in_a_file_is_seen_nowhere(workdir: Path, name: str) -> None:
    """Not in what is printed, and in no file but the key's own."""
    keys = _begin(workdir)
    commands = [one for key in sorted(keys) for one in _of_files(key) if _name(one) == name]
    _check_nothing_is_seen(workdir, keys, [_run(*command) for command in commands])


@pytest.mark.parametrize("name", sorted({_name(command) for command in _of_declarations("x")}))
def test_a_declared_key_is_seen_nowhere(workdir: Path, name: str) -> None:
    """In whatever place of ssl.yml it is declared; `diff` compares what was generated."""
    keys = _begin(workdir)
    said = []
    for key in sorted(keys):
        for place in ("certificate", "chain", "private_key", "roots", "trusted"):
            (workdir / "ssl.yml").write_text(_declaration(place, key))
            said += [_run("generate")] if name == "diff" else []
            said += [_run(*command) for command in _of_declarations(key) if _name(command) == name]
    _check_nothing_is_seen(workdir, keys, said)


def _declaration(place: str, key: str) -> str:
    certificate = {"certificate": "web.crt", "roots": "root.pem"}
    backend = ""
    if place == "trusted":
        backend = f", secure: true, backend: {{trusted_keys: [{key}]}}"
    else:
        certificate[place] = key
    shown = ", ".join(f"{name}: {value}" for name, value in certificate.items())
    return f"version: 1\nlisteners:\n  web:443: {{certificate: {{{shown}}}{backend}}}\n"


def test_the_traces_are_looked_for_rightly(tmp_path: Path) -> None:
    """The search finds the marker in the key's own files, or it would find it nowhere."""
    _files(tmp_path)
    for name in ("pkcs8.key", "sec1.key", "der.key", "all.pem", "no-newlines.key"):
        content = (tmp_path / name).read_bytes().replace(b"\n", b"").replace(b"\\n", b"")
        assert any(trace in content for trace in _traces()), name


@pytest.mark.usefixtures("warm")
def test_a_deployment_shows_nothing_of_a_key(workdir: Path) -> None:
    """Pushed, deployed and failed on the emulated AWS, from a locked file, too."""
    _files(workdir)
    leaf = pki.signed_for(KEY, "web.example", ROOT, days=3000)
    (workdir / "web.crt").write_bytes(leaf.pem)
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    said = []
    for key in ("pkcs8.key", "locked.key", "der.key", "cut.key", "ssh.key"):
        (workdir / "ssl.yml").write_text(_declaration("private_key", key))
        for options in ((), ("--format", "json"), ("--format", "markdown", "--no-execute")):
            command = ("deploy", "--local", "--yes", "--password-file", "password", *options)
            said.append(_run(*command))
    assert any(b"CREATE_COMPLETE" in text for text in said)
    assert [(trace, text) for trace in _traces() for text in said if trace in text] == []


BODY = "".join(_key(PrivateFormat.PKCS8).decode().splitlines()[1:-1])
"""DER in base64."""


def _forms() -> Iterator[str]:
    """Give the key as somebody might put it in place of a file name."""
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL, PrivateFormat.OpenSSH):
        pem = _key(form).decode()
        yield pem
        yield pem.replace("\n", "\\n")
        yield pem.replace("\n", " ")
        yield pem[:-60]
        yield pem.partition("\n")[2]
        yield base64.b64encode(pem.encode()).decode()
        yield base64.encodebytes(pem.encode()).decode()
        yield base64.urlsafe_b64encode(pem.encode()).decode()
    yield _key(PrivateFormat.PKCS8, locked=True).decode()
    yield BODY
    yield BODY.replace("+", "-").replace("/", "_").rstrip("=")
    yield (
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n"
        f"{base64.encodebytes(b'..' + MARKER * 9).decode()}=abcd\n"
    )


def _given(key: str) -> Iterator[tuple[str, ...]]:
    """Put the key wherever an argument can be."""
    for command in cli.COMMANDS:
        yield (command, key)
        yield (command, "--", key)
        yield (command, "--no-such-option", key)
        yield (command, f"--no-such-option={key}")
        yield (command, key, key, key, key)
        yield (command, "--format", key)
        yield (command, "--password-file", key)
    yield (key,)
    yield ("--", key)
    yield ("-C", key, "list")
    yield (f"-C{key}", "list")
    yield ("--color", key, "list")
    yield ("certificate", key)
    for option in ("--cert", "--key", "--chain", "--roots", "--domain", "--at"):
        yield ("certificate", "check", option, key)
        yield ("certificate", "check", f"{option}={key}")
    yield ("certificate", "chain", "--leaf", key, "--pool", "web.crt")
    yield ("create", "web:443", "web.crt", key)
    yield ("create", "web:443", "web.crt", "--chain", key)
    yield ("create", "web:443", "web.crt", "--", key)
    yield ("update", "web:443", key, key)
    yield ("deploy", "--local", "--parameter", f"Key={key}")
    yield ("deploy", "--local", "--parameter", key)
    yield ("diff", "--base", key)
    yield ("compose", "-f", key)


def test_a_key_that_is_an_argument_is_refused_and_not_shown(workdir: Path) -> None:
    """Whatever the command or option, click's own complaints included: exit 2."""
    _files(workdir)
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    for key in _forms():
        for command in _given(key):
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = cli.run(list(command))
            said = out.getvalue() + err.getvalue()
            assert code == 2, command
            assert "looks like a private key" in said
            assert not any(trace.decode() in said for trace in _traces())
            assert not any(line in said for line in key.split() if len(line) > 30)


def test_an_empty_file_name_is_refused(workdir: Path) -> None:
    """A shell gives '' for a variable that is not set; no folder is meant by it."""
    _files(workdir)
    for command, name in (
        (("create", "web:443", "web.crt", ""), "KEY"),
        (("create", "web:443", "web.crt", "--chain", ""), "--chain"),
        (("create", "web:443", "web.crt", "--chain="), "--chain"),
    ):
        shown = _run(*command).decode()
        assert shown.startswith(f"sslstack: error: {name} expects a file name; it is empty\n")


def test_the_option_that_got_the_key_is_named(workdir: Path) -> None:
    key = _key(PrivateFormat.PKCS8).decode()
    for command, words in (
        (("certificate", "check", "--cert", "web.crt", "--key", key), "--key expects a file name"),
        (("certificate", "check", f"--key={key}"), "--key expects a file name"),
        (("create", "web:443", "web.crt", key), "KEY expects a file name"),
        (("create", "web:443", "--", "web.crt", key), "KEY expects a file name"),
        (("deploy", "--parameter", key), "--parameter:"),
        (("no-such-command", key), "expected a file name"),
    ):
        expected = f"sslstack: error: {words}{'' if words[-1] == ':' else ';'}"
        shown = _run(*command).decode()
        assert shown.startswith(f"{expected} this looks like a private key\n"), shown
    assert list(workdir.iterdir()) == []


def test_a_password_that_is_no_file_is_not_shown(workdir: Path) -> None:
    _files(workdir)
    for given in ("hunter2-canary", "x" * 5000):
        check = ("certificate", "check", "--cert", "web.crt", "--key", "locked.key")
        said = _run(*check, "--password-file", given)
        assert given.encode() not in said
        assert b"--password-file: error: " in said


ONE_LINE = _key(PrivateFormat.PKCS8).decode().replace("\n", "\\n")
ENCODED = base64.b64encode(_key(PrivateFormat.PKCS8)).decode()
PLACES = {
    "a port of compose": {"docker-compose.yml": COMPOSE.replace("443:80", ONE_LINE)},
    "a port from .env": {
        "docker-compose.yml": COMPOSE.replace("443:80", "${KEY}:80"), ".env": f'KEY="{ONE_LINE}"\n'
    },
    "a variable of compose": {
        "docker-compose.yml": "services: {web: {image: x, ports: ['443:80'], environment: {"
        f'KEY: "{ONE_LINE}", B64: {ENCODED}, LIST: ["{ONE_LINE}"]}}}}}}\n'
    },
    "a key of compose": {"docker-compose.yml": f'"{ONE_LINE}": 1\n{COMPOSE}'},
    "a broken env file": {
        "docker-compose.yml": "services: {web: {image: x, env_file: [k.env]}}\n",
        "k.env": _key(PrivateFormat.PKCS8).decode(),
    },
    "private_key: DER in base64": {"ssl.yml": _declaration("private_key", BODY)},
    "private_key: PEM in base64": {"ssl.yml": _declaration("private_key", ENCODED)},
    "certificate: DER in base64": {"ssl.yml": _declaration("certificate", BODY)},
    "a key of ssl.yml": {"ssl.yml": f'version: 1\n"{ONE_LINE}": 1\n'},
    "a block that is cut off": {
        "ssl.yml": "version: 1\nlisteners: |\n"
        + "".join(f"  {line}\n" for line in _key(PrivateFormat.PKCS8).decode().splitlines()[:-1])
    },
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_key_in_the_wrong_place_is_not_shown(workdir: Path, place: str) -> None:
    _files(workdir)
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    (workdir / "ssl.yml").write_text(_declaration("private_key", "pkcs8.key"))
    for name, content in PLACES[place].items():
        (workdir / name).write_text(content)
    said = [_run(*command) for command in (
        ("check",), ("check", "--format", "json"), ("check", "--format", "sarif"),
        ("check", "--format", "github"), ("generate",), ("list",), ("compose",), ("push",),
        ("create", "web:80", "web.crt"), ("textconv", "ssl.yml"),
        ("textconv", "docker-compose.yml"),
    )]  # fmt: skip
    assert [(trace, text) for trace in _traces() for text in said if trace in text] == []
    assert not any(ENCODED[60:120].encode() in text for text in said)


TEMPLATE = f"""\
Resources:
  S:
    Type: AWS::SecretsManager::Secret
    Properties: {{SecretString: hunter2-canary, KmsKeyId: "{ONE_LINE}"}}
  C:
    Type: AWS::IAM::ServerCertificate
    Properties: {{CertificateBody: x, PrivateKey: ["{ONE_LINE}"], Path: "{ENCODED}"}}
  P:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties:
      ClientSecret: hunter2-canary
      ProviderDetails: {{client_secret: hunter2-canary, Passphrase: [hunter2-canary]}}
      Credentials: {{ApiKey: {{a: hunter2-canary}}}}
  B:
    Type: AWS::RDS::DBInstance
    Properties: {{MasterUserPassword: [hunter2-canary], Port: [1]}}
  D:
    Type: AWS::IAM::ServerCertificate
    Properties:
      PrivateKey: |
"""


def test_secrets_in_a_template_of_others_are_not_shown(workdir: Path) -> None:
    """In no format of check and diff, and in no file that is kept."""
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    (workdir / "ssl.yml").write_text("version: 1\nstack: web\n")
    lines = _key(PrivateFormat.PKCS8).decode().splitlines()[:-1]
    text = TEMPLATE + "".join(f"        {line}\n" for line in lines)
    (workdir / "templates").mkdir()
    for path in (workdir / "x.yaml", workdir / "templates" / "web.yaml"):
        path.write_text(text)
    begin = "git init -q -b main && git add -A && git -c user.name=x -c user.email=x@x commit -qm x"
    subprocess.run(["sh", "-c", begin], check=True, cwd=workdir)
    said = [
        _run("check", "x.yaml", "--format", form) for form in ("text", "json", "sarif", "github")
    ]
    said += [_run("diff", "--format", form) for form in ("text", "json", "markdown", "html")]
    kept = [
        path.read_bytes()
        for path in workdir.rglob("*")
        if path.is_file() and ".git" not in path.parts and path.read_text("latin-1") != text
    ]
    secrets = (*_traces(), b"hunter2", ENCODED[60:120].encode())
    assert [(one, text) for one in secrets for text in (*said, *kept) if one in text] == []
