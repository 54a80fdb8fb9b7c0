"""The option `--fail-on`: effects of a change at which a command fails."""

from __future__ import annotations

import click

from sslstack.findings import find_nearest

_WORDS = ("exposed", "weaker", "removed", "outage")
"""Words of `diff.FAILING`, written out because `--help` does not import that."""


def effects(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> frozenset[str]:
    """Read a list with commas, or an option that is repeated.

    Raises click.BadParameter for a word that is not an effect, with the nearest one.
    """
    words = [word.strip() for one in given for word in one.split(",")]
    for word in words:
        if word not in _WORDS:
            near = find_nearest(word.lower(), _WORDS)
            hint = f"did you mean '{near}'?" if near else f"choose from {', '.join(_WORDS)}"
            message = f"'{word}' is not an effect that --fail-on knows; {hint}"
            raise click.BadParameter(message, context, option)
    return frozenset(words)
