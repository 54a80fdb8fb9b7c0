"""The command line as a process: exit codes, streams, hostile files, never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sslstack
from sslstack import cli
from sslstack.cli import COMMANDS

COLOR = re.compile(r"\"(?:bright_)?(red|green|blue|magenta|yellow|cyan|white|black)\"")


def _run(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sslstack", *argv]
    env = {k: v for k, v in os.environ.items() if k != "SSLSTACK_TRACEBACK"} | environment
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=60)


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        assert cli.run([command, "--help"]) == 0
        shown = capsys.readouterr()
        assert shown.err == ""
        assert f"Example: sslstack {command}" in shown.out


@pytest.mark.parametrize("argv", [("--nope",), ("nope",), ("list", "--at", "x"), ("create", "w")])
def test_wrong_usage(workdir: Path, argv: tuple[str, ...]) -> None:
    done = _run(*argv)
    assert workdir.is_dir()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sslstack: error: ")
    assert "hint" in done.stderr


_BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 10)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)
_HOSTILE: dict[str, bytes] = {
    "alias bomb": _BOMB.encode(),
    "deep nesting": b"[" * 200_000,
    "question marks": b"? " * 200_000,
    "NUL": b"version: 1\0",
    "invalid UTF-8": b"version: \xff\xfe",
    "UTF-16": "version: 1".encode("utf-16"),
    "huge scalar": b"version: '" + b"x" * 5_000_000 + b"'",
    "huge number": b"version: " + b"9" * 1_000_000,
    "no mapping": b"- 1",
    "python object": b"version: !!python/object/apply:os.system [id]",
    "endless variables": b"services: {a: {image: '" + b"${" * 200_000 + b"'}}",
    "self include": b"include: [docker-compose.yml]",
    "self extends": b"services: {a: {extends: a}}",
    "ports": b"services: {a: {image: x, ports: ['1-65535:1-65535', '0x:1', {target: []}]}}",
}


@pytest.mark.parametrize("name", _HOSTILE)
@pytest.mark.parametrize("file", ["ssl.yml", "docker-compose.yml"])
def test_hostile_files(
    workdir: Path, examples: Path, capsys: pytest.CaptureFixture[str], file: str, name: str
) -> None:
    """Refused with a place and exit 2 (or harmless), in seconds, and nothing is written."""
    for example in (
        "docker-compose.yml", "ssl.yml", "mydomain.crt", "mydomain.chain", "root.pem",
    ):  # fmt: skip
        (workdir / example).write_bytes((examples / "convox" / example).read_bytes())
    (workdir / file).write_bytes(_HOSTILE[name])
    code = cli.run(["generate"])
    shown = capsys.readouterr().err
    assert code == 2, shown[:500]
    assert file in shown
    assert len(shown) < 20_000
    assert not (workdir / "templates").exists()


@pytest.mark.parametrize("file", ["ssl.yml", "docker-compose.yml", "mydomain.crt", ".env"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "huge"])
def test_what_is_no_file(workdir: Path, examples: Path, file: str, kind: str) -> None:
    """Folders, pipes without a writer, loops of links and 50 MB in place of a file."""
    for example in (
        "docker-compose.yml", "ssl.yml", "mydomain.crt", "mydomain.chain", "root.pem",
    ):  # fmt: skip
        (workdir / example).write_bytes((examples / "convox" / example).read_bytes())
    path = workdir / file
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        with path.open("wb") as stream:
            stream.truncate(50_000_000)
    done = _run("generate")
    assert "Traceback" not in done.stderr
    if (file, kind) == (".env", "folder"):
        assert done.returncode == 0  # Docker Compose does not mind one either
    else:
        assert done.returncode == 2
        assert file in done.stderr


def test_colours_only_where_they_are_seen(workdir: Path) -> None:
    (workdir / "ssl.yml").write_text("version: 2\n")
    (workdir / "docker-compose.yml").write_text("services: {}\n")
    assert "\x1b" not in _run("check").stdout
    assert "\x1b" in _run("--color", "always", "check").stdout
    assert "\x1b" not in _run("--color", "never", "check", FORCE_COLOR="1").stdout


def test_colours_can_be_read_on_any_background() -> None:
    """Yellow and cyan vanish on white, and so does white; black on black."""
    folder = Path(sslstack.__file__).parent
    sources = [path for name in ("cli", "views") for path in (folder / name).rglob("*.py")]
    named = {word for path in sources for word in COLOR.findall(path.read_text("utf-8"))}
    assert {"red", "green"} <= named
    assert not named & {"yellow", "cyan", "white", "black"}


def test_a_reader_that_has_had_enough(workdir: Path) -> None:
    """`sslstack schema | head -1` says nothing of broken pipes."""
    command = f"{sys.executable} -m sslstack schema | head -c 1"
    done = subprocess.run(
        ["sh", "-c", command], check=False, capture_output=True, text=True, cwd=workdir
    )
    assert (done.stdout, done.stderr) == ("{", "")


def test_another_folder(workdir: Path) -> None:
    (workdir / "app").mkdir()
    (workdir / "app" / "docker-compose.yml").write_text("services: {}\n")
    assert _run("-C", "app", "init").returncode == 0
    assert (workdir / "app" / "ssl.yml").exists()
    assert _run("-C", "nowhere", "init").returncode == 2


@pytest.mark.parametrize("command", [("generate",), ("deploy", "--local", "--yes")])
def test_a_template_that_cannot_be_written(workdir: Path, command: tuple[str, ...]) -> None:
    (workdir / "ssl.yml").write_text("version: 1\nstack: s\n")
    (workdir / "docker-compose.yml").write_text("services: {a: {image: x, ports: ['80:80']}}\n")
    (workdir / "templates").write_text("a file where a folder should be")
    done = _run(*command)
    assert done.returncode == 2
    assert "templates/s.yaml: error: cannot be written" in done.stderr


def test_an_encoding_that_lacks_a_character_has_it_escaped(workdir: Path) -> None:
    """As JSON does, so that JSON stays JSON."""
    compose = "name: x\nservices: {web: {image: x, labels: {owner: Дима 🔒 é}}}\n"
    (workdir / "docker-compose.yml").write_text(compose, "utf-8")
    command = [sys.executable, "-m", "sslstack", "compose"]
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, check=False, capture_output=True, env=env, timeout=60)
    assert done.returncode == 0, done.stderr
    model = json.loads(done.stdout.decode("latin-1"))
    assert model["services"]["web"]["labels"]["owner"] == "Дима 🔒 é"
