"""git, asked in one hardened way: what a file was in a revision, what is tracked and ignored.

A repository that somebody else wrote must not choose what runs here. So git is always started
in the top folder of the work tree, which is found without git's help; no program that a
configuration names is started, nothing is fetched, and no GIT_* variable of the environment
points it to another repository.

Sources: git-config(1) safe.bareRepository, core.fsmonitor, core.hooksPath, protocol.allow;
git(1) GIT_CEILING_DIRECTORIES, GIT_ALLOW_PROTOCOL, GIT_NO_LAZY_FETCH.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.errors import SslstackError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_SECONDS = 60
"""How long git may take; it reads local files only."""
_LIMIT = 64 * 1024 * 1024
"""Bytes that an answer of git may have."""
_CHUNK = 500
"""Paths in one command line."""
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


class RevisionError(SslstackError):
    """There is no such revision, no repository, or the revision holds something else there."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a folder of a revision holds under a name: git's mode, kind and object."""

    mode: str
    kind: str
    object: str


def work_tree(folder: Path) -> Path:
    """Give the top folder of the work tree around a folder, as an absolute path.

    It is the nearest folder upwards with an entry `.git`; a bare repository has none. Raises
    RevisionError outside of a work tree.
    """
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    for candidate in (here, *here.parents):
        if os.path.lexists(candidate / ".git"):
            return candidate
    raise RevisionError("not a git repository", hint="git init, or sslstack diff --deployed")


def resolve(revision: str, folder: Path) -> str:
    """Give the full hash of the commit that a revision means; raises RevisionError.

    A name that means several things is refused: a tag `origin/main`, which a fetch brings along,
    would take the place of the remote's branch.
    """
    if revision.startswith("-"):
        raise RevisionError(f"'{revision}' is not a revision")
    top = work_tree(folder)
    done = _run(top, "rev-parse", "--verify", f"{revision}^{{commit}}")
    if done.returncode == 0:
        if b"is ambiguous" in done.stderr:
            raise RevisionError(
                f"'{revision}' is the name of several revisions",
                hint=f"git show-ref {revision} lists them; give the full name of one",
            )
        return done.stdout.decode().strip()
    _output(top, "rev-parse", "--git-dir")  # says why, where git cannot read the repository
    if revision == "HEAD":
        raise RevisionError(
            "the repository has no commits yet", hint="commit first, or sslstack diff --deployed"
        )
    raise RevisionError(
        f"unknown revision '{revision}'",
        hint="fetch it first: git fetch origin, or choose another --base",
    )


def show(commit: str, path: Path, root: Path) -> bytes | None:
    """Give a file as it was in a commit; None where the commit has no such file.

    `commit` is a full hash, `root` a folder of the work tree. Raises RevisionError where the
    commit has a symbolic link or a submodule in its place, UnavailableError where git cannot
    read it: a file that cannot be read is not a file that does not exist.
    """
    top = work_tree(root)
    parts = _parts(path, top)
    entry = _entry(commit, parts, top)
    if entry is None or entry.kind == "tree":
        return None
    content = _output(top, "cat-file", "blob", entry.object)
    if len(content) > files.LIMIT:
        raise RevisionError(f"{path} in {commit[:12]} is larger than {files.LIMIT >> 20} MiB")
    return content


def names(commit: str, folder: Path, root: Path) -> tuple[str, ...]:
    """Give the names in a folder of a commit, sorted; none where it has no such folder.

    Raises as `show` does.
    """
    top = work_tree(root)
    return tuple(sorted(_listing(commit, _parts(folder, top), top)))


def tracked(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Give those of the paths that git tracks; none of them outside of a work tree.

    Raises UnavailableError where git cannot read the repository.
    """
    return _matching(paths, root, _tracked)


def ignored(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Give those of the paths that git does not track and ignores; raises as `tracked` does."""
    return _matching(paths, root, _ignored)


def in_submodules(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Give those of the paths that git tracks in a submodule of the work tree around `root`.

    git is asked from the top, never in the folder of the submodule. Raises as `tracked` does.
    """
    return _matching(paths, root, _in_submodules)


def in_other_case(paths: Iterable[Path], root: Path) -> Mapping[Path, Path]:
    """Give the files that git tracks under these names in other letter case, by path.

    Where the file system knows no letter case they are the same files. Raises as `tracked` does.
    """
    try:
        top = work_tree(root)
    except RevisionError:
        return {}
    named = {name.casefold(): same for name, same in _inside(paths, top).items()}
    found = {name for chunk in _chunks(named) for name in _in_any_case(top, chunk)}
    return {
        path: top / name
        for name in sorted(found)
        for path in named.get(name.casefold(), ())
        if path.name != Path(name).name
        or files.resolve_path(path) != files.resolve_path(top / name)
    }


def nested(path: Path, root: Path) -> Path | None:
    """Give the top of a work tree of its own that holds a path below the one around `root`."""
    try:
        top = work_tree(root).resolve()
        found = work_tree(path.parent.resolve())
    except RevisionError:
        return None
    return found if found != top and found.is_relative_to(top) else None


def inside(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Give those of the paths that are in the work tree around `root`; git is not started."""
    try:
        named = _inside(paths, work_tree(root))
    except RevisionError:
        return frozenset()
    return frozenset(path for same in named.values() for path in same)


def configure(folder: Path, name: str, value: str) -> None:
    """Set a value in the clone's own configuration; raises UnavailableError."""
    _output(work_tree(folder), "config", "--local", name, value)


def forget(folder: Path, section: str) -> None:
    """Remove a section of the clone's own configuration, if it exists."""
    _run(work_tree(folder), "config", "--local", "--remove-section", section)


def _parts(path: Path, top: Path) -> tuple[str, ...]:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link in the tree is git's to know
    try:
        return absolute.relative_to(top).parts
    except ValueError:
        raise RevisionError(f"{path} is outside the git repository {top}") from None


def _entry(commit: str, parts: tuple[str, ...], top: Path) -> Entry | None:
    entry = _listing(commit, parts[:-1], top).get(parts[-1]) if parts else None
    if entry is None or (entry.kind in ("blob", "tree") and entry.mode != "120000"):
        return entry
    what = "a submodule" if entry.kind == "commit" else "a symbolic link"
    raise RevisionError(
        f"{'/'.join(parts)} is {what} in {commit[:12]}, so it cannot be compared",
        hint="choose another --base",
    )


def _listing(commit: str, parts: tuple[str, ...], top: Path) -> Mapping[str, Entry]:
    if not parts:
        return _tree(commit, top)
    entry = _entry(commit, parts, top)
    return _tree(entry.object, top) if entry is not None and entry.kind == "tree" else {}


@functools.cache
def _tree(name: str, top: Path) -> Mapping[str, Entry]:
    """Give what a tree object holds; it never changes, so it is read once."""
    lines = _output(top, "ls-tree", "-z", "--full-tree", name).split(b"\0")
    entries = {}
    for line in filter(None, lines):
        about, _, path = line.partition(b"\t")
        mode, kind, object_name = about.decode("ascii").split(" ")
        entries[os.fsdecode(path)] = Entry(mode=mode, kind=kind, object=object_name)
    return entries


def _matching(
    paths: Iterable[Path], root: Path, ask: Callable[[Path, Sequence[str]], set[str]]
) -> frozenset[Path]:
    try:
        top = work_tree(root)
    except RevisionError:
        return frozenset()
    inside = _inside(paths, top)
    found = {name for chunk in _chunks(inside) for name in ask(top, chunk)}
    return frozenset(path for name in found for path in inside.get(name, ()))


def _chunks(names: Iterable[str]) -> Iterator[Sequence[str]]:
    given = sorted(names)
    return (given[begin : begin + _CHUNK] for begin in range(0, len(given), _CHUNK))


def _inside(paths: Iterable[Path], top: Path) -> dict[str, list[Path]]:
    """Give the names from the top of the work tree, each with the paths that mean it.

    git tracks a link, not what is below it: a path through a linked folder means the file there.
    """
    real_top = os.path.realpath(top)
    named: dict[str, list[Path]] = {}
    for path in paths:
        folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
        relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), real_top)  # noqa: PTH118
        if relative != os.pardir and not relative.startswith(os.pardir + os.sep):
            named.setdefault(relative, []).append(path)
    return named


def _tracked(top: Path, given: Sequence[str]) -> set[str]:
    return _split(_output(top, "--literal-pathspecs", "ls-files", "-z", "--cached", "--", *given))


def _in_submodules(top: Path, given: Sequence[str]) -> set[str]:
    options = ("-z", "--cached", "--recurse-submodules")
    return _split(_output(top, "--literal-pathspecs", "ls-files", *options, "--", *given))


def _in_any_case(top: Path, given: Sequence[str]) -> set[str]:
    patterns = (f":(top,literal,icase){name}" for name in given)
    return _split(_output(top, "ls-files", "-z", "--cached", "--", *patterns))


def _ignored(top: Path, given: Sequence[str]) -> set[str]:
    asked = b"".join(b"./" + os.fsencode(name) + b"\0" for name in given)  # no name is magic
    done = _run(top, "check-ignore", "-z", "--stdin", asked=asked)
    if done.returncode in (0, 1):  # 1: none of them
        return {name.removeprefix("./") for name in _split(done.stdout)}
    if len(given) == 1:  # in a submodule, whose own rules are not read here
        return set()
    return {name for one in given for name in _ignored(top, [one])}


def _split(answer: bytes) -> set[str]:
    return {os.fsdecode(name) for name in answer.split(b"\0") if name}


def _output(top: Path, *arguments: str) -> bytes:
    """Give what git prints; raises UnavailableError with git's reason where it fails."""
    done = _run(top, *arguments)
    if done.returncode != 0:
        raise UnavailableError(f"git cannot read the repository: {_reason(done)}")
    return done.stdout


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return f"it was ended after {_SECONDS} s or {_LIMIT >> 20} MiB"
    lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines()]
    said = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines or [""]
    reason = re.sub(r"^(fatal|error): ", "", said[0])
    return reason or f"it ended with exit code {done.returncode}"


def _run(top: Path, *arguments: str, asked: bytes = b"") -> subprocess.CompletedProcess[bytes]:
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
    """Read what a process prints, and end it where that is too much or takes too long."""
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
