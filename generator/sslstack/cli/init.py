"""`sslstack init`: what a repository with a compose file needs to begin."""

from __future__ import annotations

from pathlib import Path

import click

from sslstack import compose, declaration, escaping, files
from sslstack.errors import InputError
from sslstack.findings import Location
from sslstack.stack.build import make_stack_name
from sslstack.views import scaffold

PRIVATE_KEYS = ("*.key", "*-key.pem", "privkey*.pem", "*.p12", "*.pfx")
"""Patterns of .gitignore for the files that hold private keys, more often than not."""


@click.command(epilog="Example: sslstack init && $EDITOR ssl.yml && make stack")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def command(folder: Path) -> None:
    """Write ssl.yml, its schema, make targets and a CI workflow beside a compose file.

    Files that exist are left as they are; only .gitignore gets the lines for private keys that
    it lacks.
    """
    project = compose.load(folder, files.Reader(), container_files=False)
    proposals = scaffold.propose(project)
    stack = make_stack_name(project.name)
    for name, text in scaffold.files(project, proposals, stack, declaration.make_schema()):
        path = folder / name
        if path.exists():
            click.echo(escaping.escape_line(f"{path}: is there already, left as it is"), err=True)
            if name == "Makefile" and not _includes_targets(path):
                click.echo("  hint: add the line 'include sslstack.mk' to it", err=True)
            continue
        files.write(path, text.encode())
        click.echo(escaping.escape_line(f"{path}: written"), err=True)
    _ignore_keys(folder / ".gitignore")
    click.echo(escaping.escape_line(proposals.next(_certified(folder / "ssl.yml"))), err=True)


def _includes_targets(makefile: Path) -> bool:
    """Tell whether a Makefile includes our targets; one that cannot be read counts as if not."""
    try:
        return b"include sslstack.mk" in files.read(makefile)
    except OSError:
        return False


def _certified(path: Path) -> frozenset[str]:
    """Give the targets that an ssl.yml declares with a certificate; none where it has errors."""
    try:
        listeners = declaration.load(path, files.Reader()).ssl.listeners
    except InputError:
        return frozenset()
    return frozenset(target for target, one in listeners.items() if one.certificate is not None)


def _ignore_keys(path: Path) -> None:
    """Add the patterns of private keys that .gitignore lacks; raises InputError."""
    try:
        before = files.read(path).decode() if path.exists() else ""
        lacking = [one for one in PRIVATE_KEYS if one not in before.split()]
        if not lacking:
            return
        gap = "" if not before or before.endswith("\n") else "\n"
        text = "".join(["# Private keys are never committed.\n", *(f"{one}\n" for one in lacking)])
        files.write(path, f"{before}{gap}{text}".encode())
    except (OSError, UnicodeDecodeError) as error:
        why = files.describe_error(error) if isinstance(error, OSError) else "is not UTF-8"
        raise InputError.at(Location(str(path)), "file.unwritable", why) from error
    click.echo(f"{path}: {'added' if before else 'written'}: {', '.join(lacking)}", err=True)
