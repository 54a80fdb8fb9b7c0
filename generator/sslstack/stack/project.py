"""The compose project that a declaration is about: from the inputs that it names.

Without `compose:` in ssl.yml these are the files that Docker Compose finds by itself.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import compose, files
from sslstack.compose.discovery import OVERRIDES
from sslstack.declaration.model import Compose
from sslstack.errors import InputError
from sslstack.findings import Finding, Severity, find_nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sslstack.compose import Port, Project
    from sslstack.declaration import Declaration


def load_project(declaration: Declaration, folder: Path, reader: files.Reader) -> Project:
    """Load the compose project of a declaration in `folder`; raises InputError.

    An override file that is added without being named under `compose.files` is a developer's
    own more often than not: ports that only it publishes are warnings.
    """
    inputs = declaration.ssl.compose or Compose()
    if missing := tuple(_find_missing(declaration, folder, reader)):
        raise InputError(missing)
    load = partial(
        compose.load,
        folder,
        reader,
        env_files=_make_paths(folder, inputs.env_files),
        profiles=inputs.profiles or (),
        container_files=False,
    )
    project = load(files=_make_paths(folder, inputs.files) or ())
    unknown = _find_unknown_profiles(declaration, project)
    project = replace(project, findings=(*project.findings, *unknown))
    base = [Path(file) for file in project.files if not _is_override(file)]
    if inputs.files is not None or len(base) == len(project.files):
        return project
    try:
        without = list_published(load(files=base))
    except InputError:  # the override file completes the others
        without = {}
    found = _find_override_ports(
        project, without, [os.path.relpath(file, folder) for file in base], declaration
    )
    return replace(project, findings=(*project.findings, *found))


def list_published(project: Project) -> dict[tuple[str, str], Port]:
    """Return the published ports of a project by service and published port, protocol included."""
    return {
        (service.name, f"{port.published}/{port.protocol}"): port
        for service in project.services.values()
        for port in service.ports
        if port.published
    }


def _make_paths(folder: Path, names: Sequence[str] | None) -> list[Path] | None:
    return None if names is None else [folder / name for name in names]


def _is_override(file: str) -> bool:
    return Path(file).name in OVERRIDES


def _find_missing(
    declaration: Declaration, folder: Path, reader: files.Reader
) -> Iterator[Finding]:
    """Find declared inputs that cannot be read, each at its line of ssl.yml."""
    inputs = declaration.ssl.compose or Compose()
    for key, kind in (("files", "compose file"), ("env_files", "env file")):
        for index, name in enumerate(getattr(inputs, key) or ()):
            try:
                reader.read(folder / name)
            except OSError as error:
                yield Finding(
                    rule="file.unreadable",
                    message=f"{kind} '{name}' cannot be read: {files.describe_error(error)}",
                    location=declaration.at("compose", key, index),
                    hint="paths are relative to ssl.yml",
                )


def _find_unknown_profiles(declaration: Declaration, project: Project) -> Iterator[Finding]:
    """Find declared profiles that no service has; Docker Compose takes them and says nothing."""
    inputs = declaration.ssl.compose or Compose()
    for index, profile in enumerate(inputs.profiles or ()):
        if profile in (*project.profiles, "*"):
            continue
        near = find_nearest(profile, project.profiles)
        listed = ", ".join(project.profiles) or "none"
        yield Finding(
            rule="compose.unknown-profile",
            severity=Severity.WARNING,
            message=f"no service has the profile '{profile}' (profiles of the services: {listed})",
            location=declaration.at("compose", "profiles", index),
            hint=f"did you mean '{near}'?" if near else "remove it, or add it to a service",
        )


def _find_override_ports(
    project: Project,
    without: Mapping[tuple[str, str], Port],
    base: Sequence[str],
    declaration: Declaration,
) -> Iterator[Finding]:
    """Find the override files that publish ports of their own, each with those ports."""
    files_key = f"files: [{', '.join(base)}]"
    add = (
        f"'compose: {{{files_key}}}' to"
        if declaration.ssl.compose is None
        else (f"'{files_key}' under compose in")
    )
    for file in filter(_is_override, project.files):
        only = {
            key: port
            for key, port in list_published(project).items()
            if port.location.file == file and key not in without
        }
        if only:
            listed = ", ".join(f"{service}:{port.published}" for (service, _), port in only.items())
            yield Finding(
                rule="compose.override-port",
                severity=Severity.WARNING,
                message=f"only {Path(file).name} publishes {listed}, and it is part of this stack",
                location=min(port.location for port in only.values()),
                hint=f"add {add} ssl.yml to leave it out, or list it there as well to keep it",
            )
