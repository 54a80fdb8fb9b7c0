"""Loading a compose project, in phases, each from one value to the next.

settle        which files, which variables                         discovery, dotenv
for each file, and each document in it:
parse       YAML -> tree with places                             tree
interpolate ${NAME}                                              interpolation
cast        texts that stand for numbers and booleans            text_casts
include     other projects                                       include
extend      services from services                               extends
merge       over what the earlier files say                      merge
validate      against the Compose Specification's schema           schema
select        by profile                                           profiles
read          names and ports                                      ports
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import files as files_module
from sslstack.compose import (
    checks,
    discovery,
    extends,
    forms,
    include,
    interpolation,
    merge,
    normalize,
    paths,
    ports,
    private,
    profiles,
    schema,
    text_casts,
    tree,
    unique,
)
from sslstack.compose.limits import Budget
from sslstack.compose.model import Project, Service
from sslstack.compose.tree import Map, Node, Scalar
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sslstack.files import Reader

DEPTH = 30
"""Files that include or extend one another."""
_REMOTE = ("http://", "https://", "git@", "ssh://", "git://", "oci://", "github.com/")


@dataclass(frozen=True, slots=True)
class _Disk:
    """How files are read: `top` is the repository's folder, the budget that of the project."""

    reader: Reader
    top: Path
    budget: Budget


@dataclass(frozen=True, slots=True)
class _Context:
    """What the documents of one project, or of one included project, are read with."""

    disk: _Disk
    folder: Path
    variables: Mapping[str, str]
    parsed: Mapping[Path, list[Map]]
    others: dict[Path, Map]
    above: tuple[Path, ...] = ()


def load(
    folder: Path,
    reader: Reader,
    *,
    files: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
    env_files: Sequence[Path] | None = None,
    profiles: Sequence[str] = (),
    project_name: str | None = None,
    project_directory: Path | None = None,
    upward: bool = False,
    container_files: bool = True,
) -> Project:
    """Load the compose project of a folder; raises InputError with every finding.

    Nothing of the shell counts but what `env` holds, so that every machine loads the same.
    `upward`: where the folder has no compose file, the folders above it are searched.
    Without `container_files` the services' env and label files are not read: they are for
    containers alone, hold secrets more often than not, and are not in every checkout.
    """
    inputs = _Inputs(
        files=tuple(files),
        env=env or {},
        env_files=None if env_files is None else tuple(env_files),
        profiles=tuple(profiles),
        project_name=project_name,
        project_directory=project_directory,
        upward=upward,
        container_files=container_files,
    )
    try:
        project = _load(folder, reader, inputs)
    except InputError as error:
        raise InputError(map(private.withhold, error.findings)) from error
    return replace(project, findings=tuple(map(private.withhold, project.findings)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """What the caller of `load` chooses."""

    files: tuple[Path, ...]
    env: Mapping[str, str]
    env_files: tuple[Path, ...] | None
    profiles: tuple[str, ...]
    project_name: str | None
    project_directory: Path | None
    upward: bool
    container_files: bool


def _load(folder: Path, reader: Reader, inputs: _Inputs) -> Project:
    setting = discovery.settle(
        folder,
        reader,
        given=inputs.files,
        env=inputs.env,
        env_files=inputs.env_files,
        project_directory=inputs.project_directory,
        upward=inputs.upward,
    )
    findings: list[Finding] = [*setting.findings]
    disk = _Disk(reader, private.repository(folder), Budget())
    parsed = {path: _parsed(path, None, disk, findings) for path in setting.files}
    name = discovery.project_name(inputs.project_name, setting.variables, parsed, setting.folder)
    variables = {**setting.variables, "COMPOSE_PROJECT_NAME": name}
    context = _Context(disk, setting.folder, variables, parsed, {})
    document = _files([(path, None) for path in setting.files], context, findings)
    if not set(document.items) - {"version"} and not findings:
        empty = Location(str(setting.files[0]))
        findings.append(Finding(rule="compose.empty", message="is empty", location=empty))
    findings += schema.validate(document)
    _stop(findings)
    document = paths.add_contexts(document)
    document = paths.settle(document, setting.folder, variables.get("HOME"))
    active = profiles.select(document, inputs.profiles, variables)
    entries = _entries(active, findings)
    services = _services(active, entries, findings)
    container_reader = reader if inputs.container_files else None
    outer = normalize.Outer(name, setting.folder, variables, container_reader)
    model = normalize.model(document, active, entries, outer, findings)
    _stop(findings)
    findings += checks.check(document, model)
    _stop(findings)
    return Project(
        name=name,
        services=services,
        files=tuple(map(str, setting.files)),
        profiles=profiles.named(document),
        findings=tuple(findings),
        model=model,
        inactive=profiles.inactive(document, active),
    )


def _stop(findings: list[Finding]) -> None:
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputError(findings)


def _files(
    named: Sequence[tuple[Path, Scalar | None]], context: _Context, findings: list[Finding]
) -> Map:
    """Merge several files, later ones over earlier ones; with each what names it, if anything."""
    merged = tree.empty(Location(str(named[0][0]), 1, 1))
    for path, name in named:
        for document in _documents(path, name, context, findings):
            # Each document must leave a valid project; the whole one is validated at the end.
            if merged.items:
                findings.extend(schema.validate(merged))
            extended = extends.apply(
                _included(document, path, context, findings),
                path,
                context.folder,
                lambda name, folder: _other(name, folder, context, findings),
                context.disk.budget,
            )
            merged = merge.remove(merged, merge.resets(extended))
            over = merge.without_resets(extended)
            assert isinstance(over, Map)  # noqa: S101 - a mapping stays one
            merged = merge.merge(merged, over)
            _refuse_flood(merged)
            merged = unique.unique(merged)
            findings.extend(one for one in forms.check(merged) if one not in findings)
    if context.above:
        findings.extend(schema.validate(merged))
    return merged


def _parsed(path: Path, named: Scalar | None, disk: _Disk, findings: list[Finding]) -> list[Map]:
    """Parse a file; one that does not exist is reported where it is named."""
    try:
        content = private.read(path, disk.reader)
    except OSError as error:
        at = Location(str(path)) if named is None else named.at
        name = "" if named is None else f"{private.show(named)} "
        message = f"{name}cannot be read: {files_module.reason(error)}"
        raise InputError.at(at, "file.unreadable", message) from error
    is_outside = private.is_outside(path, disk.top)
    try:
        documents, wrong = tree.parse(content, str(path), private=is_outside, budget=disk.budget)
    except InputError as error:
        if not is_outside:
            raise
        hidden = (replace(f, location=replace(f.location, column=0)) for f in error.findings)
        raise InputError(hidden) from error
    findings += wrong
    return documents


def _documents(
    path: Path, named: Scalar | None, context: _Context, findings: list[Finding]
) -> list[Map]:
    """Parse a file, fill in its variables and cast its texts."""
    documents = context.parsed.get(path)
    if documents is None:
        if named is not None:
            context.disk.budget.add_file(named.at)
        documents = _parsed(path, named, context.disk, findings)
    found = []
    for document in documents:
        interpolated, unset = interpolation.interpolate(
            document, context.variables, context.disk.budget
        )
        findings += unset
        assert isinstance(interpolated, Map)  # noqa: S101 - a mapping stays one
        cast, wrong = text_casts.cast(interpolated)
        findings += wrong
        found.append(cast)
    return found


def _other(
    name: Scalar, folder: Path, context: _Context, findings: list[Finding]
) -> tuple[Map, Path]:
    """Read the file that an `extends` names; its paths count from its own folder."""
    path = _local(name, folder)
    if path not in context.others:
        merged = tree.empty(Location(str(path), 1, 1))
        for document in _documents(path, name, context, findings):
            merged = merge.merge(merged, document)
        context.others[path] = paths.settle(merged, path.parent, context.variables.get("HOME"))
    return context.others[path], path


def _included(document: Map, path: Path, context: _Context, findings: list[Finding]) -> Map:
    """Add what a document includes, each project with its own folder and variables."""
    entries = include.entries(document)
    document = document.without("include")
    for entry in entries:
        named = [(_local(name, context.folder), name) for name in entry.paths]
        above = (*context.above, path)
        circle = [one for one, _ in named if one in above]
        if circle or len(above) > DEPTH:
            message = f"include goes in a circle: {' -> '.join(map(str, (*above, *circle)))}"
            raise InputError.at(entry.at, "compose.include", message)
        folder = named[0][0].parent if named else context.folder
        if entry.project_directory is not None:
            folder = _local(entry.project_directory, context.folder)
        asked = [_local(name, context.folder) for name in entry.env_files]
        asked = [one for one in asked if str(one) != os.devnull] if asked else [folder / ".env"]
        variables = _inner_variables(entry, asked, context)
        if not named:
            continue
        inner = replace(context, folder=folder, variables=variables, above=above, others={})
        theirs = paths.add_contexts(_files(named, inner, findings))
        is_gone = not folder.is_absolute() and not folder.is_dir()
        theirs = paths.settle(theirs, folder.parent if is_gone else folder, variables.get("HOME"))
        document = include.add(document, theirs, entry.at)
        _refuse_flood(document)
    return document


def _inner_variables(
    entry: include.Include, asked: Sequence[Path], context: _Context
) -> dict[str, str]:
    """Read the env files of an include; what is wrong with a name is said where it is named."""
    named = bool(entry.env_files)
    try:
        return discovery.read_env(asked, context.disk.reader, context.variables, optional=not named)
    except InputError as error:
        unreadable = error.findings[0].rule == "file.unreadable"
        if not (named and unreadable):
            raise
        reason = error.findings[0].message
        node = entry.env_files[
            [str(_local(one, context.folder)) for one in entry.env_files].index(
                error.findings[0].location.file
            )
        ]
        message = f"'{private.show(node)}' {reason}"
        raise InputError.at(node.at, "file.unreadable", message) from error


def _refuse_flood(document: Map) -> None:
    """Raise InputError for more ports than a project may publish."""
    services = document.get("services")
    flood = ports.check_count(services.items) if isinstance(services, Map) else None
    if flood is not None:
        raise InputError([flood])


def _local(name: Scalar, folder: Path) -> Path:
    """Give the path of a file that a document names; nothing is fetched."""
    written = tree.text(name) or ""
    if written.startswith(_REMOTE):
        raise InputError.at(
            name.at,
            "compose.remote",
            f"'{private.show(name)}': remote files are not supported",
            hint="copy the file into the repository and name the copy",
        )
    return folder / written


def _entries(active: Mapping[str, Node], findings: list[Finding]) -> dict[str, list[Map]]:
    """Give the ports of each service in the long syntax, services by name."""
    found = {}
    for name, node in sorted(active.items()):
        listed = node.get("ports") if isinstance(node, Map) else None
        found[name], wrong = ports.read_entries(name, listed)
        findings += wrong
    return found


def _services(
    active: Mapping[str, Node], entries: Mapping[str, list[Map]], findings: list[Finding]
) -> dict[str, Service]:
    found = {}
    for name, listed in entries.items():
        read, warnings = ports.read_ports(name, listed)
        findings += warnings
        found[name] = Service(name=name, ports=tuple(read), location=active[name].at)
    return found
