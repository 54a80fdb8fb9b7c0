"""What an example of docs/rules finds in its folder: certificates, a git repository.

A page names them in a comment that readers do not see: `<!-- setup: expired -->`.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pki

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def server(folder: Path) -> None:
    """Write web.crt and web.key of a private CA, and its root.pem."""
    _write(folder)


def expired(folder: Path) -> None:
    """Write the same, expired."""
    _write(folder, days=-1, age=100)


def git(folder: Path) -> None:
    """Make the folder a git repository without commits."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)


def _write(folder: Path, *, days: float = pki.LASTING, age: float = 1) -> None:
    root = pki.root()
    pki.issue("web.example.com", root, domains=["web.example.com"], days=days, age=age).write(
        folder, "web"
    )
    (folder / "root.pem").write_bytes(root.pem)


SETUPS: dict[str, Callable[[Path], None]] = {
    setup.__name__.replace("_", "-"): setup for setup in (server, expired, git)
}
