"""The cache vouches for nothing that its user did not put there, and opens no gate."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sslstack import cli, files
from sslstack.cache import Cache
from support import pki

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache folder."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "sslstack"


@pytest.fixture
def app(workdir: Path, home: Path) -> Path:
    """Give an app that was generated and checked, so that everything is remembered."""
    (workdir / "docker-compose.yml").write_text(
        "name: shop\nservices: {web: {image: x, ports: ['80:3000']}}\n"
    )
    (workdir / "ssl.yml").write_text("version: 1\n")
    for command in ("generate", "check", "generate", "check"):
        assert cli.run([command]) == 0
    assert not (workdir / ".sslstack_cache").exists()
    assert home.is_dir()
    return workdir


def _entries(home: Path) -> list[Path]:
    return [path for path in home.glob("*/*") if path.is_file()]


def test_entries_are_the_users_alone(app: Path, home: Path) -> None:
    assert app.is_dir()
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert _entries(home)


def test_what_was_put_is_given_for_its_kind_key_and_root(workdir: Path, home: Path) -> None:
    cache = Cache(workdir)
    cache.put("a", "key", {"x": [1]})
    assert home.is_dir()
    assert cache.get("a", "key") == {"x": [1]}
    assert Cache(workdir).get("a", "key") == {"x": [1]}
    assert cache.get("b", "key") is None
    assert cache.get("a", "other") is None
    assert Cache(workdir / "other").get("a", "key") is None
    assert Cache(workdir, enabled=False).get("a", "key") is None


def _replace(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


_ODD: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "no JSON": lambda path: path.write_bytes(b"{"),
    "null": lambda path: path.write_bytes(b"null"),
    "list": lambda path: path.write_bytes(b"\n[]"),
    "deep": lambda path: path.write_bytes(b"\n" + b"[" * 100_000),
    "huge": lambda path: path.write_bytes(b"x" * (files.LIMIT + 1)),
    "changed": lambda path: path.write_bytes(path.read_bytes().replace(b'"', b"'")),
    "folder": partial(_replace, make=lambda path: path.mkdir()),
    "pipe": partial(_replace, make=os.mkfifo),
    "device": partial(_replace, make=lambda path: path.symlink_to("/dev/zero")),
    "loop": partial(_replace, make=lambda path: path.symlink_to(path)),
}


@pytest.mark.parametrize("odd", _ODD)
def test_an_odd_entry_means_work_again(app: Path, home: Path, odd: str) -> None:
    for path in _entries(home):
        _ODD[odd](path)
    for command in ("generate", "check", "list", "diff"):
        assert cli.run([command]) == (2 if command == "diff" else 0)  # no repository
    assert (app / "templates" / "shop.yaml").exists()


@pytest.mark.parametrize("shape", [None, [], {}, "x", 1, {"seen": {}}, {"seen": []}, [[]], [["x"]]])
def test_a_signed_entry_of_another_shape_means_work_again(app: Path, shape: object) -> None:
    cache = Cache(app)
    cache.put("generate", ".\n", shape)
    for command in ("generate", "check"):
        assert cli.run([command]) == 0


def test_an_entry_of_another_key_is_not_believed(app: Path, home: Path) -> None:
    """As one is that somebody else's sslstack has signed."""
    cache = Cache(app)
    cache.put("a", "key", 1)
    (home / "key").write_bytes(os.urandom(32))
    assert cache.get("a", "key") is None
    (home / "key").write_bytes(b"short")
    assert cache.get("a", "key") is None
    cache.put("a", "key", 2)
    cache.put("a", "key", 2)
    assert cache.get("a", "key") == 2


def test_entries_cannot_change_places(app: Path) -> None:
    cache = Cache(app)
    cache.put("a", "good", [])
    cache.put("a", "bad", ["error"])
    good, bad = (cache._path("a", key) for key in ("good", "bad"))  # noqa: SLF001
    assert good is not None
    assert bad is not None
    shutil.copy(good, bad)
    assert cache.get("a", "bad") is None


def test_a_folder_in_the_repository_is_not_used(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab's jobs often set XDG_CACHE_HOME below the project."""
    for folder in (app / ".cache", app):
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
        cache = Cache(app)
        cache.put("a", "key", 1)
        assert cache.get("a", "key") is None
        assert not (folder / "sslstack").exists()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_is_not_used(app: Path, home: Path, mode: int) -> None:
    home.chmod(mode)
    cache = Cache(app)
    cache.put("a", "key", 1)
    assert cache.get("a", "key") is None


def test_a_linked_folder_is_not_used(app: Path, home: Path) -> None:
    home.rename(home.with_name("real"))
    home.symlink_to("real")
    cache = Cache(app)
    cache.put("a", "key", 1)
    assert cache.get("a", "key") is None


def test_a_private_key_is_never_in_it(app: Path, home: Path) -> None:
    key = pki.issue("a.example", None, kind="rsa2048").key_pem.decode()
    cache = Cache(app)
    for value in (key, {"a": [key[:900]]}, [f"'{key}' is not a file"]):
        cache.put("a", json.dumps(value), value)
        assert cache.get("a", json.dumps(value)) is None
    for path in home.rglob("*"):
        assert not path.is_file() or b"PRIVATE" not in path.read_bytes()


def test_a_gate_is_opened_by_no_cache(app: Path, home: Path) -> None:
    """Not even by an entry that was signed here for the template that stands there."""
    template = app / "templates" / "shop.yaml"
    template.write_text(template.read_text().replace("'80'", "'81'").replace('"80"', '"81"'))
    changed = template.read_bytes()
    cache = Cache(app)
    entry = cache.get("generate", ".\n")
    assert entry is not None
    cache.put("generate", ".\n", entry | {"digest": files.compute_digest(changed)})
    assert home.is_dir()
    assert cli.run(["generate", "--check"]) == 1
