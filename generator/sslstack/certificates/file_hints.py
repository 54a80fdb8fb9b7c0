"""What to type where the file of a certificate or key cannot be read."""

from __future__ import annotations

import errno
from fnmatch import fnmatch
from pathlib import Path

from sslstack.findings import find_nearest

_NAMES = {
    "certificate": ("fullchain.pem", "*.crt", "*.cer", "*.pem"),
    "private_key": ("privkey.pem", "*.key", "*.pem"),
    "chain": ("chain.pem", "*.chain", "*.ca-bundle", "*.pem", "*.crt"),
    "roots": ("*root*", "*.pem", "*.crt"),
}
"""Usual names of files by their key in ssl.yml, the likeliest first (certbot's, then endings)."""
_NOT_A_FOLDER = "name a file, not a folder"
_SEEN = 1000
"""Files of a folder that are looked at."""


def suggest_file(path: Path, error: OSError, key: str = "certificate") -> str:
    """Return a hint on a file that cannot be read; `key` is what it is in ssl.yml."""
    match error.errno:
        case errno.EISDIR:
            inside = _find_likely(path, key)
            return (
                f"name the file in it: {path / inside[0]}"
                if inside
                else "name a file, not a folder"
            )
        case errno.ENOENT:
            beside = {Path(one).stem: one for one in reversed(_find_likely(path.parent, key))}
            near = find_nearest(path.stem, beside)
            return f"did you mean {path.with_name(beside[near])}?" if near else ""
        case errno.EINVAL:
            return "name a regular file; save what a pipe or a device gives into one first"
        case errno.EFBIG:
            return "keep only the certificates of one server in it"
        case errno.EACCES | errno.EPERM:
            return f"check who may read it: ls -l {path}"
        case _:
            return ""


def _find_likely(folder: Path, key: str) -> list[str]:
    """Return the names of files in a folder that may be what is meant, the likeliest first."""
    inside = _list_files(folder)
    found = [one for form in _NAMES.get(key, ()) for one in inside if fnmatch(one, form)]
    return list(dict.fromkeys(found))


def _list_files(folder: Path) -> list[str]:
    """Return the names of the files in a folder, sorted; none where it cannot be read."""
    try:
        found = [one.name for one, _ in zip(folder.iterdir(), range(_SEEN), strict=False)]
        return sorted(name for name in found if (folder / name).is_file())
    except OSError:
        return []
