"""What was worked out before, by content: a hint that may vanish, and is never the truth.

Entries are in the user's cache folder (`$XDG_CACHE_HOME/sslstack`, on macOS
`~/Library/Caches/sslstack`), never in the repository, whose author could fill them in. Each is
signed with a key beside them. Whatever is odd about the folder, the key or an entry means that
the work is done again, and what cannot be written is not written. No entry holds a private key.

Source of the folder: specifications.freedesktop.org/basedir-spec.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

from sslstack import files

ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What an entry of another shape raises where it is read."""
_KEY_BYTES = 32
_KEPT = 30 * 24 * 3600
"""Seconds after which an entry that was not written anew is removed."""


class Cache:
    """Small JSON values of a project's root by kind and key.

    One that is not `enabled` forgets everything: for commands whose answer opens a gate.
    """

    def __init__(self, root: Path, *, enabled: bool = True) -> None:
        self._root = Path(os.path.realpath(root))
        self._folder = _folder(self._root) if enabled else None

    def get(self, kind: str, key: str) -> Any:
        """Give what was put under the key by the same tools, None when nothing is there."""
        path = self._path(kind, key)
        if path is None:
            return None
        with contextlib.suppress(OSError, *ODD):
            signature, _, content = files.read(path).partition(b"\n")
            if hmac.compare_digest(signature, self._signature(path, content)):
                entry = json.loads(content)
                return entry["value"] if entry["tools"] == tools() else None
        return None

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a value, unless a private key is in it."""
        from sslstack import redaction  # noqa: PLC0415 - late, a run without changes puts nothing

        path = self._path(kind, key)
        content = json.dumps({"tools": tools(), "value": value})
        if path is None or redaction.holds_private_key(content.replace("\\n", "\n")):
            return
        with contextlib.suppress(OSError):
            _make(path.parent)
            signature = self._signature(path, content.encode())
            files.write(path, signature + b"\n" + content.encode(), durable=False)
            _sweep(path.parent)

    def _path(self, kind: str, key: str) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / kind / files.compute_digest(f"{self._root}\n{key}".encode())[:32]

    def _signature(self, path: Path, content: bytes) -> bytes:
        assert self._folder is not None  # noqa: S101 - there is a path
        name = f"{path.parent.name}/{path.name}\n".encode()
        digest = hmac.new(_key(self._folder), name + content, hashlib.sha256)
        return digest.hexdigest().encode()


def _folder(root: Path) -> Path | None:
    """Give the folder of entries; None where it is in the repository or others may write it."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        if not Path(base).is_absolute():  # as the specification says
            base = str(Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache"))
        folder = Path(os.path.realpath(base)) / "sslstack"
        if folder.is_relative_to(root) or folder.is_relative_to(Path.cwd()):
            return None
        if os.path.lexists(folder):
            found = folder.lstat()
            safe = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o022
            return folder if safe and found.st_uid == os.getuid() else None
    except (OSError, RuntimeError):  # no home at all
        return None
    return folder


def _make(folder: Path) -> None:
    """Make a folder of entries, for this user alone; backup programs are to pass it over."""
    above = folder.parent
    if not above.is_dir():
        above.mkdir(parents=True, mode=0o700)
        signature = b"Signature: 8a477f597d28d172789f06886806bc55\n"
        files.write(above / "CACHEDIR.TAG", signature)
    folder.mkdir(mode=0o700, exist_ok=True)


def _key(folder: Path) -> bytes:
    """Give the key that signs entries, made where there is none; raises OSError."""
    path = folder / "key"
    with contextlib.suppress(FileExistsError):
        if not path.exists():
            files.create(path, os.urandom(_KEY_BYTES), 0o600)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise PermissionError
    key = files.read(path)
    if len(key) != _KEY_BYTES:
        path.unlink()
        raise PermissionError
    return key


def _sweep(folder: Path) -> None:
    """Remove the entries that nobody has written for a month."""
    oldest = time.time() - _KEPT
    for entry in os.scandir(folder):
        if entry.stat(follow_symlinks=False).st_mtime < oldest:
            with contextlib.suppress(OSError):
                Path(entry.path).unlink()


@functools.cache
def tools() -> str:
    """Give a digest of what makes results: this package's files and all installed versions."""
    own = Path(__file__).parent
    sources = [
        (str(path.relative_to(own)), found.st_size, found.st_mtime_ns)
        for path in sorted(own.rglob("*"))
        if path.suffix != ".pyc" and stat.S_ISREG((found := path.stat()).st_mode)
    ]
    folders = [Path(folder) for folder in sys.path if folder and Path(folder).is_dir()]
    installed = sorted(entry.name for folder in folders for entry in folder.glob("*-info"))
    return files.compute_digest(repr((sys.version, sources, installed)).encode())
