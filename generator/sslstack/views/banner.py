"""The mark of a local emulation, on every screen."""

from __future__ import annotations

import click

STYLE = "magenta"


def styled(banner: str) -> str:
    """Give a banner so that it is seen: bold, in a colour of its own; ANSI."""
    return click.style(banner, fg=STYLE, bold=True)
