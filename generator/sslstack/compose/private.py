"""What messages must not show: values of variables, env files, files outside the repository.

A compose file that somebody else wrote may name any file of this machine, and the environment
of a CI job; what is read there is used, as Docker Compose uses it, and never printed. So a
value made from variables is shown as it is written, and a place without a column means
a line that is not shown.
"""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import catalogue
from sslstack.compose.tree import Map, Node, Scalar, Sequence, get_text

if TYPE_CHECKING:
    from sslstack.files import Reader
    from sslstack.findings import Finding

_SYSTEM = ("/proc", "/sys", "/dev")
_HAVE_NO_CONTENT = frozenset({"env.syntax", "file.unreadable"})
"""Rules whose messages never quote what is written in the file."""


def find_repository(folder: Path) -> Path:
    """Return the top folder of the work tree that holds a folder, else the folder itself."""
    folder = folder.resolve()
    tops = (one for one in (folder, *folder.parents) if (one / ".git").exists())
    return next(tops, folder)


def is_outside(path: Path, top: Path) -> bool:
    """Return whether a file is outside the top folder, also by a symbolic link."""
    return not Path(os.path.realpath(path)).is_relative_to(top)


def read_file(path: Path, reader: Reader) -> bytes:
    """Read a file of a project; raises OSError, also for files that the system generates.

    Files below /proc, /sys and /dev hold the environment of processes and the like.
    """
    try:
        is_system = _is_system(Path(os.path.realpath(path)))
    except ValueError:  # a NUL in the name
        is_system = False
    if is_system:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return reader.read(path)


def _is_system(real: Path) -> bool:
    if any(real.is_relative_to(folder) for folder in _SYSTEM):
        return True
    try:
        device = real.stat().st_dev
    except OSError:
        return False
    root = Path("/").stat().st_dev
    mounted = (Path(folder) for folder in _SYSTEM[:2])
    return any(device == one.stat().st_dev != root for one in mounted if one.exists())


def is_private(node: Node | None) -> bool:
    """Return whether something at or below a node must not be shown."""
    match node:
        case Map():
            return any(map(is_private, node.items.values()))
        case Sequence():
            return any(map(is_private, node.items))
        case Scalar():
            return bool(node.template) or bool(node.at.line and not node.at.column)
        case None:
            return False


def show(node: Node | None) -> str:
    """Return a value as it is written, variables included."""
    return node.template if isinstance(node, Scalar) and node.template else get_text(node) or ""


def withhold(finding: Finding) -> Finding:
    """Return a finding without what is written at its place, where that must not be shown."""
    place = finding.location
    if place.column or not place.line or finding.rule in _HAVE_NO_CONTENT:
        return finding
    sentence = catalogue.read_rules()[finding.rule].sentence.rstrip(".")
    message = (
        f"{sentence[:1].lower()}{sentence[1:]} (not shown: the file is outside the repository)"
    )
    return replace(finding, message=message, hint="")
