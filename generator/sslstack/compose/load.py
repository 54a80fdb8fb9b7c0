"""The phases of loading, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sslstack.compose.model import Project
    from sslstack.files import Reader


def load(
    folder: Path,
    reader: Reader,
    *,
    files: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
    env_files: Sequence[Path] = (),
    profiles: Sequence[str] = (),
    project_name: str | None = None,
) -> Project:
    """Load the compose project of a folder; raises InputError with every finding."""
    raise NotImplementedError
