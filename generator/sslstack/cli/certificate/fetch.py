"""`sslstack certificate fetch`: the chain of a leaf from the addresses in certificates."""

from __future__ import annotations

import datetime

import click

from sslstack.certificates import CertificateFiles, issuers
from sslstack.certificates.bundle import load_bundle
from sslstack.certificates.fetch import HttpFetcher
from sslstack.cli.certificate import files, result
from sslstack.cli.parameters import Moment


@click.command(epilog="Example: sslstack certificate fetch --leaf web.crt > web.chain")
@click.option("--leaf", metavar="FILE", required=True, help="The certificate of the server.")
@click.option("--roots", metavar="FILE", help="Trusted roots in place of those of browsers.")
@click.option("--at", "at", type=Moment(), help="Judge as if it were this time (ISO 8601).")
@click.option(
    "--allow-private-addresses", "private", is_flag=True, help="Ask addresses of private networks."
)
def command(leaf: str, roots: str | None, at: datetime.datetime | None, *, private: bool) -> int:
    """Fetch the issuers of a leaf (caIssuers) and print its chain as PEM.

    Plain http and public addresses only, within limits of size, time and number. Exit 3 when
    the chain is incomplete; the best that can be had is printed.
    """
    at = at or datetime.datetime.now(datetime.UTC)
    declared = CertificateFiles(
        certificate=files.source(leaf), roots=files.optional(roots, "roots")
    )
    opened = load_bundle(declared)
    if opened.leaf is None:
        return result.show(opened, None, declared, at)
    chased = issuers.fetch_issuers(
        opened.leaf, opened.beside, opened.roots, HttpFetcher(private=private), at=at
    )
    return result.show(opened, chased.resolved, declared, at, tried=chased.describe())
