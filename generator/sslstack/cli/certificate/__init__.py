"""`sslstack certificate`: certificates by themselves, without a declaration."""

from __future__ import annotations

import click

from sslstack.cli.commands import Commands

COMMANDS = {
    "check": "check a certificate with its key and chain",
    "chain": "build the chain of a leaf from a pool of certificates",
    "fetch": "build the chain of a leaf from the addresses in certificates",
    "request": "create a private key and a certificate signing request",
    "self-signed": "create a self-signed certificate for development",
}


@click.command(
    cls=Commands,
    table=COMMANDS,
    package=__name__,
    epilog="Example: sslstack certificate check --cert mydomain.crt --key mydomain.key",
)
def command() -> None:
    """Check, complete, request or make a certificate."""
