"""Several compose files as one document: parsed, filled in, included, extended and merged.

Each step returns its document and what is wrong in it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.compose import (
    discovery,
    extends,
    forms,
    include,
    interpolation,
    merge,
    parser,
    paths,
    ports,
    private,
    resets,
    schema,
    text_casts,
    tree,
    unique,
)
from sslstack.compose.tree import Map, Scalar
from sslstack.errors import InputError
from sslstack.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sslstack.compose.limits import Budget
    from sslstack.files import Reader

DEPTH = 30
"""Files that include or extend one another."""
_REMOTE = ("http://", "https://", "git@", "ssh://", "git://", "oci://", "github.com/")

Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Disk:
    """How files are read: `top` is the repository's folder, the budget that of the project."""

    reader: Reader
    top: Path
    budget: Budget


@dataclass(frozen=True, slots=True)
class Context:
    """What the documents of one project, or of one included project, are read with.

    `others` keeps what files named by `extends` hold, so that each is read once.
    """

    disk: Disk
    folder: Path
    variables: Mapping[str, str]
    parsed: Mapping[Path, Sequence[Map]]
    others: dict[Path, Map]
    above: tuple[Path, ...] = ()


def parse_file(path: Path, named: Scalar | None, disk: Disk) -> tuple[list[Map], Findings]:
    """Parse a file; one that does not exist is reported where it is named."""
    try:
        content = private.read_file(path, disk.reader)
    except OSError as error:
        at = Location(str(path)) if named is None else named.at
        name = "" if named is None else f"{private.show(named)} "
        message = f"{name}cannot be read: {files.describe_error(error)}"
        raise InputError.at(at, "file.unreadable", message) from error
    is_outside = private.is_outside(path, disk.top)
    try:
        documents, wrong = parser.parse(content, str(path), private=is_outside, budget=disk.budget)
    except InputError as error:
        if not is_outside:
            raise
        hidden = (replace(f, location=replace(f.location, column=0)) for f in error.findings)
        raise InputError(hidden) from error
    return documents, tuple(wrong)


def merge_files(
    named: Sequence[tuple[Path, Scalar | None]], context: Context
) -> tuple[Map, Findings]:
    """Merge several files, later ones over earlier ones; with each what names it, if anything."""
    merged = tree.make_empty(Location(str(named[0][0]), 1, 1))
    findings: list[Finding] = []
    for path, name in named:
        documents, wrong = _read_documents(path, name, context)
        findings += wrong
        for document in documents:
            # Each document must leave a valid project; the whole one is validated at the end.
            if merged.items:
                findings += schema.validate(merged)
            included, wrong = _add_included(document, path, context)
            findings += wrong
            extended, wrong = _extend(included, path, context)
            findings += wrong
            merged = _merge_document(merged, extended)
            findings += forms.check_forms(merged)
    if context.above:
        findings += schema.validate(merged)
    return merged, tuple(findings)


def _extend(document: Map, path: Path, context: Context) -> tuple[Map, Findings]:
    findings: list[Finding] = []

    def load(name: Scalar, folder: Path) -> tuple[Map, Path]:
        other, file, wrong = _read_other(name, folder, context)
        findings.extend(wrong)
        return other, file

    extended = extends.extend(document, path, context.folder, load, context.disk.budget)
    return extended, tuple(findings)


def _merge_document(merged: Map, document: Map) -> Map:
    below = resets.remove_paths(merged, resets.find_resets(document))
    over = resets.drop_resets(document)
    assert isinstance(over, Map)  # noqa: S101 - a mapping stays one
    merged = merge.merge(below, over)
    _refuse_flood(merged)
    return unique.drop_repeated(merged)


def _read_documents(
    path: Path, named: Scalar | None, context: Context
) -> tuple[list[Map], Findings]:
    """Parse a file, fill in its variables and cast its texts."""
    findings: list[Finding] = []
    documents = context.parsed.get(path)
    if documents is None:
        if named is not None:
            context.disk.budget.add_file(named.at)
        documents, wrong = parse_file(path, named, context.disk)
        findings += wrong
    found = []
    for document in documents:
        filled, unset = interpolation.interpolate(document, context.variables, context.disk.budget)
        assert isinstance(filled, Map)  # noqa: S101 - a mapping stays one
        cast, uncast = text_casts.cast(filled)
        findings += [*unset, *uncast]
        found.append(cast)
    return found, tuple(findings)


def _read_other(name: Scalar, folder: Path, context: Context) -> tuple[Map, Path, Findings]:
    """Read the file that an `extends` names; its paths count from its own folder."""
    path = _find_local(name, folder)
    findings: Findings = ()
    if path not in context.others:
        merged = tree.make_empty(Location(str(path), 1, 1))
        documents, findings = _read_documents(path, name, context)
        for document in documents:
            merged = merge.merge(merged, document)
        context.others[path] = paths.make_absolute(
            merged, path.parent, context.variables.get("HOME")
        )
    return context.others[path], path, findings


def _add_included(document: Map, path: Path, context: Context) -> tuple[Map, Findings]:
    """Add what a document includes, each project with its own folder and variables."""
    entries = include.read_entries(document)
    document = document.without("include")
    above = (*context.above, path)
    findings: list[Finding] = []
    for entry in entries:
        named = [(_find_local(name, context.folder), name) for name in entry.paths]
        _refuse_circle(entry, [file for file, _ in named], above)
        folder = named[0][0].parent if named else context.folder
        if entry.project_directory is not None:
            folder = _find_local(entry.project_directory, context.folder)
        variables = _read_inner_variables(entry, folder, context)
        if not named:
            continue
        inner = replace(context, folder=folder, variables=variables, above=above, others={})
        theirs, wrong = merge_files(named, inner)
        findings += wrong
        is_missing = not folder.is_absolute() and not folder.is_dir()
        base = folder.parent if is_missing else folder
        theirs = paths.make_absolute(paths.add_contexts(theirs), base, variables.get("HOME"))
        document = include.add_included(document, theirs, entry.at)
        _refuse_flood(document)
    return document, tuple(findings)


def _refuse_circle(entry: include.Include, named: Sequence[Path], above: Sequence[Path]) -> None:
    circle = [file for file in named if file in above]
    if circle or len(above) > DEPTH:
        message = f"circular include: {' -> '.join(map(str, (*above, *circle)))}"
        raise InputError.at(entry.at, "compose.include", message)


def _read_inner_variables(entry: include.Include, folder: Path, context: Context) -> dict[str, str]:
    """Read the env files of an include; one that cannot be read is reported where it is named."""
    named = {str(_find_local(node, context.folder)): node for node in entry.env_files}
    asked = [_find_local(node, context.folder) for node in entry.env_files]
    asked = [path for path in asked if str(path) != os.devnull] if asked else [folder / ".env"]
    try:
        return discovery.read_env(asked, context.disk.reader, context.variables, optional=not named)
    except InputError as error:
        (first, *_) = error.findings
        node = named.get(first.location.file)
        if node is None or first.rule != "file.unreadable":
            raise
        message = f"'{private.show(node)}' {first.message}"
        raise InputError.at(node.at, "file.unreadable", message) from error


def _refuse_flood(document: Map) -> None:
    """Raise InputError for more ports than a project may publish."""
    services = document.get("services")
    flood = ports.check_count(services.items) if isinstance(services, Map) else None
    if flood is not None:
        raise InputError([flood])


def _find_local(name: Scalar, folder: Path) -> Path:
    """Return the path of a file that a document names; nothing is fetched."""
    written = tree.get_text(name) or ""
    if written.startswith(_REMOTE):
        raise InputError.at(
            name.at,
            "compose.remote",
            f"'{private.show(name)}': remote files are not supported",
            hint="copy the file into the repository and name the copy",
        )
    return folder / written
