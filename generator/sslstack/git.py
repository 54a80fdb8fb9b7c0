"""Questions to git: a file in a revision, which files are tracked or ignored.

git is always started in the top folder of the work tree, which is found without its help.
`git_process` starts it so that a repository cannot choose what runs here.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import files, git_process
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_CHUNK = 500
"""Paths in one command line."""


class RevisionError(SslstackError):
    """The revision or the repository does not exist, or the revision has no file of that kind."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry in a folder of a revision: git's mode, kind and object."""

    mode: str
    kind: str
    object: str


def find_work_tree(folder: Path) -> Path:
    """Return the top folder of the work tree around a folder, as an absolute path.

    It is the nearest folder upwards with an entry `.git`; a bare repository has none. Raises
    RevisionError outside of a work tree.
    """
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - links stay as they are
    for candidate in (here, *here.parents):
        if os.path.lexists(candidate / ".git"):
            return candidate
    raise RevisionError("not a git repository", hint="git init, or sslstack diff --deployed")


def resolve(revision: str, folder: Path) -> str:
    """Return the full hash of the commit that a revision means; raises RevisionError.

    An ambiguous name is refused: a tag `origin/main`, which a fetch may bring along, would
    otherwise replace the remote's branch.
    """
    if revision.startswith("-"):
        raise RevisionError(f"'{revision}' is not a revision")
    top = find_work_tree(folder)
    done = git_process.run(top, "rev-parse", "--verify", f"{revision}^{{commit}}")
    if done.returncode == 0:
        if b"is ambiguous" in done.stderr:
            raise RevisionError(
                f"revision '{revision}' is ambiguous",
                hint=f"use a full name, listed by: git show-ref {revision}",
            )
        return done.stdout.decode().strip()
    git_process.output(top, "rev-parse", "--git-dir")  # reports why git cannot read the repository
    if revision == "HEAD":
        raise RevisionError(
            "the repository has no commits yet", hint="commit first, or sslstack diff --deployed"
        )
    raise RevisionError(
        f"unknown revision '{revision}'",
        hint="fetch it first: git fetch origin, or choose another --base",
    )


def show(commit: str, path: Path, root: Path) -> bytes | None:
    """Return the content of a file in a commit; None where the commit has no such file.

    `commit` is a full hash, `root` a folder of the work tree. Raises RevisionError where the
    commit has a symbolic link or a submodule in its place, UnavailableError where git cannot
    read it, which is not the same as a file that does not exist.
    """
    top = find_work_tree(root)
    parts = _split_path(path, top)
    entry = _find_entry(commit, parts, top)
    if entry is None or entry.kind == "tree":
        return None
    content = git_process.output(top, "cat-file", "blob", entry.object)
    if len(content) > files.LIMIT:
        raise RevisionError(f"{path} in {commit[:12]} is larger than {files.LIMIT >> 20} MiB")
    return content


def list_names(commit: str, folder: Path, root: Path) -> tuple[str, ...]:
    """Return the names in a folder of a commit, sorted; none where it has no such folder.

    Raises as `show` does.
    """
    top = find_work_tree(root)
    return tuple(sorted(_read_folder(commit, _split_path(folder, top), top)))


def find_tracked(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Return those of the paths that git tracks; none outside of a work tree.

    Raises UnavailableError where git cannot read the repository.
    """
    return _find_matching(paths, root, _list_tracked)


def find_ignored(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Return those of the paths that git ignores and does not track; raises as `find_tracked`."""
    return _find_matching(paths, root, _list_ignored)


def find_in_submodules(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Return those of the paths that git tracks in a submodule of the work tree around `root`.

    git runs in the top folder, never in the folder of the submodule. Raises as `find_tracked` does.
    """
    return _find_matching(paths, root, _list_in_submodules)


def find_in_other_case(paths: Iterable[Path], root: Path) -> Mapping[Path, Path]:
    """Return the files that git tracks under these names in other letter case, by path.

    On a file system without letter case they are the same files. Raises as `find_tracked` does.
    """
    try:
        top = find_work_tree(root)
    except RevisionError:
        return {}
    named = {name.casefold(): same for name, same in _name_from_top(paths, top).items()}
    found = {name for chunk in _divide(named) for name in _list_in_any_case(top, chunk)}
    return {
        path: top / name
        for name in sorted(found)
        for path in named.get(name.casefold(), ())
        if path.name != Path(name).name
        or files.resolve_path(path) != files.resolve_path(top / name)
    }


def find_nested(path: Path, root: Path) -> Path | None:
    """Return the top of a nested work tree, below the one around `root`, that holds a path."""
    try:
        top = find_work_tree(root).resolve()
        found = find_work_tree(path.parent.resolve())
    except RevisionError:
        return None
    return found if found != top and found.is_relative_to(top) else None


def find_inside(paths: Iterable[Path], root: Path) -> frozenset[Path]:
    """Return those of the paths that are in the work tree around `root`; git is not started."""
    try:
        named = _name_from_top(paths, find_work_tree(root))
    except RevisionError:
        return frozenset()
    return frozenset(path for same in named.values() for path in same)


def set_config(folder: Path, name: str, value: str) -> None:
    """Set a value in the clone's own configuration; raises UnavailableError."""
    git_process.output(find_work_tree(folder), "config", "--local", name, value)


def remove_config(folder: Path, section: str) -> None:
    """Remove a section of the clone's own configuration, if it exists."""
    git_process.run(find_work_tree(folder), "config", "--local", "--remove-section", section)


def _split_path(path: Path, top: Path) -> tuple[str, ...]:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link in the tree is git's to know
    try:
        return absolute.relative_to(top).parts
    except ValueError:
        raise RevisionError(f"{path} is outside the git repository {top}") from None


def _find_entry(commit: str, parts: tuple[str, ...], top: Path) -> Entry | None:
    entry = _read_folder(commit, parts[:-1], top).get(parts[-1]) if parts else None
    if entry is None or (entry.kind in ("blob", "tree") and entry.mode != "120000"):
        return entry
    what = "a submodule" if entry.kind == "commit" else "a symbolic link"
    raise RevisionError(
        f"{'/'.join(parts)} is {what} in {commit[:12]}, which cannot be compared",
        hint="choose another --base",
    )


def _read_folder(commit: str, parts: tuple[str, ...], top: Path) -> Mapping[str, Entry]:
    if not parts:
        return _read_tree(commit, top)
    entry = _find_entry(commit, parts, top)
    return _read_tree(entry.object, top) if entry is not None and entry.kind == "tree" else {}


@functools.cache
def _read_tree(name: str, top: Path) -> Mapping[str, Entry]:
    """Return the entries of a tree object; it never changes, so it is read once."""
    lines = git_process.output(top, "ls-tree", "-z", "--full-tree", name).split(b"\0")
    entries = {}
    for line in filter(None, lines):
        about, _, path = line.partition(b"\t")
        mode, kind, object_name = about.decode("ascii").split(" ")
        entries[os.fsdecode(path)] = Entry(mode=mode, kind=kind, object=object_name)
    return entries


def _find_matching(
    paths: Iterable[Path], root: Path, ask: Callable[[Path, Sequence[str]], set[str]]
) -> frozenset[Path]:
    try:
        top = find_work_tree(root)
    except RevisionError:
        return frozenset()
    inside = _name_from_top(paths, top)
    found = {name for chunk in _divide(inside) for name in ask(top, chunk)}
    return frozenset(path for name in found for path in inside.get(name, ()))


def _divide(names: Iterable[str]) -> Iterator[Sequence[str]]:
    given = sorted(names)
    return (given[begin : begin + _CHUNK] for begin in range(0, len(given), _CHUNK))


def _name_from_top(paths: Iterable[Path], top: Path) -> dict[str, list[Path]]:
    """Return the names from the top of the work tree, each with the paths that mean it.

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


def _list_tracked(top: Path, given: Sequence[str]) -> set[str]:
    return _split_names(
        git_process.output(top, "--literal-pathspecs", "ls-files", "-z", "--cached", "--", *given)
    )


def _list_in_submodules(top: Path, given: Sequence[str]) -> set[str]:
    options = ("-z", "--cached", "--recurse-submodules")
    return _split_names(
        git_process.output(top, "--literal-pathspecs", "ls-files", *options, "--", *given)
    )


def _list_in_any_case(top: Path, given: Sequence[str]) -> set[str]:
    patterns = (f":(top,literal,icase){name}" for name in given)
    return _split_names(git_process.output(top, "ls-files", "-z", "--cached", "--", *patterns))


def _list_ignored(top: Path, given: Sequence[str]) -> set[str]:
    asked = b"".join(b"./" + os.fsencode(name) + b"\0" for name in given)  # no name is magic
    done = git_process.run(top, "check-ignore", "-z", "--stdin", asked=asked)
    if done.returncode in (0, 1):  # 1: none of them
        return {name.removeprefix("./") for name in _split_names(done.stdout)}
    if len(given) == 1:  # in a submodule, whose own rules are not read here
        return set()
    return {name for one in given for name in _list_ignored(top, [one])}


def _split_names(answer: bytes) -> set[str]:
    return {os.fsdecode(name) for name in answer.split(b"\0") if name}
