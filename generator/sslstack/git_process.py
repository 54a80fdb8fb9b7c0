"""The one way to start git, in a repository that is not trusted.

No hook, filter, pager, credential helper or remote is started, no file of the repository is
executed, nothing is fetched, and no GIT_* variable of the environment points git to another
repository.

Sources: git-config(1) safe.bareRepository, core.fsmonitor, core.hooksPath, protocol.allow;
git(1) GIT_CEILING_DIRECTORIES, GIT_ALLOW_PROTOCOL, GIT_NO_LAZY_FETCH.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 60
"""How long git may run; it reads local files only."""
_LIMIT = 64 * 1024 * 1024
"""Bytes that git may print."""
_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--work-tree=.",  # whatever core.worktree says
    "-c", "safe.bareRepository=explicit",
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.pager=cat",
    "-c", "core.askPass=",
    "-c", "core.sshCommand=false",
    "-c", "core.alternateRefsCommand=false",
    "-c", "core.warnAmbiguousRefs=true",
    "-c", "credential.helper=",
    "-c", "protocol.allow=never",
    "-c", "diff.external=",
    "-c", "log.showSignature=false",
    "-c", "submodule.recurse=false",
    "-c", "gc.auto=0",
    "-c", "maintenance.auto=false",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # unlike protocol.allow, no configuration overrides it
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_KEPT = re.compile(
    r"GIT_(EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|PARAMETERS|COUNT|(KEY|VALUE)_\d+))"
)
"""Variables of git that name the user's own configuration; ours comes after it."""


def output(top: Path, *arguments: str) -> bytes:
    """Return what git prints; raises UnavailableError with git's reason where it fails."""
    done = run(top, *arguments)
    if done.returncode != 0:
        raise UnavailableError(f"git cannot read the repository: {_reason(done)}")
    return done.stdout


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return f"git was stopped after {_SECONDS} s or {_LIMIT >> 20} MiB of output"
    lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines()]
    said = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines or [""]
    reason = re.sub(r"^(fatal|error): ", "", said[0])
    return reason or f"git ended with exit code {done.returncode}"


def run(top: Path, *arguments: str, asked: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git in the top folder of a work tree, with `asked` as its standard input.

    Raises UnavailableError where git is not installed or cannot be started.
    """
    try:
        return _start([_program(), *_OPTIONS, *arguments], top, asked)
    except OSError as error:  # no folder for temporary files, no descriptors, no processes
        why = (error.strerror or str(error)).lower()
        raise UnavailableError(f"git cannot be started: {why}") from error


def _start(command: list[str], top: Path, asked: bytes) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryFile() as questions, tempfile.TemporaryFile() as errors:
        questions.write(asked)
        questions.seek(0)
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command,
            cwd=top,
            env=_environment(top),
            stdin=questions,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        content = _read(process)
        errors.seek(0)
        said = errors.read(files.LIMIT)
    return subprocess.CompletedProcess(command, process.returncode, content, said)


def _read(process: subprocess.Popen[bytes]) -> bytes:
    """Read what a process prints; stop it where that is too much or takes too long."""
    timer = threading.Timer(_SECONDS, process.kill)
    timer.start()
    try:
        with process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            content = process.stdout.read(_LIMIT + 1)
            if len(content) > _LIMIT:
                process.kill()
    finally:
        timer.cancel()
    return content


def _environment(top: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }
    return kept | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(top.parent)}


def _program() -> str:
    """Find git in the absolute folders of PATH: `.` would be the repository's own folder."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = shutil.which("git", path=os.pathsep.join(filter(os.path.isabs, folders)))
    if found is None:
        raise UnavailableError("git is not installed", hint="install git")
    return found
