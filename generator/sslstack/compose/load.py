"""Loading a compose project, in phases, each from one value to the next.

settle        which files, which variables                         discovery, dotenv
for each file, and each document in it:
parse       YAML -> tree with places                             tree
interpolate ${NAME}                                              interpolation
include     other projects                                       include
extend      services from services                               extends
merge       over what the earlier files say                      merge
validate      against the Compose Specification's schema           schema
select        by profile                                           profiles
read          names and ports                                      ports
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import files as files_module
from sslstack.compose import (
    checks,
    discovery,
    extends,
    include,
    interpolation,
    merge,
    normalize,
    paths,
    ports,
    schema,
    tree,
    unique,
)
from sslstack.compose.model import Project, Service
from sslstack.compose.profiles import select
from sslstack.compose.tree import Map, Node
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
class _Context:
    """What the documents of one project, or of one included project, are read with."""

    reader: Reader
    folder: Path
    variables: Mapping[str, str]
    parsed: Mapping[Path, list[Map]]
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
    setting = discovery.settle(
        folder,
        reader,
        given=files,
        env=env or {},
        env_files=env_files,
        project_directory=project_directory,
        upward=upward,
    )
    findings: list[Finding] = []
    parsed = {path: _parsed(path, reader, findings) for path in setting.files}
    name = discovery.project_name(project_name, setting.variables, parsed, setting.folder)
    variables = {**setting.variables, "COMPOSE_PROJECT_NAME": name}
    context = _Context(reader, setting.folder, variables, parsed)
    document = _files(setting.files, context, findings)
    findings += schema.validate(document)
    _stop(findings)
    document = paths.settle(document, setting.folder, variables.get("HOME"))
    active = select(document, profiles, variables)
    entries = _entries(active, findings)
    services = _services(active, entries, findings)
    outer = normalize.Outer(name, setting.folder, variables, reader if container_files else None)
    model = normalize.model(document, active, entries, outer, findings)
    _stop(findings)
    findings += checks.check(document, model)
    _stop(findings)
    return Project(
        name=name,
        services=services,
        files=tuple(map(str, setting.files)),
        findings=tuple(findings),
        model=model,
    )


def _stop(findings: list[Finding]) -> None:
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputError(findings)


def _files(paths: Sequence[Path], context: _Context, findings: list[Finding]) -> Map:
    """Merge several files, later ones over earlier ones."""
    merged = tree.empty(Location(str(paths[0]), 1, 1))
    for path in paths:
        at = Location(str(path))
        for document in _documents(path, at, context, findings):
            extended = extends.apply(
                _included(document, path, context, findings),
                path,
                context.folder,
                lambda name, place, folder: _other(name, place, folder, context, findings),
            )
            for gone in merge.resets(extended):
                merged = merge.removed(merged, gone) if gone else merged
            over = merge.without_resets(extended)
            assert isinstance(over, Map)  # noqa: S101 - a mapping stays one
            merged = merge.merge(merged, over)
            _refuse_flood(merged)
            merged = unique.unique(merged)
    return merged


def _parsed(
    path: Path, reader: Reader, findings: list[Finding], named: Location | None = None
) -> list[Map]:
    """Parse a file; one that is not there is said where it is named."""
    try:
        content = reader.read(path)
    except OSError as error:
        message = f"{path} cannot be read: {files_module.reason(error)}"
        raise InputError.at(named or Location(str(path)), "file.unreadable", message) from error
    documents, wrong = tree.parse(content, str(path))
    findings += wrong
    if not documents and not wrong:
        empty = Finding(rule="compose.empty", message="is empty", location=Location(str(path)))
        findings.append(empty)
    return documents


def _documents(
    path: Path, named: Location, context: _Context, findings: list[Finding]
) -> list[Map]:
    """Parse and interpolate a file."""
    documents = context.parsed.get(path)
    if documents is None:
        documents = _parsed(path, context.reader, findings, named)
    found = []
    for document in documents:
        interpolated, unset = interpolation.interpolate(document, context.variables)
        findings += unset
        assert isinstance(interpolated, Map)  # noqa: S101 - a mapping stays one
        found.append(interpolated)
    return found


def _other(
    name: str, place: Location, folder: Path, context: _Context, findings: list[Finding]
) -> tuple[Map, Path]:
    """Read the file that an `extends` names; its paths count from its own folder."""
    path = _local(name, place, folder)
    merged = tree.empty(Location(str(path), 1, 1))
    for document in _documents(path, place, context, findings):
        merged = merge.merge(merged, document)
    return paths.settle(merged, path.parent, context.variables.get("HOME")), path


def _included(document: Map, path: Path, context: _Context, findings: list[Finding]) -> Map:
    """Add what a document includes, each project with its own folder and variables."""
    entries = include.entries(document)
    document = document.without("include")
    for entry in entries:
        named = [_local(name, entry.at, context.folder) for name in entry.paths]
        above = (*context.above, path)
        circle = [one for one in named if one in above]
        if circle or len(above) > DEPTH:
            message = f"include goes in a circle: {' -> '.join(map(str, (*above, *circle)))}"
            raise InputError.at(entry.at, "compose.include", message)
        if not named:
            raise InputError.at(entry.at, "compose.include", "an include needs a path")
        folder = named[0].parent
        if entry.project_directory is not None:
            folder = _local(entry.project_directory, entry.at, context.folder)
        asked = [_local(name, entry.at, context.folder) for name in entry.env_files or ()]
        variables = discovery.read_env(
            asked or [folder / ".env"], context.reader, context.variables, optional=not asked
        )
        inner = replace(context, folder=folder, variables=variables, above=above)
        theirs = paths.settle(_files(named, inner, findings), folder, variables.get("HOME"))
        document = include.add(document, theirs, entry.at)
        _refuse_flood(document)
    return document


def _refuse_flood(document: Map) -> None:
    """Raise InputError for more ports than a project may publish."""
    services = document.get("services")
    flood = ports.check_count(services.items) if isinstance(services, Map) else None
    if flood is not None:
        raise InputError([flood])


def _local(name: str, place: Location, folder: Path) -> Path:
    """Give the path of a file that a document names; nothing is fetched."""
    if name.startswith(_REMOTE):
        raise InputError.at(
            place,
            "compose.remote",
            f"'{name}' is not on this machine, and nothing is fetched",
            hint="copy it here and name the copy",
        )
    return folder / name


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
