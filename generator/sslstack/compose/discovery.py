"""Which files make a project, which variables they see, and what the project is called.

https://docs.docker.com/compose/how-tos/environment-variables/envvars/
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.compose import dotenv, private
from sslstack.compose.interpolation import InterpolationError, substitute
from sslstack.compose.tree import Scalar, get_text
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sslstack.compose.tree import Map
    from sslstack.files import Reader

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is settled before the first compose file is read."""

    files: tuple[Path, ...]
    folder: Path
    variables: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


def settle(
    folder: Path,
    reader: Reader,
    *,
    given: Sequence[Path],
    env: Mapping[str, str],
    env_files: Sequence[Path] | None,
    project_directory: Path | None,
    upward: bool,
) -> Setting:
    """Find files and variables; the shell's win over `.env`. Raises InputError.

    `env_files` replace `.env`; an empty list means no env file.

    `upward`: where the folder has no compose file, the folders above it are searched.
    """
    if upward and not given:
        folder = _find_folder(folder, reader)
    named = [folder / name for name in env.get("COMPOSE_ENV_FILES", "").split(",") if name]
    if env_files is None and named:
        env_files = named
    base = project_directory or (given[0].parent if given else folder)
    default = env_files is None
    variables = read_env(
        (base / ".env",) if env_files is None else env_files, reader, env, optional=default
    )
    findings: tuple[Finding, ...] = ()
    chosen = tuple(given) or _read_compose_file_variable(folder, variables, reader)
    if not chosen:
        chosen, findings = _find_files(folder, reader)
    return Setting(
        files=chosen,
        folder=project_directory or chosen[0].parent,
        variables=variables,
        findings=findings,
    )


def read_env(
    paths: Sequence[Path], reader: Reader, outer: Mapping[str, str], *, optional: bool
) -> dict[str, str]:
    """Return the variables of env files under those outside; later files win over earlier ones."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            content = private.read_file(path, reader)
        except (FileNotFoundError, IsADirectoryError) as error:
            if optional:
                continue
            raise _make_unreadable(path, error) from error
        except OSError as error:
            raise _make_unreadable(path, error) from error
        found |= dotenv.parse(content, str(path), {**found, **outer})
    return {**found, **outer}


def _make_unreadable(path: Path, error: OSError) -> InputError:
    message = f"cannot be read: {files.describe_error(error)}"
    return InputError.at(Location(str(path)), "file.unreadable", message)


def _read_compose_file_variable(
    folder: Path, variables: Mapping[str, str], reader: Reader
) -> tuple[Path, ...]:
    """Return the files that COMPOSE_FILE names; its value may come from an env file."""
    names = variables.get("COMPOSE_FILE", "")
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    found = tuple(folder / name for name in names.split(separator) if name)
    for number, path in enumerate(found, 1):
        try:
            private.read_file(path, reader)
        except (OSError, ValueError) as error:
            reason = files.describe_error(error) if isinstance(error, OSError) else "no such file"
            message = f"file {number} of COMPOSE_FILE cannot be read: {reason}"
            raise InputError.at(
                Location(str(folder / ".env")),
                "file.unreadable",
                message,
                hint="correct COMPOSE_FILE in .env or in the shell",
            ) from error
    return found


def _find_folder(folder: Path, reader: Reader) -> Path:
    """Return the folder itself or the first above it that has a compose file."""
    for one in (folder, *folder.resolve().parents):
        if any(reader.exists(one / name) for name in NAMES):
            return one
    return folder


def _find_files(folder: Path, reader: Reader) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Return the compose file of a folder, its override file, and warnings about others."""
    base = [folder / name for name in NAMES if reader.exists(folder / name)]
    if not base:
        raise _make_missing(folder)
    over = [folder / name for name in OVERRIDES if reader.exists(folder / name)]
    findings = [_warn_of_ignored(found[0], one) for found in (base, over) for one in found[1:]]
    return (base[0], *over[:1]), tuple(findings)


def _warn_of_ignored(used: Path, other: Path) -> Finding:
    return Finding(
        rule="compose.several-files",
        severity=Severity.WARNING,
        message=f"is not read: {used.name} exists too and comes first",
        location=Location(str(other)),
        hint=f"delete {other.name}, or list both under compose.files in ssl.yml",
    )


def _make_missing(folder: Path) -> InputError:
    """Report that a folder has no compose file, and which folders below it have one."""
    for path in (folder / name for name in NAMES):
        if path.is_symlink():  # its target is not found
            message = f"is a symbolic link to {os.readlink(path)}, which does not exist"  # noqa: PTH115
            hint = "correct the link, or replace it with the file"
            return InputError.at(Location(str(path)), "compose.missing", message, hint=hint)
    below = sorted(one for name in NAMES for one in folder.glob(f"*/{name}"))
    hint = f"create one of {', '.join(NAMES)}"
    if below:
        found = below[0].relative_to(folder)
        hint = f"there is {found}: run the command in {found.parent}, or name it in ssl.yml: "
        hint += f"compose: {{files: [{found}]}}"
    message = "no compose file found in this folder"
    return InputError.at(Location(str(folder / NAMES[2])), "compose.missing", message, hint=hint)


_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def choose_name(
    given: str | None,
    variables: Mapping[str, str],
    parsed: Mapping[Path, Sequence[Map]],
    folder: Path,
) -> str:
    """Return the project's name: the option, the variable, the last file's `name`, the folder's."""
    declared = [
        name
        for documents in parsed.values()
        for document in documents
        if isinstance(name := document.get("name"), Scalar) and get_text(name)
    ]
    if chosen := given or variables.get("COMPOSE_PROJECT_NAME"):
        if not _NAME.fullmatch(chosen):
            raise _make_wrong_name(given, folder)
        return chosen
    if not declared:
        folded, at = _fold_name(folder.resolve().name), Location(str(folder))
    else:
        at = declared[-1].at
        try:
            folded = _fold_name(substitute(get_text(declared[-1]) or "", variables, lambda _: None))
        except InterpolationError:
            return "?"  # reported where the file is interpolated
    if not folded:
        message = "the project name has no letter or digit of ASCII"
        hint = "add 'name: my-app' to the compose file"
        raise InputError.at(at, "compose.project-name", message, hint=hint)
    return folded


def _fold_name(name: str) -> str:
    """Return a name as Docker Compose folds that of a folder or a file."""
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")


def _make_wrong_name(given: str | None, folder: Path) -> InputError:
    """Refuse a name; one that an env file may have given is not shown."""
    at = Location(str(folder)) if given else Location(str(folder / ".env"))
    message = f"{repr(given) if given else 'COMPOSE_PROJECT_NAME'} is not a project name"
    hint = "use lower case letters, digits, - and _, beginning with a letter or digit"
    return InputError.at(at, "compose.project-name", message, hint=hint)
