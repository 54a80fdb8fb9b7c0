"""`sslstack compose`: the loaded compose model, for comparison with Docker Compose's own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from sslstack import escaping, redaction
from sslstack.files import Reader
from sslstack.views import findings as view


@click.command(epilog="Example: sslstack compose -f docker-compose.yml --profile debug")
@click.option("-f", "--file", "files", multiple=True, type=click.Path(path_type=Path))
@click.option("--profile", "profiles", multiple=True, help="Profile to activate; * for all.")
@click.option("--env-file", "env_files", multiple=True, type=click.Path(path_type=Path))
@click.option("-p", "--project-name", help="Name of the project.")
@click.option("--project-directory", type=click.Path(path_type=Path))
@click.option("--env", "names", multiple=True, metavar="NAME", help="Take NAME from the shell.")
@click.option("--env-from-shell", is_flag=True, help="Take every variable from the shell.")
def command(
    *,
    files: tuple[Path, ...],
    profiles: tuple[str, ...],
    env_files: tuple[Path, ...],
    project_name: str | None,
    project_directory: Path | None,
    names: tuple[str, ...],
    env_from_shell: bool,
) -> None:
    """Print the compose model as JSON, of the shape of `docker compose config --format json`.

    Only .env, the files and declared variables count, so that every machine prints the same;
    --env and --env-from-shell let the shell's count as well, as Docker Compose does.
    """
    from sslstack import compose  # noqa: PLC0415 - late, for --help

    shell = os.environ
    env = dict(shell) if env_from_shell else {n: shell[n] for n in names if n in shell}
    project = compose.load(
        Path(),
        Reader(),
        files=files,
        env=env,
        env_files=env_files or None,
        profiles=profiles,
        project_name=project_name,
        project_directory=project_directory,
        upward=True,
    )
    view.show(project.findings, err=True)
    click.echo(escaping.format_json(redaction.map_text(project.model, redaction.hide_keys)))
