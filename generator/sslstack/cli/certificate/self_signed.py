"""`sslstack certificate self-signed`: a certificate for development."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack.certificates import request
from sslstack.cli.certificate import making

if TYPE_CHECKING:
    from sslstack.kinds import Kind, Store


@click.command(epilog="Example: sslstack certificate self-signed localhost --out /tmp/dev")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@making.OUT
@making.KEY_TYPE
@making.LOAD_BALANCER
@making.STORE
@click.option("--days", type=click.IntRange(1, 398), default=90, help="Days of validity.")
def command(
    domains: tuple[str, ...],
    folder: str,
    key_type: str | None,
    load_balancer: Kind,
    store: Store,
    *,
    days: int,
) -> None:
    """Make a private key (mode 0600) and a certificate signed by itself, for development."""
    now = datetime.datetime.now(datetime.UTC)
    made = making.make(
        lambda kind: request.write_self_signed(domains, Path(folder), kind, now=now, days=days),
        key_type,
        load_balancer,
        store,
    )
    click.echo(made.key)
    click.echo(made.public)
    click.echo(
        "warning: no browser trusts it; every check says so. For production:"
        " sslstack certificate request",
        err=True,
    )
