"""`sslstack certificate request`: a private key, and a request to give to an authority."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack.certificates import request
from sslstack.cli.certificate import making

if TYPE_CHECKING:
    from sslstack.kinds import Kind, Store


@click.command(epilog="Example: sslstack certificate request example.com www.example.com --out ~/k")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@making.OUT
@making.KEY_TYPE
@making.LOAD_BALANCER
@making.STORE
def command(
    domains: tuple[str, ...], folder: str, key_type: str | None, load_balancer: Kind, store: Store
) -> None:
    """Make a private key (mode 0600) and a certificate request for domains."""
    made = making.make(
        lambda kind: request.write_request(domains, Path(folder), kind),
        key_type,
        load_balancer,
        store,
    )
    click.echo(made.key)
    click.echo(made.public)
    certificate = made.public.with_suffix(".crt")
    click.echo(
        f"next: send {made.public.name} to an authority, keep {made.key.name} outside git;\n"
        f"  sslstack certificate check --cert {certificate} --key {made.key}\n"
        f"  sslstack create SERVICE:PORT {certificate} {made.key}",
        err=True,
    )
