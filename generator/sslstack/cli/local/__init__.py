"""`sslstack local`: an emulated AWS account on this machine."""

from __future__ import annotations

import click

from sslstack.cli.commands import Commands

COMMANDS = {
    "start": "run an emulated account until Ctrl-C, and print the variables to use",
}


@click.command(
    cls=Commands, table=COMMANDS, package=__name__, epilog="Example: sslstack local start"
)
def command() -> None:
    """Try commands without an AWS account."""
