"""Folders that declare the same stack or make the same template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import app, files, workspace
from sslstack.app import generating
from sslstack.cache import Cache
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sslstack.workspace import StackFolder

    Made = tuple[str, str]
    """The name of a stack and the path of its template."""


def refuse_collisions(folders: Sequence[StackFolder]) -> None:
    """Raise InputError where one of these folders collides with another folder."""
    refuse_made({folder: _made(folder) for folder in folders})


def refuse_made(made: Mapping[StackFolder, Iterable[Made]]) -> None:
    """Raise InputError where there is a collision of what folders make."""
    if findings := find_collisions(made):
        raise InputError(findings)


def find_collisions(made: Mapping[StackFolder, Iterable[Made]]) -> list[Finding]:
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
    """List what a folder makes without making it; nothing where it cannot be read.

    The answer is cached until a file that it was read from changes, because commands for one
    stack do not generate the stacks around it.
    """
    cache = Cache(folder.root)
    known = generating.recall_all(folder, cache)
    if known is not None:
        return [(one.stack, one.template) for one in known]
    entry = cache.get("names", str(folder.folder))
    if entry is not None and files.is_unchanged(entry["seen"]):
        return [(stack, template) for stack, template in entry["made"]]
    reader = files.Reader()
    try:
        made = app.pipeline.read_templates(folder, reader)
    except InputError:
        return []
    cache.put("names", str(folder.folder), {"seen": reader.seen, "made": made})
    return made
