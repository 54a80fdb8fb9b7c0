"""A private key with a known marker goes through every command; it is seen nowhere else."""

from __future__ import annotations

import base64
import contextlib
import io
import subprocess
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

import pki
from sslstack import cli

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


def _commands(keys: list[str]) -> Iterator[tuple[str, ...]]:
    for key in keys:
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


def test_the_marker_is_seen_nowhere(workdir: Path) -> None:
    """Not in what is printed, and in no file but the key's own."""
    keys = _files(workdir)
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    begin = "git init -q -b main && git add -A && git -c user.name=x -c user.email=x@x commit -qm x"
    subprocess.run(["sh", "-c", f"{begin} --allow-empty"], check=True, cwd=workdir)
    said = [_run(*command) for command in _commands(sorted(keys))]
    for key in sorted(keys):
        for place in ("certificate", "chain", "private_key", "roots", "trusted"):
            (workdir / "ssl.yml").write_text(_declaration(place, key))
            said += [_run(*command) for command in (
                ("check",), ("check", "--format", "json"), ("generate",), ("generate", "--check"),
                ("list",), ("list", "--format", "json"), ("resolve",), ("compose",),
                ("diff",), ("diff", "--format", "html"), ("textconv", "ssl.yml"),
                ("update", "web:443", "web.crt", key), ("delete", "web:443"),
            )]  # fmt: skip
    seen = [(trace, text) for trace in _traces() for text in said if trace in text]
    assert seen == []
    leaks = [
        (path, trace)
        for path in workdir.rglob("*")
        if path.is_file() and path.name not in keys and ".git" not in path.parts
        for trace in _traces()
        if trace in path.read_bytes()
    ]
    assert leaks == []


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
