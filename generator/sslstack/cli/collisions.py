"""Folders that declare one stack or make one template: each would undo what the other does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import files, pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import naming
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sslstack.declaration import Declaration
    from sslstack.workspace import StackFolder

    Made = tuple[str, str]
    """The name of a stack and the path of its template."""


def refuse(folders: Sequence[StackFolder]) -> None:
    """Raise InputError where one of these folders collides with another folder."""
    stop({folder: _made(folder) for folder in folders})


def stop(made: Mapping[StackFolder, Iterable[Made]]) -> None:
    """Raise InputError where there is a collision of what folders make."""
    if findings := find(made):
        raise InputError(findings)


def find(made: Mapping[StackFolder, Iterable[Made]]) -> list[Finding]:
    """Find the collisions of what folders make, also with the folders that are not among them."""
    made = {folder.within(""): some for folder, some in made.items()}
    first: dict[str, StackFolder] = {}
    findings = []
    roots = dict.fromkeys(folder.root for folder in made)
    around = [one for root in roots for one in workspace.all_below(root)]
    for folder in dict.fromkeys([*around, *made]):
        for name, message, hint in _names(made[folder] if folder in made else _made(folder)):
            other = first.setdefault(name, folder)
            if other is not folder and (folder in made or other in made):
                findings.append(
                    Finding(
                        rule="stack.duplicate-name",
                        message=message.format(other=other.declaration),
                        location=Location(str(folder.declaration)),
                        hint=hint,
                    )
                )
    return findings


def _names(made: Iterable[Made]) -> Iterator[tuple[str, str, str]]:
    """Give what must be unique, once each, with message and hint."""
    pairs = list(made)
    for stack in dict.fromkeys(stack for stack, _ in pairs):
        message = f"stack name '{stack}' is also used by {{other}}"
        yield stack, message, "set a different 'stack:' in one of them"
    for template in dict.fromkeys(template for _, template in pairs):
        message = f"{template} is also made by {{other}}"
        yield template, message, "rename a folder or an environment"


def _made(folder: StackFolder) -> list[Made]:
    """Tell what a folder makes without making it; nothing where it cannot be read.

    It is kept until a file that it was read from changes: the stacks around the one that a
    command is for are not made by it, and so are in no cache yet.
    """
    cache = Cache(folder.root)
    known = pipeline.recall_all(folder, cache)
    if known is not None:
        return [(one.stack, one.template) for one in known]
    entry = cache.get("names", str(folder.folder))
    if entry is not None and files.unchanged(entry["seen"]):
        return [(stack, template) for stack, template in entry["made"]]
    from sslstack import declaration  # noqa: PLC0415 - late: a no-change run needs none of it

    reader = files.Reader()
    try:
        name = naming.name(folder, reader)
        declared = declaration.load(folder.declaration, reader)
    except InputError:
        return []
    made = of_declaration(folder, declared, name)
    cache.put("names", str(folder.folder), {"seen": reader.seen, "made": made})
    return made


def of_declaration(folder: StackFolder, declared: Declaration, name: str) -> list[Made]:
    """Give what a declaration makes under the name of its stack."""
    from sslstack import declaration  # noqa: PLC0415 - late, see above

    units = map(folder.within, ("", *declaration.varied(declared)))
    return [(name, str(unit.template(name))) for unit in units]
