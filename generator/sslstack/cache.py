"""What was worked out before, by content: a hint that may vanish or lie, never the truth.

Entries stand in `.sslstack_cache/` beside the declarations. A broken or missing entry
means that the work is done again; an entry that cannot be written is not written.
No entry holds more than digests, findings and paths.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from pathlib import Path
from typing import Any

from sslstack import files

FOLDER = ".sslstack_cache"


class Cache:
    """Small JSON values by kind and key, in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def get(self, kind: str, key: str) -> Any:
        """Give what was put under the key by the same tools, None when nothing is there."""
        with contextlib.suppress(OSError, ValueError):
            entry = json.loads(files.read(self._path(kind, key)))
            if entry["tools"] == tools():
                return entry["value"]
        return None

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a value; the folder tells git and backup programs to pass it over."""
        content = json.dumps({"tools": tools(), "value": value}).encode()
        with contextlib.suppress(OSError):
            if not self._folder.is_dir():
                files.write(self._folder / ".gitignore", b"*\n")
                signature = b"Signature: 8a477f597d28d172789f06886806bc55\n"
                files.write(self._folder / "CACHEDIR.TAG", signature)
            files.write(self._path(kind, key), content, durable=False)

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / kind / f"{files.digest(key.encode())[:32]}.json"


@functools.cache
def tools() -> str:
    """Give a digest of what makes results: this package's files and all installed versions."""
    own = Path(__file__).parent
    sources = [
        (str(path.relative_to(own)), stat.st_size, stat.st_mtime_ns)
        for path in sorted(own.rglob("*"))
        if path.suffix != ".pyc" and (stat := path.stat())
    ]
    folders = [Path(folder) for folder in sys.path if folder and Path(folder).is_dir()]
    installed = sorted(entry.name for folder in folders for entry in folder.glob("*-info"))
    return files.digest(repr((sys.version, sources, installed)).encode())
