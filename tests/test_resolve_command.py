"""`resolve` pins what the network gives; every other command does without the network."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, NoReturn

import pytest

from sslstack import cli
from support import authority, pki

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOT = pki.root("Root")
A = pki.issue("A", ROOT, ca=True, days=3600)


@pytest.fixture
def server() -> Iterator[authority.Authority]:
    with authority.serving() as running:
        yield running


@pytest.fixture
def app(workdir: Path, server: authority.Authority) -> Path:
    """Give a stack whose certificate lacks two intermediates that the server has."""
    issuer = pki.issue("B", A, ca=True, days=3600, urls=[f"{server.url}/a"])
    server.answers |= {"/a": authority.ok(A.der), "/b": authority.ok(issuer.der)}
    leaf = pki.issue(
        "web.example", issuer, domains=["web.example"], urls=[f"{server.url}/b"], days=3500
    )
    (workdir / "web.crt").write_bytes(leaf.pem)
    (workdir / "root.pem").write_bytes(ROOT.pem)
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    (workdir / "ssl.yml").write_text(
        "version: 1\nstack: app\nlisteners:\n"
        "  web:443: {certificate: {certificate: web.crt, roots: root.pem}}\n"
    )
    return workdir


def _template(app: Path) -> str:
    return (app / "templates" / "app.yaml").read_text()


def test_resolved_once_then_frozen(
    app: Path, server: authority.Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["generate", "--frozen"]) == 2
    said = capsys.readouterr().err
    assert "the certificate of 'B'" in said
    assert "[chain.unresolved]" in said
    assert server.asked == []
    assert cli.run(["resolve", "--allow-private-addresses"]) == 0
    assert capsys.readouterr().out.count(": + ") == 2
    lock = (app / "ssl.lock").read_text()
    assert lock.count("BEGIN CERTIFICATE") == 2
    asked = list(server.asked)
    assert cli.run(["generate", "--frozen"]) == 0
    assert _template(app).count("BEGIN CERTIFICATE") == 3
    assert cli.run(["resolve"]) == 0
    assert cli.run(["generate", "--check"]) == 0
    assert server.asked == asked
    assert (app / "ssl.lock").read_text() == lock


def test_an_environments_certificate_is_pinned_by_itself(
    app: Path, server: authority.Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the names of both; what the environment does not say otherwise is pinned once."""
    issuer = pki.issue("P", ROOT, ca=True, days=3600)
    server.answers["/p"] = authority.ok(issuer.der)
    leaf = pki.issue("prod.example", issuer, domains=["prod.example"], urls=[f"{server.url}/p"])
    (app / "prod.crt").write_bytes(leaf.pem)
    declaration = app / "ssl.yml"
    declaration.write_text(
        "version: 1\nstack: app\n"
        "certificates:\n  web: {certificate: web.crt, roots: root.pem}\n"
        "listeners:\n  web:443: {certificate: web}\n"
        "environments:\n  prod:\n    certificates:\n"
        "      web: {certificate: prod.crt, roots: root.pem}\n"
        "  test:\n    services: {web: {draining: 1}}\n"
    )
    assert cli.run(["resolve", "--allow-private-addresses"]) == 0
    said = [line.split(" (")[0] for line in capsys.readouterr().out.splitlines()]
    assert said == ["ssl.lock: prod/web: + P", "ssl.lock: web: + B", "ssl.lock: web: + A"]
    assert cli.run(["generate", "--frozen"]) == 0
    templates = app / "templates"
    certificates = {
        path.name: path.read_text().count("BEGIN CERTIFICATE") for path in templates.iterdir()
    }
    assert certificates == {"app.yaml": 3, "app.prod.yaml": 2, "app.test.yaml": 3}
    lock = (app / "ssl.lock").read_text()
    assert cli.run(["resolve"]) == 0
    assert (app / "ssl.lock").read_text() == lock
    declaration.write_text(declaration.read_text().split("environments:")[0])
    assert cli.run(["resolve"]) == 0
    assert "prod/web: - P" in capsys.readouterr().out
    assert cli.run(["generate", "--frozen"]) == 0


def test_refresh_says_what_changed(
    app: Path, server: authority.Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["resolve", "--allow-private-addresses"])
    server.answers["/a"] = authority.ok(pki.issue("A", ROOT, ca=True, days=3500).der)
    capsys.readouterr()
    assert cli.run(["resolve", "--refresh", "--allow-private-addresses"]) == 0
    changes = capsys.readouterr().out.splitlines()
    assert [line.split(" (")[0] for line in changes] == [
        "ssl.lock: web: + A",
        "ssl.lock: web: - A",
    ]
    (app / "ssl.yml").write_text("version: 1\nstack: app\n")
    assert cli.run(["resolve"]) == 0
    assert not (app / "ssl.lock").exists()


def test_a_refusal_names_the_issuer_and_what_each_address_answered(
    app: Path, server: authority.Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers["/a"] = authority.status(503)
    assert cli.run(["resolve", "--allow-private-addresses"]) == 3
    said = capsys.readouterr().err
    assert "ssl.yml:4:40: error: the certificate of 'A'" in said
    assert f"{server.url}/b returned 'B'; {server.url}/a answered 503" in said
    assert not (app / "ssl.lock").exists()
    server.asked.clear()
    assert cli.run(["generate"]) == 2
    assert "127.0.0.1, not a public address" in capsys.readouterr().err
    assert server.asked == []
    assert not (app / "templates").exists()


def test_a_lock_is_verified_anew(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It serves no other leaf, and no certificate in it is taken on trust."""
    cli.run(["resolve", "--allow-private-addresses"])
    other = pki.issue("web.example", pki.issue("C", ROOT, ca=True), domains=["web.example"])
    (app / "web.crt").write_bytes(other.pem)
    capsys.readouterr()
    assert cli.run(["generate", "--frozen"]) == 2
    assert "the certificate of 'C'" in capsys.readouterr().err
    lock = app / "ssl.lock"
    lock.write_text(lock.read_text().replace("subject: 'B'", "subject: 'B"))
    assert cli.run(["generate", "--frozen"]) == 2


@pytest.mark.parametrize(
    "command",
    [["generate"], ["generate", "--frozen"], ["generate", "--check"], ["check"], ["list"],
     ["compose"]],
)  # fmt: skip
def test_no_network_where_nothing_is_missing(
    app: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.run(["resolve", "--allow-private-addresses"])
    cli.run(["generate", "--frozen"])
    monkeypatch.setenv("XDG_CACHE_HOME", str(app.parent / "another-cache"))

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert cli.run(command) == 0


def test_check_and_generate_judge_at_the_line_of_the_declaration(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Expired: a template can be written, `check` refuses it. Too weak: none can be written."""
    leaf = pki.issue("old.example", ROOT, domains=["old.example"], days=-1, age=90)
    (app / "web.crt").write_bytes(leaf.pem)
    assert cli.run(["generate"]) == 0
    assert "1 error, 1 notice: 'sslstack check' lists them" in capsys.readouterr().err
    assert cli.run(["check"]) == 1
    assert "ssl.yml:4:40: error: 'old.example' (web.crt) expired on" in capsys.readouterr().out
    weak = pki.issue("weak.example", ROOT, domains=["weak.example"], kind="rsa1024", days=3500)
    (app / "web.crt").write_bytes(weak.pem)
    assert cli.run(["generate"]) == 2
    assert cli.run(["check"]) == 2
    assert "[certificate.weak-key]" in capsys.readouterr().out


def test_check_compares_the_key_that_is_at_hand(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaf = pki.issue("web.example", ROOT, domains=["web.example"], days=3500)
    (app / "web.crt").write_bytes(leaf.pem)
    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text().replace("roots:", "private_key: k, roots:"))
    cli.run(["generate"])
    assert cli.run(["check"]) == 0
    (app / "k").write_bytes(leaf.key_pem)
    assert cli.run(["check"]) == 0
    (app / "k").write_bytes(ROOT.key_pem)
    assert cli.run(["check"]) == 1
    assert "ssl.yml:4:62: error: the private key in k does not belong" in capsys.readouterr().out
