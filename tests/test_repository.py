"""What git has of a stack: private keys that it tracks, or would take with the next 'git add'."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from support.git_repository import begin, git
from support.pki import LASTING, issue, root

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = "name: app\nservices:\n  web: {image: web, ports: ['443:3000']}\n"
DECLARED = """\
version: 1
stack: app
certificates:
  web: {certificate: web.crt, roots: root.pem, private_key: keys/web.key}
listeners:
  web:443: {certificate: web}
services:
  web: {health_check: {path: /health}}
"""


@pytest.fixture
def repository(workdir: Path) -> Path:
    """Give a git repository with a stack and its certificate, everything but the key added."""
    authority = root()
    leaf = issue("web.example.com", authority, domains=["web.example.com"], days=LASTING)
    (workdir / "docker-compose.yml").write_text(COMPOSE)
    (workdir / "ssl.yml").write_text(DECLARED)
    (workdir / "web.crt").write_bytes(leaf.pem)
    (workdir / "root.pem").write_bytes(authority.pem)
    _git("init", "-q")
    _git("add", "-A")
    (workdir / "keys").mkdir()
    (workdir / "keys" / "web.key").write_bytes(leaf.key_pem)
    assert cli.run(["generate"]) == 0
    return workdir


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def _check(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.run(["check"])
    printed = capsys.readouterr()
    assert "PRIVATE KEY" not in printed.out + printed.err
    return code, printed.out


def test_a_tracked_key_is_an_error(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The place is the line that names it; .gitignore does not help what is tracked already."""
    _git("add", "-f", "keys/web.key")
    (repository / ".gitignore").write_text("*.key\n")
    code, printed = _check(capsys)
    assert code == 1
    assert "ssl.yml:4:61: error: git tracks private key 'keys/web.key'" in printed
    assert "[key.tracked]" in printed


def test_a_tracked_key_is_an_error_also_where_nothing_can_be_generated(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every finding is reported at once."""
    _git("add", "-f", "keys/web.key")
    (repository / "ssl.yml").write_text(DECLARED.replace("  web:443", "  api:443"))
    code, printed = _check(capsys)
    assert code == 2
    assert "[key.tracked]" in printed
    assert "[listener.unknown-service]" in printed


def test_the_level_of_a_tracked_key_cannot_be_lowered(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A private key that git tracks is known to everybody with a clone."""
    lowered = "checks: {key.tracked: {level: notice, reason: mine}}\n"
    (repository / "ssl.yml").write_text(DECLARED + lowered)
    assert _check(capsys)[0] == 2


def test_a_key_that_git_does_not_ignore_is_a_warning(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next 'git add' would take it; once it is ignored, there is nothing to report."""
    code, printed = _check(capsys)
    assert code == 0
    assert "warning: git does not ignore private key 'keys/web.key'" in printed
    (repository / ".gitignore").write_text("*.key\n")
    assert _check(capsys) == (0, "")


def test_a_link_to_a_key_outside_the_repository_discloses_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Git tracks the link, not the key."""
    key = repository / "keys" / "web.key"
    outside = tmp_path_factory.mktemp("home") / "web.key"
    outside.write_bytes(key.read_bytes())
    key.unlink()
    key.symlink_to(outside)
    _git("add", "-A")
    assert _check(capsys) == (0, "")


def test_a_key_of_a_certificate_that_no_listener_uses_counts(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is as secret as the others."""
    unused = "  old: {certificate: web.crt, roots: root.pem, private_key: keys/old.key}\n"
    (repository / "ssl.yml").write_text(DECLARED.replace("listeners:", unused + "listeners:"))
    (repository / ".gitignore").write_text("web.key\n")
    (repository / "keys" / "old.key").write_text("any")
    _git("add", "keys/old.key")
    code, printed = _check(capsys)
    assert code == 1
    assert "git tracks private key 'keys/old.key'" in printed


def test_nothing_is_reported_outside_of_a_repository(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without git there is no clone."""
    (repository / ".git").rename(repository / "was-git")
    assert _check(capsys) == (0, "")


@pytest.mark.parametrize("command", ["create", "update"])
def test_editing_warns_of_a_tracked_key(
    repository: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """The edit is made: what is wrong was wrong before it."""
    _git("add", "-f", "keys/web.key")
    if command == "create":
        (repository / "ssl.yml").write_text("version: 1\n")
    else:
        changed = DECLARED.replace("roots: root.pem, ", "")
        (repository / "ssl.yml").write_text(changed)
    roots = ["--roots", "root.pem"]
    assert cli.run([command, "web:443", "web.crt", "keys/web.key", *roots]) == 0
    assert "warning: git tracks private key 'keys/web.key'" in capsys.readouterr().err
    assert _check(capsys)[0] == 1


def _move_key(repository: Path, folder: str) -> None:
    """Move the key into another folder, and let ssl.yml name it there."""
    (repository / folder).mkdir(parents=True, exist_ok=True)
    (repository / "keys" / "web.key").rename(repository / folder / "web.key")
    declared = (repository / "ssl.yml").read_text()
    (repository / "ssl.yml").write_text(declared.replace("keys/web.key", f"{folder}/web.key"))


def test_a_key_that_a_submodule_tracks_is_an_error(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone with its submodules has the key; the hint names the repository that tracks it."""
    other = tmp_path_factory.mktemp("other")
    (other / "web.key").write_bytes((repository / "keys" / "web.key").read_bytes())
    begin(other)
    git(repository, "submodule", "add", "-q", str(other), "parts/keys")
    declared = (repository / "ssl.yml").read_text()
    (repository / "ssl.yml").write_text(declared.replace("keys/web.key", "parts/keys/web.key"))
    code, printed = _check(capsys)
    assert code == 1
    assert "git tracks private key 'parts/keys/web.key'" in printed
    assert "hint: git -C parts/keys rm --cached web.key, add" in printed


def test_a_key_in_a_repository_within_the_repository_is_a_warning(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git is not asked there, so that the folder cannot choose what runs; the hint can be typed."""
    _move_key(repository, "nested")
    begin(repository / "nested")
    code, printed = _check(capsys)
    assert code == 0
    assert "private key 'nested/web.key' is in a git repository of its own, 'nested'" in printed
    assert "hint: git -C nested ls-files -- web.key must print nothing" in printed


def test_a_key_that_is_tracked_in_other_letter_case_is_an_error(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file system that knows no letter case gives the declared file from the tracked one."""
    (repository / "keys" / "web.key").rename(repository / "keys" / "WEB.key")
    _git("add", "-f", "keys/WEB.key")
    code, printed = _check(capsys)
    assert code == 1
    assert "git tracks private key 'keys/web.key' as 'keys/WEB.key'" in printed
    assert "hint: git rm --cached keys/WEB.key, add" in printed


def test_the_hint_names_a_key_as_git_does_where_a_folder_is_a_link(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git refuses a path beyond a symbolic link."""
    (repository / "link").symlink_to("keys")
    declared = (repository / "ssl.yml").read_text()
    (repository / "ssl.yml").write_text(declared.replace("keys/web.key", "link/web.key"))
    _git("add", "-f", "keys/web.key")
    code, printed = _check(capsys)
    assert code == 1
    assert "hint: git rm --cached keys/web.key, add" in printed
