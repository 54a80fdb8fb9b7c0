"""The mark of a local emulation, on every screen."""

from __future__ import annotations

from sslstack import escaping

STYLE = "magenta"
EMULATION = "[local emulation: nothing is sent to AWS]"


def styled(banner: str) -> str:
    """Give a banner so that it is seen: bold, in a colour of its own; ANSI."""
    return escaping.style_text(banner, fg=STYLE, bold=True)
