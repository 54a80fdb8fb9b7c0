"""Loading a compose project, in phases, each from one value to the next.

settle        which files, which variables                         discovery, dotenv
for each file, and each document in it (assembly):
parse         YAML -> tree with places                             parser
interpolate   ${NAME}                                              interpolation
cast          texts that mean numbers and booleans                 text_casts
include       other projects                                       include
extend        services from services                               extends
merge         over the earlier files                               merge, resets, unique
validate      against the Compose Specification's schema           schema
select        by profile                                           profiles
read          names and ports                                      ports
normalize     the canonical model                                  normalize, canonical
check         references and contradictions                        checks
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack.compose import (
    assembly,
    checks,
    discovery,
    normalize,
    paths,
    ports,
    private,
    profiles,
    schema,
)
from sslstack.compose.limits import Budget
from sslstack.compose.model import Project, read_service
from sslstack.compose.origins import Origin, Origins, Source
from sslstack.compose.tree import Map
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sslstack.compose.tree import Node
    from sslstack.documents import DocumentPath
    from sslstack.files import Reader


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
    disk = assembly.Disk(reader, private.find_repository(folder), Budget())
    read = {path: assembly.parse_file(path, None, disk) for path in setting.files}
    parsed = {path: documents for path, (documents, _) in read.items()}
    findings = [*setting.findings, *(f for _, wrong in read.values() for f in wrong)]
    name = discovery.choose_name(inputs.project_name, setting.variables, parsed, setting.folder)
    variables = {**setting.variables, "COMPOSE_PROJECT_NAME": name}
    context = assembly.Context(disk, setting.folder, variables, parsed, {})
    document, wrong = assembly.merge_files([(path, None) for path in setting.files], context)
    findings += wrong
    if not set(document.items) - {"version"} and not findings:
        file = Location(str(setting.files[0]))
        findings.append(Finding(rule="compose.empty", message="is empty", location=file))
    findings += schema.validate(document)
    _refuse_errors(findings)
    document = paths.add_contexts(document)
    document = paths.make_absolute(document, setting.folder, variables.get("HOME"))
    container_reader = reader if inputs.container_files else None
    outer = normalize.Outer(name, setting.folder, variables, container_reader)
    return _build_project(document, setting, outer, inputs, findings)


def _build_project(
    document: Map,
    setting: discovery.Setting,
    outer: normalize.Outer,
    inputs: _Inputs,
    before: Sequence[Finding],
) -> Project:
    """Build the project of a document; raises InputError where anything is an error."""
    active = profiles.select_services(document, inputs.profiles, outer.variables)
    entries, wrong = _read_entries(active)
    read = {name: ports.read_ports(name, listed) for name, listed in entries.items()}
    warnings = [finding for _, some in read.values() for finding in some]
    normalized = normalize.normalize(document, active, entries, outer)
    findings = [*before, *wrong, *warnings, *normalized.findings]
    _refuse_errors(findings)
    findings += checks.check(document, normalized.model)
    _refuse_errors(findings)
    return Project(
        name=outer.name,
        services={
            name: read_service(name, normalized.model["services"][name], found, active[name].at)
            for name, (found, _) in read.items()
        },
        files=tuple(map(str, setting.files)),
        profiles=profiles.list_profiles(document),
        findings=tuple(findings),
        model=normalized.model,
        inactive=profiles.find_inactive(document, active),
        origins=Origins(document, entries, _find_known(setting, inputs, normalized)),
    )


def _refuse_errors(findings: Sequence[Finding]) -> None:
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputError(findings)


def _read_entries(active: Mapping[str, Node]) -> tuple[dict[str, list[Map]], list[Finding]]:
    """Return the ports of each service in the long syntax, services by name."""
    read = {
        name: ports.read_entries(name, node.get("ports") if isinstance(node, Map) else None)
        for name, node in sorted(active.items())
    }
    entries = {name: found for name, (found, _) in read.items()}
    return entries, [finding for _, wrong in read.values() for finding in wrong]


def _find_known(
    setting: discovery.Setting, inputs: _Inputs, normalized: normalize.Normalized
) -> dict[DocumentPath, Origin]:
    """Return the origins of values that no compose file holds."""
    known: dict[DocumentPath, Origin] = {
        path: Origin(location=at, source=Source.ENV_FILE) for path, at in normalized.places.items()
    }
    variable = "COMPOSE_PROJECT_NAME"
    if inputs.project_name or setting.variables.get(variable):
        names = () if inputs.project_name else (variable,)
        at = Location(str(setting.files[0]))
        known["name",] = Origin(location=at, source=Source.OUTSIDE, variables=names)
    return known
