"""What comes after an edit of ssl.yml: the template is made and reviewed."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sslstack import files

_TARGET = re.compile(
    r"^(?:[^\s#:=][^#:=\n]*[ \t])?stack(?:[ \t][^#:=\n]*)?:(?![:=]*=)", re.MULTILINE
)
_INCLUDED = re.compile(r"^-?include[ \t]+([^#\n]+)", re.MULTILINE)


def say() -> None:
    """Tell how the template is made here: by make where that has a target for it."""
    command = "make stack" if _has_target(Path("Makefile")) else "sslstack generate"
    click.echo(f"next: {command}, and review the template", err=True)


def _has_target(makefile: Path) -> bool:
    """Tell whether `stack` is a target of a Makefile or of what it includes, as with `init`."""
    text = _text(makefile)
    names = [name for line in _INCLUDED.findall(text) for name in line.split()]
    return any(map(_TARGET.search, (text, *(_text(Path(name)) for name in names))))


def _text(path: Path) -> str:
    try:
        return files.read(path).decode("utf-8", "replace")
    except OSError:
        return ""
