"""`sslstack certificate chain`: the shortest valid chain from a pool of certificates."""

from __future__ import annotations

import datetime

import click

from sslstack.certificates import CertificateFiles
from sslstack.certificates.bundle import load_bundle
from sslstack.certificates.chains import find_chain
from sslstack.cli.certificate import files, result
from sslstack.cli.parameters import Moment


@click.command(
    epilog="Example: sslstack certificate chain --leaf web.crt --pool all.pem > web.chain"
)
@click.option("--leaf", metavar="FILE", required=True, help="The certificate of the server.")
@click.option("--pool", metavar="FILE", required=True, help="Certificates in any order.")
@click.option("--roots", metavar="FILE", help="Trusted roots in place of those of browsers.")
@click.option("--at", "at", type=Moment(), help="Judge as if it were this time (ISO 8601).")
def command(leaf: str, pool: str, roots: str | None, at: datetime.datetime | None) -> int:
    """Print the chain of a leaf as PEM: its issuer first, without leaf and root.

    Exit 3 when the best that can be had is printed beside an error, 1 when there is nothing.
    """
    at = at or datetime.datetime.now(datetime.UTC)
    declared = CertificateFiles(
        certificate=files.source(leaf),
        chain=files.source(pool, "chain"),
        roots=files.optional(roots, "roots"),
    )
    opened = load_bundle(declared)
    pool_of_all = (*opened.chain, *opened.beside)
    found = find_chain(opened.leaf, pool_of_all, opened.roots, at) if opened.leaf else None
    return result.show(opened, found, declared, at)
