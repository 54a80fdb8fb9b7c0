"""What a clone of the repository makes of a stack whose inputs git does not have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sslstack import declaration, files, stack
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity
from sslstack.stack import list_published

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sslstack.catalogue import Level
    from sslstack.compose import Port, Project
    from sslstack.workspace import StackFolder


def declared_keys(folder: StackFolder) -> tuple[Mapping[str, Location], Mapping[str, Level]] | None:
    """Return the files of private keys with their places, and the levels of rules.

    None if ssl.yml has errors.
    """
    try:
        common = declaration.load(folder.declaration, files.Reader())
        here = declaration.apply_environment(common, folder.environment)
    except InputError:
        return None
    return stack.list_declared_keys(here, folder.folder), here.levels


def check(folder: StackFolder, missing: Collection[Path]) -> Iterator[Finding]:
    """Find what changes in the compose project without the files that a clone lacks."""
    common = declaration.load(folder.declaration, files.Reader())
    declared = declaration.apply_environment(common, folder.environment)
    here = stack.load_project(declared, folder.folder, files.Reader())
    try:
        clone = stack.load_project(declared, folder.folder, files.Reader(hidden=missing))
    except InputError as error:
        yield from _unreadable(error.findings, missing)
        return
    yield from _ports(here, clone, missing)
    if declared.ssl.stack is None and here.name != clone.name:
        yield _finding(
            declared.at(),
            f"the name '{here.name}' comes from {_names(missing)}; {_CLONE} names the stack "
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


def _unreadable(errors: Sequence[Finding], missing: Collection[Path]) -> Iterator[Finding]:
    """Name the files that a clone cannot be loaded without, each where it is asked for."""
    named = [(one, [path for path in missing if path.name in one.message]) for one in errors]
    known = [(one, paths) for one, paths in named if paths] or [(errors[0], [*missing])]
    for one, paths in known:
        message = f"the compose project needs {_names(paths)}; {_CLONE} cannot load it"
        yield _finding(one.location, message)


def _ports(here: Project, clone: Project, missing: Collection[Path]) -> Iterator[Finding]:
    """Find the published ports that a clone has not, or leads elsewhere, and those it adds."""
    mine, theirs = list_published(here), list_published(clone)
    gone: dict[str, list[tuple[str, Port]]] = {}
    for (service, number), port in mine.items():
        if not _is_same(port, theirs.get((service, number))):
            gone.setdefault(_source(port, missing), []).append((service, port))
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
                f"{_names(missing)} unpublishes {service}:{port.published}; {_CLONE} publishes it",
            )


def _is_same(port: Port, other: Port | None) -> bool:
    return other is not None and (
        (port.target, port.host_ip, port.app_protocol)
        == (other.target, other.host_ip, other.app_protocol)
    )


def _source(port: Port, missing: Collection[Path]) -> str:
    """Name the file that a port comes from: its own, or one that its variables come from."""
    own = Path(port.location.file)
    return _names([own] if own in missing else missing)


def _names(paths: Collection[Path]) -> str:
    return " or ".join(sorted(map(str, paths)))
