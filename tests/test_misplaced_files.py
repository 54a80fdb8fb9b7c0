"""Files and words in each other's place: one finding each, with the line to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from support import pki

if TYPE_CHECKING:
    from pathlib import Path

_COMPOSE = 'name: app\nservices: {web: {image: x, ports: ["80:3000", "443:3000"]}}\n'


@pytest.fixture
def files(workdir: Path) -> Path:
    """Write a compose file, and a root, a CA and a certificate with its key."""
    root = pki.root()
    ca = pki.issue("CA", root, ca=True, days=pki.LASTING)
    pki.issue("site", ca, domains=["site.example"], days=pki.LASTING).write(workdir)
    pki.issue("other", ca, domains=["other.example"], days=pki.LASTING).write(workdir, "other")
    wrong = pki.issue("Wrong CA", root, ca=True, days=pki.LASTING)
    for name, one in (("root", root), ("ca", ca), ("wrong", wrong)):
        (workdir / f"{name}.pem").write_bytes(one.pem)
    (workdir / "docker-compose.yml").write_text(_COMPOSE)
    (workdir / "certs").mkdir()
    (workdir / "certs" / "fullchain.pem").write_bytes(b"")
    (workdir / "certs" / "privkey.pem").write_bytes(b"")
    return workdir


_RIGHT = "site.crt site.key --chain ca.pem --roots root.pem"
_ONE_FINDING = {
    "site.crt site.key --chain site.key --roots root.pem": (
        "site.key", "chain.holds-key", "create web:443 site.crt site.key --roots root.pem (",
    ),
    "site.crt site.key --chain other.key": (
        "other.key", "chain.holds-key", "create web:443 site.crt site.key (--chain FILE",
    ),
    "site.key site.crt --chain ca.pem --roots root.pem": (
        "site.key", "certificate.swapped", f"create web:443 {_RIGHT}\n",
    ),
    "ca.pem site.key --chain site.crt --roots root.pem": (
        "ca.pem", "certificate.swapped", f"create web:443 {_RIGHT}\n",
    ),
    "site.crt ca.pem --chain site.key --roots root.pem": (
        "ca.pem", "key.missing", f"create web:443 {_RIGHT}\n",
    ),
    "site.crt site.key --chain ca.pem --roots site.key": (
        "site.key", "roots.missing", "create web:443 site.crt site.key --chain ca.pem (--roots",
    ),
    "site.key": ("site.key", "certificate.missing", "create web:443 CERT site.key (CERT is"),
    "site.crt site.crt": ("site.crt", "key.missing", "create web:443 site.crt KEY (KEY is"),
    "site.key site.crt --secure --protocol tls": (
        "site.key", "certificate.swapped",
        "create web:443 --secure --protocol tls site.crt site.key\n",
    ),
    "site.crt --chain wrong.pem": ("wrong.pem", "chain.unrelated", "give the chain that came"),
    "site.crt --roots root.pem": ("site.crt", "chain.missing-issuer", "add it to the chain"),
    "site.crt --chain site.key": (
        "site.key", "chain.holds-key", "create web:443 site.crt site.key (--chain FILE",
    ),
    "site.crt ca.pem": (
        "ca.pem", "key.missing", "create web:443 site.crt KEY --chain ca.pem (KEY is",
    ),
    "certs site.key": ("certs", "file.unreadable", "name the file in it: certs/fullchain.pem\n"),
    "site.crt certs": ("certs", "file.unreadable", "name the file in it: certs/privkey.pem\n"),
    "/dev/zero k": ("/dev/zero", "file.unreadable", "name a regular file"),
    "sites.crt": ("sites.crt", "file.unreadable", "did you mean site.crt?"),
}  # fmt: skip


@pytest.mark.parametrize("arguments", _ONE_FINDING)
def test_one_finding_names_the_file_and_the_line_to_type(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    place, rule, hint = _ONE_FINDING[arguments]
    assert cli.run(["create", "web:443", *arguments.split()]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"{place}: error: ")
    assert f"[{rule}]" in shown
    assert shown.count(" error: ") == 1
    assert f"hint: {'sslstack ' if hint.startswith('create') else ''}{hint}" in shown
    assert not (files / "ssl.yml").exists()


@pytest.mark.parametrize("arguments", ["site.crt web:443 site.key", "site.crt site.key web:443"])
def test_a_target_behind_the_files_is_put_first(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    del files
    assert cli.run(["create", *arguments.split()]) == 2
    shown = capsys.readouterr().err
    assert "TARGET comes first: web:443\n" in shown
    assert "hint: sslstack create web:443 site.crt site.key\n" in shown


def test_a_target_with_its_parts_swapped_is_put_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["create", "443:web", "site.crt"]) == 2
    assert "did you mean web:443?" in capsys.readouterr().err


def test_a_certificate_file_without_a_suffix_is_a_file(files: Path) -> None:
    (files / "site.crt").rename(files / "site")
    (files / "site.key").rename(files / "key")
    assert cli.run(["create", "web:443", "site", "key", "--chain", "ca.pem"]) == 0
    assert "    certificate: site\n    chain: ca.pem\n" in (files / "ssl.yml").read_text()


def test_update_with_a_key_as_chain_is_one_finding(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["create", "web:443", *_RIGHT.split()]) == 0
    before = (files / "ssl.yml").read_bytes()
    capsys.readouterr()
    assert cli.run(["update", "web:443", "--chain", "other.key"]) == 2
    shown = capsys.readouterr().err
    assert shown.count(" error: ") == 1
    assert "hint: sslstack update web:443 (--chain FILE" in shown
    assert before == (files / "ssl.yml").read_bytes()
