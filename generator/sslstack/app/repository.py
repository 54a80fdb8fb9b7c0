"""What git has of a stack: inputs that a clone would not have, private keys that it would.

Nothing here decides what a template holds; a clone without an input makes another template, and
that is worth a warning before CI finds out. git is asked once for all stacks of a command.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import app, catalogue, files, git
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sslstack.catalogue import Level
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a stack uses, as it is or in an environment.

    `inputs` are the files of its compose project, `keys` the files of its private keys with the
    places in ssl.yml that name them; `levels` are those that ssl.yml sets for rules.
    """

    folder: StackFolder
    inputs: tuple[str, ...]
    keys: Mapping[str, Location]
    levels: Mapping[str, Level]


def used_keys(folder: StackFolder) -> tuple[Used, ...]:
    """Return the private keys that ssl.yml names; none if it has errors."""
    found = app.clones.declared_keys(folder)
    if found is None:
        return ()
    keys, levels = found
    return (Used(folder=folder, inputs=(), keys=keys, levels=levels),)


def check(used: Sequence[Used]) -> list[tuple[Finding, ...]]:
    """Give the findings on each stack; none outside of a git work tree.

    Raises UnavailableError where git cannot read the repository.
    """
    keys = {files.resolve_path(Path(path)) for one in used for path in one.keys}
    inputs = {Path(path) for one in used for path in one.inputs}
    declarations = {one.folder.declaration for one in used}
    if not used or not (paths := keys | inputs | declarations):
        return [() for _ in used]
    root = used[0].folder.root
    apart = frozenset(path for path in keys if git.find_nested(path, root))
    tracked = git.find_tracked(paths, root) | (
        git.find_in_submodules(apart, root) if apart else frozenset()
    )
    rest = (keys | inputs) - tracked
    elsewhere = {
        path: other
        for path, other in git.find_in_other_case(keys - tracked, root).items()
        if not path.exists() or path.samefile(other)
    }
    ignored = git.find_ignored(rest, root) if rest else frozenset()
    inside = git.find_inside(keys, root) if keys else frozenset()
    return [
        catalogue.apply_levels(
            [
                *_tracked_keys(one, {path: path for path in tracked} | elsewhere),
                *_bare_keys(one, inside - ignored - tracked - elsewhere.keys(), apart),
                *_missing_inputs(one, tracked, ignored),
            ],
            one.levels,
        )
        for one in used
    ]


def _missing_inputs(
    used: Used, tracked: frozenset[Path], ignored: frozenset[Path]
) -> Iterable[Finding]:
    """Find what a clone lacks; before ssl.yml is added, only what git ignores."""
    inputs = frozenset(map(Path, used.inputs))
    missing = inputs - tracked if used.folder.declaration in tracked else inputs & ignored
    return app.clones.check(used.folder, missing) if missing else ()


def _tracked_keys(used: Used, tracked: Mapping[Path, Path]) -> Iterator[Finding]:
    """Find the private keys that git tracks; `tracked` gives the name that git has for each."""
    for path, place in used.keys.items():
        if (real := files.resolve_path(Path(path))) not in tracked:
            continue
        name = os.path.relpath(tracked[real])
        known = "" if name == path else f" as '{name}'"
        command = "git"
        if (own := git.find_nested(real, used.folder.root)) is not None:
            command, name = (
                f"git -C {shlex.quote(os.path.relpath(own))}",
                str(real.relative_to(own)),
            )
        yield Finding(
            rule="key.tracked",
            message=f"git tracks private key '{path}'{known}: everybody with a clone has it",
            location=place,
            hint=f"{command} rm --cached {shlex.quote(name)}, add it to .gitignore, and have the "
            "certificate reissued with a new key",
        )


def _bare_keys(used: Used, bare: Collection[Path], apart: Collection[Path]) -> Iterator[Finding]:
    """Find the private keys that the next `git add` would take.

    git is not asked in a repository within the repository, whose configuration would be obeyed.
    """
    for path, place in used.keys.items():
        real = files.resolve_path(Path(path))
        if real not in bare or not real.exists():
            continue
        message = f"git does not ignore private key '{path}': 'git add' would take it"
        hint = f"add {real.name} to .gitignore, or move the key out of the repository"
        if real in apart and (own := git.find_nested(real, used.folder.root)) is not None:
            shown = os.path.relpath(own)
            message = f"private key '{path}' is in a git repository of its own, '{shown}'"
            hint = (
                f"git -C {shlex.quote(shown)} ls-files -- "
                f"{shlex.quote(str(real.relative_to(own)))} must print nothing"
            )
        yield Finding(
            rule="key.not-ignored",
            severity=Severity.WARNING,
            message=message,
            location=place,
            hint=hint,
        )
