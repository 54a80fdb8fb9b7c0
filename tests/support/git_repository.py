"""Repositories for tests: made with git, owned by nobody in particular."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_WHO = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always"]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, whatever repository the environment names; gives what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    done = subprocess.run(
        ["git", *_WHO, *arguments],
        cwd=folder, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def begin(folder: Path) -> None:
    """Make a repository of a folder and commit what it holds."""
    git(folder, "init", "-q", "-b", "main")
    commit(folder)


def commit(folder: Path, message: str = "change") -> str:
    """Commit everything in the folder, ignored files as well; gives the commit's hash."""
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", message, "--allow-empty")
    return git(folder, "rev-parse", "HEAD")
