"""Files: read whole within limits, written whole or not at all, and through no symbolic link.

`Reader` is the one way by which stages see the disk. It remembers what was read and what
was not found, so that a later run sees that nothing has changed without reading more.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

LIMIT = 4 * 1024 * 1024
"""Bytes. Compose files, declarations and certificates are far below; a disk image is not."""

ABSENT = "absent"

_LINK = "it is a symbolic link; links are not followed for writing"
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_REASONS = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "it is a loop of symbolic links",
    errno.ENOTDIR: "a part of its path is not a folder",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EFBIG: f"it is larger than {LIMIT // 1024 // 1024} MiB",
    errno.EINVAL: "it is not a regular file",
}


def describe_error(error: OSError) -> str:
    """Describe why a file could not be read or written."""
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
    if content is None:  # what calls itself a file, as /proc/kmsg, has nothing to give now
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    if len(content) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content


def is_linked(path: Path) -> bool:
    """Return whether a path is a symbolic link or leads through one below the working folder."""
    here = Path.cwd()
    if path.is_absolute() and not path.is_relative_to(here):
        return path.is_symlink()
    steps = path.relative_to(here) if path.is_absolute() else path
    return any(step.is_symlink() for step in (steps, *steps.parents))


def resolve_path(path: Path) -> Path:
    """Return the path with its links followed; of a loop of links as far as it leads.

    `Path.resolve` raises RuntimeError for a loop (Python 3.11).
    """
    return Path(os.path.realpath(path))


def compute_digest(content: bytes) -> str:
    """Return the SHA-256 of the content, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Reader:
    """Reads files and remembers what it saw: `seen` maps each path to a digest or `ABSENT`.

    What `instead` holds for a path is read in its place: an edit is checked before it is
    written. The files in `hidden` count as missing, as in a clone that does not have them.
    """

    def __init__(
        self, instead: Mapping[Path, bytes] | None = None, hidden: Collection[Path] = ()
    ) -> None:
        self.seen: dict[str, str] = {}
        self._instead = instead or {}
        self._hidden = frozenset(hidden)

    def read(self, path: Path) -> bytes:
        """Read a file whole; raises OSError as `files.read` does."""
        try:
            if path in self._hidden:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            content = self._instead[path] if path in self._instead else read(path)
        except OSError:
            self.seen[str(path)] = ABSENT
            raise
        self.seen[str(path)] = compute_digest(content)
        return content

    def found(self) -> tuple[str, ...]:
        """Return the paths of the files that were read, in the order of reading."""
        return tuple(path for path, content in self.seen.items() if content != ABSENT)

    def exists(self, path: Path) -> bool:
        """Return whether a file is there, and remember the answer's content."""
        try:
            self.read(path)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True


def is_unchanged(seen: dict[str, str]) -> bool:
    """Return whether every path still holds what a `Reader` saw there."""
    reader = Reader()
    for path, before in seen.items():
        with contextlib.suppress(OSError):
            reader.read(Path(path))
        if reader.seen[path] != before:
            return False
    return True


def write(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all: temporary file in the same folder, fsync, rename.

    Missing folders are made and the mode is kept. A repository may hold links that point
    anywhere: none is followed, neither the file itself nor a folder below the working folder.
    What need not survive a power cut is not `durable` and written faster, but still whole.
    Killing this process leaves the old file as it was; the temporary file of a
    process that died is removed by the next that writes here. Raises OSError.
    """
    with _open_folder_of(path) as folder:
        mode = _read_mode(path.name, folder)
        _remove_stale(path.name, folder)
        temporary = f".{path.name[:80]}.{os.getpid()}.{os.urandom(8).hex()}.tmp"
        try:
            _write_new(temporary, folder, content, mode, durable=durable)
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
            raise
        if durable:  # the rename itself; some file systems refuse, and then that is that
            with contextlib.suppress(OSError):
                os.fsync(folder)


def create(path: Path, content: bytes, mode: int) -> None:
    """Write a file that does not exist yet, with this mode; raises OSError, FileExistsError.

    Links are followed as little as by `write`.
    """
    with _open_folder_of(path) as folder:
        try:
            _write_new(path.name, folder, content, mode, durable=True)
        except FileExistsError:
            raise
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path.name, dir_fd=folder)
            raise


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other processes that lock the folder waiting: read, compare and write within.

    The lock ends with the process. Where the file system has none, no process waits.
    """
    descriptor = os.open(folder, _FOLDER)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _open_folder_of(path: Path) -> Iterator[int]:
    """Open the folder of a file, made where it is missing; errors name the file."""
    try:
        descriptor = _open_folder(path.parent)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno == errno.EFBIG:  # of the process, and nothing that `LIMIT` is about
            raise OSError(errno.EDQUOT, "the limit for files is reached", str(path)) from error
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _open_folder(path: Path) -> int:
    """Open a folder step by step, so that no other process can put a link in between.

    What is above the working folder, and not reached by `..`, is the user's, links and all.
    """
    here = Path.cwd()
    if path.is_absolute() and not path.is_relative_to(here):
        path.mkdir(parents=True, exist_ok=True)
        return os.open(path, _FOLDER)
    descriptor = os.open(here, _FOLDER)
    for part in (path.relative_to(here) if path.is_absolute() else path).parts:
        try:
            below = _open_step(part, descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def _open_step(name: str, folder: int) -> int:
    if name != os.pardir:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise OSError(0, _LINK, name)
    return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)


def _read_mode(name: str, folder: int) -> int | None:
    """Return the mode of a file that is to be replaced; raises OSError where it is no file."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found):
        raise OSError(0, _LINK, name)
    if not stat.S_ISREG(found):
        number = errno.EISDIR if stat.S_ISDIR(found) else errno.EINVAL
        raise OSError(number, os.strerror(number), name)
    return found & 0o777


def _write_new(name: str, folder: int, content: bytes, mode: int | None, *, durable: bool) -> None:
    """Write a file under a name that is free; without a mode the user's umask decides it."""
    descriptor = os.open(name, _NEW, 0o666 if mode is None else mode & 0o600, dir_fd=folder)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
        if mode is not None:
            os.fchmod(descriptor, mode)
        stream.write(content)
        if durable:
            stream.flush()
            os.fsync(descriptor)


def _remove_stale(name: str, folder: int) -> None:
    """Remove the temporary files that dead processes left beside a file."""
    pattern = re.compile(rf"\.{re.escape(name[:80])}\.(\d{{1,10}})(\.[0-9a-f]{{16}})?\.tmp")
    for found in os.listdir(folder):
        match = pattern.fullmatch(found)
        if match and not _is_alive(int(match[1])):
            with contextlib.suppress(OSError):
                os.unlink(found, dir_fd=folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
