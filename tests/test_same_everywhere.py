"""A broken declaration has the same rule, level and exit code in every command."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from support import pki

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "check": ["check"],
    "check one": ["check", "web"],
    "generate": ["generate"],
    "generate one": ["generate", "web"],
    "generate --check": ["generate", "--check", "--frozen"],
    "diff": ["diff"],
    "deploy": ["deploy", "web", "--yes"],
    "create": [
        "create",
        "--stack",
        "web",
        "web:80",
        "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    ],
}
ROOT = pki.issue("Root", None, ca=True, days=3600)
ISSUER = pki.issue("Issuer", ROOT, ca=True, days=3600)
LEAF = pki.issue("web.example", ISSUER, domains=["web.example"])
COMPOSE = "services: {web: {image: x, ports: ['80:80', '443:80']}}\n"
TLS = """\
version: 1
stack: site
listeners:
  web:443: {certificate: {certificate: web.crt, roots: root.pem}}
"""
VARIED = "version: 1\nstack: site\nenvironments: {b: {services: {web: {draining: 0}}}}\n"
BROKEN = {
    "an issuer is missing": ({"ssl.yml": TLS}, "chain.missing-issuer"),
    "a certificate is missing": (
        {"ssl.yml": TLS.replace("web.crt", "other.crt")},
        "file.unreadable",
    ),
    "a certificate is not one": (
        {"ssl.yml": TLS, "web.crt": "nothing\n"},
        "certificate.unreadable",
    ),
    "the service does not exist": (
        {"ssl.yml": TLS.replace("web:", "wab:")},
        "listener.unknown-service",
    ),
    "the port is not published": ({"ssl.yml": TLS.replace("443", "444")}, "listener.unknown-port"),
    "a key is not known": ({"ssl.yml": f"{TLS}chian: x\n"}, "declaration.unknown-key"),
    "ssl.yml is not YAML": ({"ssl.yml": "version: 1\nlisteners: {\n"}, "yaml.syntax"),
    "the compose file is not YAML": (
        {"ssl.yml": "version: 1\n", "docker-compose.yml": "services: {"},
        "yaml.syntax",
    ),
    "there is no compose file": (
        {"ssl.yml": "version: 1\n", "docker-compose.yml": None},
        "compose.missing",
    ),
    "another folder is the same stack": (
        {"ssl.yml": "version: 1\nstack: site\n", "../other/ssl.yml": "version: 1\nstack: site\n"},
        "stack.duplicate-name",
    ),
    "another folder makes the same template": (
        {
            "ssl.yml": VARIED,
            "../web.b/ssl.yml": "version: 1\nstack: other\n",
        },
        "stack.duplicate-name",
    ),
    "a warning was made an error": (
        {
            "ssl.yml": "version: 1\nstack: site\nchecks:\n"
            "  listener.plaintext-443: {level: error, reason: we promised TLS}\n"
        },
        "listener.plaintext-443",
    ),
}  # fmt: skip


def _set_up(root: Path, files: dict[str, str | None]) -> None:
    folder = root / "stacks" / "web"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(
        ["git", "-C", str(root), *identity, "commit", "-q", "--allow-empty", "-m", "begin"],
        check=True,
    )
    (folder / "web.crt").write_bytes(LEAF.pem)
    (folder / "root.pem").write_bytes(ROOT.pem)
    everything = {"docker-compose.yml": COMPOSE, **files}
    for name, content in everything.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if content is not None:
            path.write_text(content)
        if name.startswith(".."):
            path.with_name("docker-compose.yml").write_text(COMPOSE)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize(("files", "rule"), BROKEN.values(), ids=BROKEN)
def test_no_template_can_be_written(
    command: list[str],
    files: dict[str, str | None],
    rule: str,
    workdir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The answer is 2 and the finding is an error, whoever asks; no template appears."""
    _set_up(workdir, files)
    code = cli.run(command)
    said = "".join(capsys.readouterr())
    assert re.search(rf": error: .* \[{re.escape(rule)}\]", said), said
    assert code == 2
    assert not (workdir / "templates").exists()


def test_what_leaves_a_template_is_no_for_check_and_deploy(
    workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error that a template can be written with is exit 1 where it is reported."""
    _set_up(workdir, {"ssl.yml": f"{TLS}checks:\n  template.stale: {{level: error, reason: no}}\n"})
    (workdir / "stacks" / "web" / "web.crt").write_bytes(LEAF.pem + ISSUER.pem)
    assert cli.run(["check"]) == 1
    assert ": error: " in capsys.readouterr().out
    assert cli.run(["generate"]) == 0
    assert cli.run(["check"]) == 0
