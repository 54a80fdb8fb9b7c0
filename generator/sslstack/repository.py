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

from sslstack import catalogue, files, git
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sslstack.catalogue import Level
    from sslstack.compose import Port, Project
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


def declared(folder: StackFolder) -> tuple[Used, ...]:
    """Give the private keys of a stack that cannot be generated; none if ssl.yml is unreadable."""
    from sslstack import declaration, stack  # noqa: PLC0415 - late, for runs that change nothing

    try:
        common = declaration.load(folder.declaration, files.Reader())
        here = declaration.within(common, folder.environment)
    except InputError:
        return ()
    keys = stack.declared_keys(here, folder.folder)
    return (Used(folder=folder, inputs=(), keys=keys, levels=here.levels),)


def check(used: Sequence[Used]) -> list[tuple[Finding, ...]]:
    """Give the findings on each stack; none outside of a git work tree.

    Raises UnavailableError where git cannot read the repository.
    """
    keys = {files.real_path(Path(path)) for one in used for path in one.keys}
    inputs = {Path(path) for one in used for path in one.inputs}
    declarations = {one.folder.declaration for one in used}
    if not used or not (paths := keys | inputs | declarations):
        return [() for _ in used]
    root = used[0].folder.root
    apart = frozenset(path for path in keys if git.nested(path, root))
    tracked = git.tracked(paths, root) | (git.in_submodules(apart, root) if apart else frozenset())
    rest = (keys | inputs) - tracked
    elsewhere = {
        path: other
        for path, other in git.in_other_case(keys - tracked, root).items()
        if not path.exists() or path.samefile(other)
    }
    ignored = git.ignored(rest, root) if rest else frozenset()
    inside = git.inside(keys, root) if keys else frozenset()
    return [
        catalogue.in_force(
            [
                *_tracked_keys(one, {path: path for path in tracked} | elsewhere),
                *_bare_keys(one, inside - ignored - tracked - elsewhere.keys(), apart),
                *_inputs(one, _lacking(one, tracked, ignored)),
            ],
            one.levels,
        )
        for one in used
    ]


def _lacking(used: Used, tracked: frozenset[Path], ignored: frozenset[Path]) -> frozenset[Path]:
    """Give the inputs that a clone lacks; before ssl.yml is added, only those that git ignores."""
    inputs = frozenset(map(Path, used.inputs))
    return inputs - tracked if used.folder.declaration in tracked else inputs & ignored


def _tracked_keys(used: Used, tracked: Mapping[Path, Path]) -> Iterator[Finding]:
    """Find the private keys that git tracks; `tracked` gives the name that git has for each."""
    for path, place in used.keys.items():
        if (real := files.real_path(Path(path))) not in tracked:
            continue
        name = os.path.relpath(tracked[real])
        known = "" if name == path else f" as '{name}'"
        command = "git"
        if (own := git.nested(real, used.folder.root)) is not None:
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
        real = files.real_path(Path(path))
        if real not in bare or not real.exists():
            continue
        message = f"git does not ignore private key '{path}': 'git add' would take it"
        hint = f"add {real.name} to .gitignore, or move the key out of the repository"
        if real in apart and (own := git.nested(real, used.folder.root)) is not None:
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


def _inputs(used: Used, lacking: Collection[Path]) -> Iterator[Finding]:
    """Find what the compose project has of files that a clone lacks."""
    if not lacking:
        return
    from sslstack import declaration, stack  # noqa: PLC0415 - late, for runs that change nothing

    folder = used.folder
    common = declaration.load(folder.declaration, files.Reader())
    declared = declaration.within(common, folder.environment)
    here = stack.load_project(declared, folder.folder, files.Reader())
    try:
        clone = stack.load_project(declared, folder.folder, files.Reader(hidden=lacking))
    except InputError as error:
        yield from _unreadable(error.findings, lacking)
        return
    yield from _ports(here, clone, lacking)
    if declared.ssl.stack is None and here.name != clone.name:
        yield _finding(
            declared.at(),
            f"the name '{here.name}' comes from {_names(lacking)}; {_CLONE} names the stack "
            "differently",
            f"add 'stack: {here.name}' to ssl.yml",
        )


_CLONE = "git does not have it, so a clone"
_HINT = "commit it, or name files that git has under compose: in ssl.yml"


def _finding(place: Location, message: str, hint: str = _HINT) -> Finding:
    return Finding(
        rule="compose.not-in-git",
        severity=Severity.WARNING,
        message=message,
        location=place,
        hint=hint,
    )


def _unreadable(errors: Sequence[Finding], lacking: Collection[Path]) -> Iterator[Finding]:
    """Name the files that a clone cannot be loaded without, each where it is asked for."""
    named = [(one, [path for path in lacking if path.name in one.message]) for one in errors]
    known = [(one, paths) for one, paths in named if paths] or [(errors[0], [*lacking])]
    for one, paths in known:
        message = f"the compose project needs {_names(paths)}; {_CLONE} cannot load it"
        yield _finding(one.location, message)


def _ports(here: Project, clone: Project, lacking: Collection[Path]) -> Iterator[Finding]:
    """Find the published ports that a clone has not, or leads elsewhere, and those it adds."""
    from sslstack.stack import published  # noqa: PLC0415 - late, for runs that change nothing

    mine, theirs = published(here), published(clone)
    gone: dict[str, list[tuple[str, Port]]] = {}
    for (service, number), port in mine.items():
        if not _is_same(port, theirs.get((service, number))):
            gone.setdefault(_source(port, lacking), []).append((service, port))
    for source, ports in gone.items():
        listed = ", ".join(f"{service}:{port.published}" for service, port in ports)
        yield _finding(
            min(port.location for _, port in ports),
            f"{listed} come{'s' * (len(ports) == 1)} from {source}; {_CLONE} does not publish "
            f"{'it' if len(ports) == 1 else 'them'}",
        )
    services = {service for service, _ in mine}
    for (service, number), port in theirs.items():
        if (service, number) not in mine and service not in services:
            yield _finding(
                port.location,
                f"{_names(lacking)} unpublishes {service}:{port.published}; {_CLONE} publishes it",
            )


def _is_same(port: Port, other: Port | None) -> bool:
    return other is not None and (
        (port.target, port.host_ip, port.app_protocol)
        == (other.target, other.host_ip, other.app_protocol)
    )


def _source(port: Port, lacking: Collection[Path]) -> str:
    """Name the file that a port comes from: its own, or one that its variables come from."""
    own = Path(port.location.file)
    return _names([own] if own in lacking else lacking)


def _names(paths: Collection[Path]) -> str:
    return " or ".join(sorted(map(str, paths)))
