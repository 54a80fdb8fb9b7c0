"""What stands in the place of a file, and is none, is named; nothing waits for a pipe."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sslstack import cli

if TYPE_CHECKING:
    from collections.abc import Callable

COMPOSE = "services: {web: {image: a, env_file: web.env, ports: ['80:3000', '443:3000']}}\n"
DECLARED = """\
version: 1
stack: web
listeners: {web:443: {certificate: {certificate: web.crt, private_key: web.key, chain: web.chain}}}
"""
NAMES = ("docker-compose.yml", "ssl.yml", "ssl.lock", "web.crt", "web.key", "web.chain", "web.env",
         ".env", "templates/web.yaml")  # fmt: skip


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


MADE: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": _socket,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a loop": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", MADE)
def test_every_command_ends_and_names_what_stands_there(
    name: str, what: str, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that waited for the pipe would never end."""
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    (workdir / "ssl.yml").write_text(DECLARED)
    (workdir / "web.env").touch()
    place = workdir / name
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    MADE[what](place)
    for command in ("check", "generate", "list"):
        assert cli.run([command]) in (0, 1, 2)
    shown = "".join(capsys.readouterr())
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("what", "reason"),
    [("a pipe", "it is not a regular file"), ("a folder", "it is a folder"),
     ("a socket", ""), ("a device", "it is not a regular file"),
     ("a loop", "it is a loop of symbolic links")],
)  # fmt: skip
def test_check_says_what_stands_in_the_place_of_a_template(
    what: str, reason: str, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workdir / "docker-compose.yml").write_text("services: {web: {image: a, ports: ['80:3000']}}\n")
    (workdir / "ssl.yml").write_text("version: 1\nstack: web\n")
    (workdir / "templates").mkdir()
    MADE[what](workdir / "templates" / "web.yaml")
    cli.run(["check"])
    shown = capsys.readouterr().out
    assert f"templates/web.yaml: warning: cannot be read: {reason}" in shown
    assert "hint: move away what is there" in shown


def test_check_says_that_templates_is_no_folder(
    workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workdir / "docker-compose.yml").write_text("services: {web: {image: a, ports: ['80:3000']}}\n")
    (workdir / "ssl.yml").write_text("version: 1\nstack: web\n")
    (workdir / "templates").write_text("")
    cli.run(["check"])
    shown = capsys.readouterr().out
    assert "templates/web.yaml: warning: cannot be read: a part of its path" in shown
