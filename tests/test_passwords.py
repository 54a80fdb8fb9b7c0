"""Passwords of private keys: from files, from pipes, from whoever sits at the terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)

from sslstack import cli
from support import pki

if TYPE_CHECKING:
    from pathlib import Path


_DECLARATION = """\
version: 1
stack: shop
certificates:
  site: {certificate: site.crt, private_key: site.key, untrusted: true}
  again: {certificate: site.crt, private_key: site.key, untrusted: true}
listeners:
  web:443: {certificate: site}
  web:8443: {certificate: again}
"""
_PUSH = [sys.executable, "-m", "sslstack", "push"]


@pytest.fixture
def app(app: Path) -> Path:
    """Give the stack a second certificate, and the one key a password."""
    (app / "docker-compose.yml").write_text(
        "services: {web: {image: x, ports: ['443:3000', '8443:3000']}}\n"
    )
    (app / "ssl.yml").write_text(_DECLARATION)
    _lock(app, b"opens it")
    return app


def _lock(folder: Path, password: bytes) -> None:
    """Encrypt the key that two certificates share."""
    issued = pki.issue("site.example", None, domains=["site.example"])
    kind = (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    (folder / "site.crt").write_bytes(issued.pem)
    (folder / "site.key").write_bytes(issued.key.private_bytes(*kind))


@pytest.mark.parametrize("kind", ["PEM", "PKCS#12"])
def test_a_command_that_takes_no_password_compares_no_encrypted_key(
    workdir: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """It names no option that it does not have, and declares the key all the same."""
    issued = pki.issue("site.example", None, domains=["site.example"], days=pki.LASTING)
    lock = BestAvailableEncryption(b"opens it")
    pem = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    store = pkcs12.serialize_key_and_certificates(
        b"x", issued.key, None, None, lock  # type: ignore[arg-type] # an EC key
    )  # fmt: skip
    (workdir / "site.crt").write_bytes(issued.pem)
    (workdir / "site.key").write_bytes(pem if kind == "PEM" else store)
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    listener = "web:443: {certificate: {certificate: site.crt, untrusted: true}}"
    for command, declared in (("create", ""), ("update", f"listeners: {{{listener}}}\n")):
        (workdir / "ssl.yml").write_text(f"version: 1\nstack: shop\n{declared}")
        assert cli.run([command, "web:443", "site.crt", "site.key", "--roots", "site.crt"]) == 0
        said = capsys.readouterr().err
        assert "site.key: encrypted, so it is not compared with the certificate\n" in said
    assert "private_key: site.key" in (workdir / "ssl.yml").read_text()
    assert cli.run(["check"]) == 0
    said = capsys.readouterr().out
    assert "so it is not compared with the certificate [key.not-compared]" in said
    assert "hint: 'sslstack push' and 'sslstack deploy' ask for its password" in said
    assert "--password-file" not in said


@pytest.mark.parametrize("given", ["-", "/dev/stdin", "<(cat)", "<(yes 'opens it')"])
def test_a_password_comes_from_a_pipe(app: Path, given: str) -> None:
    """Which gives it once, for two certificates, and need not end."""
    command = f"{' '.join(_PUSH)} --password-file {given}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=app, input=b"opens it\r\nnot this\n",
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count(b"secret created")) == (0, 2), done.stderr


def test_a_password_file_that_cannot_be_read_is_wrong_input(app: Path) -> None:
    for name, words in (("none", b"no such file"), (".", b"it is a folder")):
        command = [*_PUSH, "--password-file", name]
        done = subprocess.run(
            command, cwd=app, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr.count(words)) == (2, 1), done.stderr


def _typed(app: Path, typed: bytes, errors: str) -> tuple[int, bytes]:
    """Push with what is typed at a terminal; gives the exit code and all that it showed."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        _PUSH, cwd=app, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": f"utf-8:{errors}"},
    ) as process:  # fmt: skip
        os.close(follower)
        shown = b""
        while b"site.key: " not in shown:  # the blank comes once echo is off
            shown += os.read(leader, 4096)
        os.write(leader, typed + b"\n")
        while more := _more(leader):
            shown += more
        code = process.wait(20)
    os.close(leader)
    return code, shown


def _more(leader: int) -> bytes:
    try:
        return os.read(leader, 4096)
    except OSError:  # nobody writes there any more
        return b""


def test_a_file_of_two_certificates_is_asked_for_once(app: Path) -> None:
    code, shown = _typed(app, b"opens it", "strict")
    assert (code, shown.count(b"password of")) == (0, 1), shown


def test_a_password_is_the_bytes_that_were_typed(app: Path) -> None:
    _lock(app, b"\xff\xfe")
    code, shown = _typed(app, b"\xff\xfe", "surrogateescape")
    assert code == 0, shown
    code, shown = _typed(app, b"\xff\xfe", "strict")
    assert (code, b"site.key was not typed in utf-8: --password-file" in shown) == (2, True), shown
