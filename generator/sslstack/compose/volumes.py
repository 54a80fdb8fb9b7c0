"""Mounts of a service: the short syntax and the long one.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

_PROPAGATION = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_DRIVE = re.compile(r"[A-Za-z]")
_ABSOLUTE = re.compile(r"[A-Za-z]:[/\\]|\\\\[^\\/]+[\\/]")


def read_mount(written: str) -> dict[str, Any]:
    """Return the long form of `[SOURCE:]TARGET[:OPTIONS]`. Raises ValueError."""
    if 0 < len(written.encode()) < len("C:x"):
        return {"type": "volume", "target": posixpath.normpath(written), "volume": {}}
    parts = split_mount(written)
    if any(not part for part in parts):
        raise ValueError(f"'{written}': empty section between colons")
    if len(parts) == 1:
        return {"type": "volume", "target": posixpath.normpath(parts[0]), "volume": {}}
    mount: dict[str, Any] = {"type": "", "source": parts[0], "target": posixpath.normpath(parts[1])}
    mount |= _read_options(parts[2]) if len(parts) > 2 else {}  # noqa: PLR2004 - the third part
    if len(parts) > 3:  # noqa: PLR2004 - there are three parts
        raise ValueError(f"'{written}': too many colons")
    if is_path(parts[0]):
        mount["type"] = "bind"
        mount["bind"] = {**mount.get("bind", {}), "create_host_path": True}
        mount.pop("volume", None)
    else:
        mount["type"] = "volume"
        mount.setdefault("volume", {})
    return mount


def clean_mount(written: str) -> str:
    """Return a short form with a clean path in the container. Raises ValueError."""
    target = read_mount(written)["target"]
    source, *options = split_mount(written)
    return ":".join([source, target, *options[1:]]) if source and any(options) else target


def get_target(written: str) -> str:
    """Return the path in the container as it is written. Raises ValueError."""
    clean = str(read_mount(written)["target"])
    parts = split_mount(written)[:2]
    return parts[-1] if all(parts) else clean


def split_mount(written: str) -> list[str]:
    """Split at colons, but for the one behind the letter of a drive, as in `C:/data`."""
    parts: list[str] = []
    current = ""
    for index, character in enumerate(written):
        is_drive = bool(_DRIVE.fullmatch(current)) and character == ":" and index + 1 < len(written)
        if character == ":" and not is_drive:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


def is_windows(source: str) -> bool:
    """Return whether a path is absolute on Windows: with a drive, or on a server."""
    return bool(_ABSOLUTE.match(source))


def is_path(source: str) -> bool:
    """Return whether a source is a path, not the name of a volume.

    A path begins with a dot, a slash, a tilde or a drive.
    """
    if source[:1] in tuple("./~") or is_windows(source):
        return True
    return len(source) > 1 and bool(_DRIVE.fullmatch(source[0])) and source[1] == ":"


def _read_options(written: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in written.split(","):
        if option == "ro":
            found["read_only"] = True
        elif option == "rw":
            found.pop("read_only", None)
        elif option == "nocopy":
            found["volume"] = {"nocopy": True}
        elif option in ("z", "Z"):
            found.setdefault("bind", {})["selinux"] = option
        elif option in _PROPAGATION:
            found.setdefault("bind", {})["propagation"] = option
    return found
