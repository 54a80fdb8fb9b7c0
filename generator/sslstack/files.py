"""Files: read whole within limits, written whole or not at all.

`Reader` is the one way by which stages see the disk. It remembers what was read and what
was looked for in vain, so that "nothing has changed" can be told without reading on.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 4 * 1024 * 1024
"""Bytes. Compose files, declarations and certificates are far below; a disk image is not."""

ABSENT = "absent"

_REASONS = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "it is a loop of symbolic links",
    errno.ENOTDIR: "it lies below something that is not a folder",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EFBIG: f"it is larger than {LIMIT // 1024 // 1024} MiB",
    errno.EINVAL: "it is not a regular file",
}


def reason(error: OSError) -> str:
    """Say in words why a file could not be read or written."""
    return _REASONS.get(error.errno or 0, (error.strerror or str(error)).lower())


def read(path: Path, *, limit: int = LIMIT) -> bytes:
    """Read a regular file of at most `limit` bytes.

    Raises OSError: EFBIG when it is larger, EINVAL when it is a pipe, socket or device
    (which might never end), and whatever the system says.
    """
    if "\0" in str(path):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path).replace("\0", "\\0"))
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor, not a path
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def digest(content: bytes) -> str:
    """Give the SHA-256 of the content, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Reader:
    """Reads files and remembers what it saw: `seen` maps each path to a digest or `ABSENT`.

    What `instead` holds for a path is read in its place: an edit is judged before it is
    written.
    """

    def __init__(self, instead: Mapping[Path, bytes] | None = None) -> None:
        self.seen: dict[str, str] = {}
        self._instead = instead or {}

    def read(self, path: Path) -> bytes:
        """Read a file whole; raises OSError as `files.read` does."""
        try:
            content = self._instead[path] if path in self._instead else read(path)
        except OSError:
            self.seen[str(path)] = ABSENT
            raise
        self.seen[str(path)] = digest(content)
        return content

    def exists(self, path: Path) -> bool:
        """Tell whether a file is there, and remember the answer's content."""
        try:
            self.read(path)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True


def unchanged(seen: dict[str, str]) -> bool:
    """Tell whether every path still holds what a `Reader` saw there."""
    reader = Reader()
    for path, before in seen.items():
        with contextlib.suppress(OSError):
            reader.read(Path(path))
        if reader.seen[path] != before:
            return False
    return True


def write(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all: temporary file in the same folder, fsync, rename.

    Missing folders are made, a symbolic link is written through, the mode is kept. What
    need not survive a power cut is not `durable` and written faster, but still whole.
    Whoever kills this process leaves the old file as it was; the temporary file of a
    process that died is removed by the next that writes here. Raises OSError.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mode = 0o666
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
            stream.write(content)
            if durable:
                stream.flush()
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; some file systems refuse, and then that is that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(path: Path) -> None:
    """Remove the temporary files that dead processes left beside `path`."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.(\d+)\.tmp")
    for entry in os.scandir(path.parent):
        match = pattern.fullmatch(entry.name)
        if match and not _alive(int(match[1])):
            Path(entry.path).unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
