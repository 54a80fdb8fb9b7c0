"""`sslstack init`: what a repository with a compose file needs to begin."""

from __future__ import annotations

from pathlib import Path

import click

from sslstack import compose, declaration, files
from sslstack.stack.build import default_name
from sslstack.views import scaffold


@click.command(epilog="Example: sslstack init && $EDITOR ssl.yml && make stack")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def command(folder: Path) -> None:
    """Write ssl.yml, its schema, make targets and a CI workflow beside a compose file.

    Nothing that is there already is changed.
    """
    project = compose.load(folder, files.Reader(), container_files=False)
    for name, text in scaffold.files(project, default_name(project.name), declaration.schema()):
        path = folder / name
        if path.exists():
            click.echo(f"{path}: is there already, left as it is", err=True)
            if name == "Makefile":
                click.echo("  hint: add the line 'include sslstack.mk' to it", err=True)
            continue
        files.write(path, text.encode())
        click.echo(f"{path}: written", err=True)
    click.echo("next: sslstack create TARGET CERT, then make stack", err=True)
