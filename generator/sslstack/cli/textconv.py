"""`sslstack textconv`: a file as `git diff` shows it, once `git-setup` has said so."""

from __future__ import annotations

from pathlib import Path

import click

from sslstack import files
from sslstack.errors import InputError
from sslstack.findings import Location
from sslstack.views.textconv import textconv


@click.command(epilog="Example: sslstack textconv mydomain.crt")
@click.argument("file")
def command(file: str) -> None:
    """Print FILE with certificates in words; for git's diff.<driver>.textconv."""
    try:
        content = files.read(Path(file))
    except OSError as error:
        raise InputError.at(
            Location(file), "file.unreadable", f"cannot be read: {files.describe_error(error)}"
        ) from error
    click.echo(textconv(content), nl=False)
