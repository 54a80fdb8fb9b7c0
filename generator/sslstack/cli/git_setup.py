"""`sslstack git-setup`: plain `git diff` shows certificates in words."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from sslstack import files, git, isolation
from sslstack.errors import InputError
from sslstack.findings import Location

_BEGIN, _END = "# sslstack: begin\n", "# sslstack: end\n"
_ATTRIBUTES = """\
templates/*.yaml diff=sslstack linguist-generated
*.crt diff=sslstack
*.pem diff=sslstack
*.cer diff=sslstack
*.p7b diff=sslstack
ssl.lock diff=sslstack
"""
_DRIVER = "diff.sslstack"


@click.command(epilog="Example: sslstack git-setup && git diff")
@click.option("--remove", is_flag=True, help="Undo it.")
def command(*, remove: bool) -> None:
    """Teach this repository's git to show certificates by subject, names and expiry.

    Writes a marked block into .gitattributes, to be committed, and the command that git runs
    into this clone's configuration, which everybody sets up for themselves.
    """
    root = git.work_tree(Path())
    path = root / ".gitattributes"
    try:
        before = files.read(path).decode() if path.exists() else ""
        after = _without(before) + ("" if remove else f"{_BEGIN}{_ATTRIBUTES}{_END}")
        if after != before:
            files.write(path, after.encode()) if after else path.unlink()
    except (OSError, UnicodeDecodeError) as error:
        why = files.reason(error) if isinstance(error, OSError) else "is not UTF-8"
        raise InputError.at(Location(path.name), "file.unwritable", why) from error
    if remove:
        git.forget(root, _DRIVER)
        click.echo("git diff shows certificates as they are written", err=True)
        return
    git.forget(root, _DRIVER)  # an older one had a cache, which a branch could have filled
    git.configure(root, f"{_DRIVER}.textconv", _shell_command())
    click.echo("git diff shows certificates in words; commit .gitattributes", err=True)


def _shell_command() -> str:
    """Give what git hands to a shell, with the name of the file behind it.

    git starts it at the top of the work tree, so nothing of that is run: Python by its absolute
    path and isolated. Where that has gone, or fails, the file is shown as it is.
    """
    program = shlex.quote(sys.executable)
    textconv = shlex.join([*isolation.command("sslstack"), "textconv"])
    plain = 'command -p cat < "$1"'
    return (
        f'show() {{ if [ -x {program} ]; then {textconv} -- "$1" 2> /dev/null || {plain}; '
        f"else {plain}; fi; }}; show"
    )


def _without(text: str) -> str:
    """Take our block out of a text; what others wrote stays as it is."""
    if _BEGIN not in text or _END not in text:
        return text if not text or text.endswith("\n") else f"{text}\n"
    head, _, rest = text.partition(_BEGIN)
    return head + rest.partition(_END)[2]
