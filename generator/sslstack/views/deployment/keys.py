"""Private keys that were delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sslstack.deploy.keys.store import Pushed, Version


def pushed(one: Pushed, known: tuple[Version, ...]) -> str:
    """Say what became of a key, and which versions its secret has."""
    what = "secret created" if one.created else "version added" if one.added else "already there"
    lines = [f"{one.secret}: {what}: {one.version}"]
    for version in known:
        mark = "*" if version.id == one.version else " "
        made = f"{version.created:%Y-%m-%d %H:%M %Z}" if version.created else "?"
        lines.append(f"  {mark} {version.id}  {made}  {', '.join(version.labels)}")
    return "\n".join(lines) + "\n"
