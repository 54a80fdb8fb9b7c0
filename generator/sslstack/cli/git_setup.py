"""`sslstack git-setup`: plain `git diff` shows certificates in words."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import click

from sslstack import files, git, isolation
from sslstack.errors import InputError
from sslstack.findings import Location

_BEGIN, _END = "# sslstack: begin\n", "# sslstack: end\n"
_SUFFIXES = (
    ".crt", ".pem", ".cer", ".der", ".chain", ".ca-bundle", ".p7b", ".p7c", ".pub",
)  # fmt: skip
"""Endings of files that hold certificates or public keys, more often than not."""
_DRIVER = "diff.sslstack"


@click.command(epilog="Example: sslstack git-setup && git diff")
@click.option("--remove", is_flag=True, help="Undo it.")
def command(*, remove: bool) -> None:
    """Teach this repository's git to show certificates by subject, names and expiry.

    Writes a marked block into .gitattributes, to be committed, and the command that git runs
    into this clone's configuration, which everybody sets up for themselves. The block covers the
    usual endings of certificate files and every file that an ssl.yml names.
    """
    try:
        root = git.find_work_tree(Path())
    except git.RevisionError as error:
        error.hint = "git init"  # nothing is compared here
        raise
    path = root / ".gitattributes"
    try:
        before = files.read(path).decode() if path.exists() else ""
        after = _without(before) + ("" if remove else f"{_BEGIN}{_attributes(root)}{_END}")
        if after != before:
            files.write(path, after.encode()) if after else path.unlink()
    except (OSError, UnicodeDecodeError) as error:
        why = files.describe_error(error) if isinstance(error, OSError) else "is not UTF-8"
        raise InputError.at(Location(path.name), "file.unwritable", why) from error
    if remove:
        git.remove_config(root, _DRIVER)
        click.echo("git diff shows certificates as they are written", err=True)
        return
    git.remove_config(root, _DRIVER)  # an older one had a cache, which a branch could have filled
    git.set_config(root, f"{_DRIVER}.textconv", _shell_command())
    click.echo("git diff shows certificates in words; commit .gitattributes", err=True)


def _shell_command() -> str:
    """Return what git hands to a shell, with the name of the file behind it.

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


def _attributes(root: Path) -> str:
    """Return the lines that choose our driver: by ending, then the other files of every ssl.yml."""
    declared = (f"{_pattern(name)} diff=sslstack\n" for name in sorted(_declared(root)))
    return "".join(
        [
            "templates/*.yaml diff=sslstack linguist-generated\n",
            *(f"*{suffix} diff=sslstack\n" for suffix in _SUFFIXES),
            "ssl.lock diff=sslstack\n",
            *declared,
        ]
    )


def _declared(root: Path) -> set[str]:
    """Return the public files that the declarations name, from the top of the work tree.

    What has one of the usual endings, or is outside of the repository, is left out.
    """
    from sslstack import declaration, stack, workspace  # noqa: PLC0415 - late, for --help

    try:
        folders = workspace.find()
    except InputError:  # a repository may be set up before it declares anything
        return set()
    found = set()
    for folder in folders:
        try:
            declared = declaration.load(folder.declaration, files.Reader())
            named = {
                folder.folder / name
                for one in declaration.expand_environments(declared)
                for name in stack.list_public_files(one)
            }
        except InputError:  # 'sslstack check' reports it
            continue
        paths = (
            os.path.relpath(files.resolve_path(path), files.resolve_path(root)) for path in named
        )
        found |= {path for path in paths if not path.startswith((os.pardir, os.sep))}
    return {path for path in found if not path.endswith(_SUFFIXES)}


def _pattern(path: str) -> str:
    r"""Write a path as a pattern of .gitattributes that matches this path only: gitattributes(5).

    A pattern in double quotes is written as in C, so a line feed is `\012` and begins no line.
    """
    pattern = "/" + re.sub(r"([*?\[\\])", r"\\\1", Path(path).as_posix())
    if not re.search(r"[\s\"\x00-\x1f\x7f]", pattern):
        return pattern
    quoted = pattern.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\{ord(found[0]):03o}", quoted) + '"'


def _without(text: str) -> str:
    """Take our block out of a text; what others wrote stays as it is."""
    if _BEGIN not in text or _END not in text:
        return text if not text or text.endswith("\n") else f"{text}\n"
    head, _, rest = text.partition(_BEGIN)
    return head + rest.partition(_END)[2]
