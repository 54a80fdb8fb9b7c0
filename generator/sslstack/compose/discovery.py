"""Which files make a project, which variables they see, and what the project is called.

https://docs.docker.com/compose/how-tos/environment-variables/envvars/
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import files
from sslstack.compose import dotenv
from sslstack.compose.interpolation import substitute
from sslstack.compose.tree import text
from sslstack.errors import InputError
from sslstack.findings import Location

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

    `env_files` replace `.env`; an empty list stands for no env file at all.

    `upward`: where the folder has no compose file, the folders above it are searched.
    """
    if upward and not given:
        folder = _nearest(folder, reader)
    named = [folder / name for name in env.get("COMPOSE_ENV_FILES", "").split(",") if name]
    if env_files is None and named:
        env_files = named
    base = project_directory or (given[0].parent if given else folder)
    default = env_files is None
    variables = read_env(
        (base / ".env",) if env_files is None else env_files, reader, env, optional=default
    )
    chosen = tuple(given) or _from_variable(folder, variables) or _discovered(folder, reader)
    return Setting(
        files=chosen,
        folder=project_directory or chosen[0].parent,
        variables=variables,
    )


def read_env(
    paths: Sequence[Path], reader: Reader, outer: Mapping[str, str], *, optional: bool
) -> dict[str, str]:
    """Give the variables of env files under those outside; later files win over earlier ones."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            content = reader.read(path)
        except (FileNotFoundError, IsADirectoryError) as error:
            if optional:
                continue
            raise _unreadable(path, error) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        found |= dotenv.parse(content, str(path), {**found, **outer})
    return {**found, **outer}


def _unreadable(path: Path, error: OSError) -> InputError:
    message = f"cannot be read: {files.reason(error)}"
    return InputError.at(Location(str(path)), "file.unreadable", message)


def _from_variable(folder: Path, variables: Mapping[str, str]) -> tuple[Path, ...]:
    names = variables.get("COMPOSE_FILE", "")
    separator = variables.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return tuple(folder / name for name in names.split(separator) if name)


def _nearest(folder: Path, reader: Reader) -> Path:
    """Give the folder itself or the first above it that has a compose file."""
    for one in (folder, *folder.resolve().parents):
        if any(reader.exists(one / name) for name in NAMES):
            return one
    return folder


def _discovered(folder: Path, reader: Reader) -> tuple[Path, ...]:
    for name in NAMES:
        if reader.exists(folder / name):
            override = next((o for o in OVERRIDES if reader.exists(folder / o)), None)
            return (folder / name, *([folder / override] if override else []))
    raise InputError.at(
        Location(str(folder)),
        "compose.missing",
        "there is no compose file",
        hint=f"looked for {', '.join(NAMES)}",
    )


def project_name(
    given: str | None,
    variables: Mapping[str, str],
    parsed: Mapping[Path, Sequence[Map]],
    folder: Path,
) -> str:
    """Give the project's name: the option, the variable, the last file's `name`, the folder's."""
    declared = [n for documents in parsed.values() for d in documents if (n := text(d.get("name")))]
    written = substitute(declared[-1], variables, lambda _: None) if declared else ""
    name = given or variables.get("COMPOSE_PROJECT_NAME") or written or folder.resolve().name
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")
