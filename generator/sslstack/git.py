"""git, for what a file was in another revision."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from sslstack.errors import SslstackError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


class RevisionError(SslstackError):
    """There is no such revision, or no repository."""

    exit_code = 2


def resolve(revision: str, folder: Path) -> str:
    """Give the commit that a revision means, its full hash; raises RevisionError."""
    if revision.startswith("-"):
        raise RevisionError(f"'{revision}' is not a revision")
    done = _run(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if done.returncode == 0:
        return done.stdout.decode().strip()
    inside = _run(folder, "rev-parse", "--is-inside-work-tree")
    if inside.returncode != 0:
        raise RevisionError("this is no git repository", hint="git init, or diff --deployed")
    raise RevisionError(
        f"git knows no revision '{revision}'",
        hint="fetch it first: git fetch origin, or choose another --base",
    )


def show(commit: str, path: Path) -> bytes | None:
    """Give a file as it was in a commit; None where it was not there."""
    done = _run(path.parent if path.parent.is_dir() else None, "show", f"{commit}:./{path.name}")
    if done.returncode == 0:
        return done.stdout
    return None


def _run(folder: Path | None, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - a list of arguments, no shell
            ["git", *arguments],  # noqa: S607 - whichever git is the user's
            cwd=folder,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise UnavailableError("git is not installed", hint="install git") from error


def root(folder: Path) -> Path:
    """Give the top folder of the work tree; raises RevisionError outside of one."""
    done = _run(folder, "rev-parse", "--show-cdup")
    if done.returncode != 0:
        raise RevisionError("this is no git repository", hint="git init")
    return folder / done.stdout.decode().strip()


def configure(folder: Path, name: str, value: str) -> None:
    """Set a value in the clone's own configuration."""
    _run(folder, "config", "--local", name, value)


def forget(folder: Path, section: str) -> None:
    """Remove a section of the clone's own configuration, if it is there."""
    _run(folder, "config", "--local", "--remove-section", section)
