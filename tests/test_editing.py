"""Certificates given to create and update: what is refused, what is kept, and what is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from sslstack import cli
from support import pki

_COMPOSE = 'name: app\nservices: {web: {image: x, ports: ["80:3000", "443:3000", "8443:3000"]}}\n'
_DECLARED = """\
version: 1\r
# who serves what\r
certificates:\r
  site: {domains: [site.example], certificate: site.crt,\r
    private_key: site.key, roots: ca.crt}   # bought in May\r
listeners: {web:443: {certificate: site}}\r
"""


@pytest.fixture
def authority(workdir: Path) -> pki.Issued:
    """Write a compose file, a CA and a certificate with its key into the working folder."""
    ca = pki.root("Private CA")
    (workdir / "docker-compose.yml").write_text(_COMPOSE)
    (workdir / "ca.crt").write_bytes(ca.pem)
    _issue(ca, "site", "site.example").write(workdir)
    return ca


def _issue(ca: pki.Issued, name: str, *domains: str, days: float = pki.LASTING) -> pki.Issued:
    return pki.issue(name, ca, domains=list(domains), kind="rsa2048", days=days)


def _written() -> bytes:
    path = Path("ssl.yml")
    return path.read_bytes() if path.exists() else b""


def _declare() -> None:
    Path("ssl.yml").write_bytes(_DECLARED.encode())


def test_update_keeps_what_is_not_given_and_says_what_changes(
    authority: pki.Issued, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _declare()
    renewed = _issue(authority, "site", "site.example", "www.site.example", days=pki.LASTING + 90)
    renewed.write(workdir, "new")
    assert cli.run(["update", "web:443", "new.crt"]) == 0
    assert _written().decode() == _DECLARED.replace("site.crt", "new.crt")
    shown = capsys.readouterr().out
    assert (
        f"-> {renewed.certificate.not_valid_after_utc:%Y-%m-%d}, same key, names added: " in shown
    )
    assert "www.site.example" in shown


def test_update_refuses_the_key_that_it_would_keep(
    authority: pki.Issued, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _declare()
    _issue(authority, "other", "site.example").write(workdir, "new")
    assert cli.run(["update", "web:443", "new.crt"]) == 2
    assert "give the new key's file as KEY, behind CERT" in capsys.readouterr().err
    assert _written() == _DECLARED.encode()
    assert cli.run(["update", "web:443", "new.crt", "new.key"]) == 0
    assert "new key" in capsys.readouterr().out
    expected = _DECLARED.replace("site.crt", "new.crt").replace("site.key", "new.key")
    assert _written().decode() == expected


def test_update_with_an_option_alone(authority: pki.Issued, workdir: Path) -> None:
    _declare()
    (workdir / "site.chain").write_bytes(authority.pem)
    assert cli.run(["update", "web:443", "--chain", "site.chain"]) == 0
    assert _written().decode() == _DECLARED.replace("ca.crt}", "ca.crt, chain: site.chain}")


@pytest.mark.parametrize("command", ["create", "update"])
@pytest.mark.parametrize("begins", [-400.0, pki.LASTING + 30.0])
def test_a_certificate_that_is_not_valid_now_is_refused(
    authority: pki.Issued,
    workdir: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    begins: float,
) -> None:
    days = begins + 1
    pki.issue(
        "site", authority, domains=["site.example"], kind="rsa2048", days=days, age=-begins
    ).write(workdir, "odd")
    if command == "update":
        _declare()
    before = _written()
    argv = [command, "web:443", "odd.crt", "odd.key", "--roots", "ca.crt"]
    assert cli.run(argv) == 2
    shown = capsys.readouterr().err
    assert "[certificate.expired]" in shown or "[certificate.not-yet-valid]" in shown
    assert "--force" in shown
    assert _written() == before
    assert cli.run([*argv, "--force"]) == 0


def test_swapped_arguments_and_a_ca_certificate(
    authority: pki.Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    del authority
    assert cli.run(["create", "web:443", "site.key", "site.crt", "--roots", "ca.crt"]) == 2
    shown = capsys.readouterr().err
    assert "  hint: sslstack create web:443 site.crt site.key --roots ca.crt\n" in shown
    assert cli.run(["create", "web:443", "ca.crt", "site.key"]) == 2
    shown = capsys.readouterr().err
    assert "[certificate.ca-certificate]" in shown
    assert "--chain ca.crt" in shown
    assert _written() == b""


def test_one_file_is_one_certificate(authority: pki.Issued, workdir: Path) -> None:
    """Also by another spelling of its path, and after the listener was deleted."""
    del authority
    argv = ["site.crt", "site.key", "--roots", "ca.crt"]
    assert cli.run(["create", "web:443", *argv]) == 0
    first = _written()
    assert cli.run(["create", "web:443", *argv]) == 0
    assert _written() == first
    assert cli.run(["delete", "web:443"]) == 0
    assert cli.run(["create", "web:443", str(workdir / "site.crt")]) == 0
    assert _written() == first
    assert cli.run(["create", "web:8443", "./site.crt"]) == 0
    assert _written().count(b"site.crt") == 1
    assert cli.run(["delete", "web:8443", "--prune"]) == 0
    assert _written() == first
    assert cli.run(["delete", "web:443", "--prune"]) == 0
    assert b"site" not in _written()


def test_check_reports_an_expired_certificate_once(
    authority: pki.Issued, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expired = pki.issue(
        "site", authority, domains=["site.example"], kind="rsa2048", days=-300, age=400
    )
    expired.write(workdir)
    _declare()
    assert cli.run(["generate"]) == 0
    capsys.readouterr()
    assert cli.run(["check"]) == 1
    shown = capsys.readouterr().out
    assert shown.count("expired") == shown.count("certificate.expired") + 1
    assert "E9142" not in shown
