"""`sslstack certificate check`: every check for one certificate, with its key and chain."""

from __future__ import annotations

import datetime

import click

from sslstack import expiry
from sslstack.certificates import CertificateFiles, check_certificate, check_delivery
from sslstack.cli.certificate import files
from sslstack.cli.parameters import Moment
from sslstack.findings import Location, Severity, find_worst, sort_findings
from sslstack.kinds import DEFAULT_KIND, DEFAULT_STORE, KINDS, STORES, Kind, Store
from sslstack.views import certificate as view
from sslstack.views import findings as findings_view


@click.command(
    epilog="Example: sslstack certificate check --cert web.crt --key web.key --host example.com"
)
@click.option("--cert", metavar="FILE", required=True, help="The certificate, in any format.")
@click.option("--key", metavar="FILE", help="Its private key.")
@click.option("--chain", metavar="FILE", help="Its intermediate certificates.")
@click.option(
    "--password-file", metavar="FILE", help="Password of key or PKCS#12 store; - is stdin."
)
@click.option("--host", "hosts", metavar="H", multiple=True, help="A name that must be covered.")
@click.option("--roots", metavar="FILE", help="Trusted roots in place of those of browsers.")
@click.option("--at", "at", type=Moment(), help="Judge as if it were this time (ISO 8601).")
@click.option(
    "--load-balancer",
    type=click.Choice(KINDS),
    default=DEFAULT_KIND,
    help="Kind of load balancer it is for.",
)
@click.option(
    "--store",
    type=click.Choice(STORES),
    default=DEFAULT_STORE,
    help="Where AWS keeps it.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def command(  # noqa: PLR0917 - as click calls it: by name
    cert: str,
    key: str | None,
    chain: str | None,
    password_file: str | None,
    hosts: tuple[str, ...],
    roots: str | None,
    at: datetime.datetime | None,
    *,
    load_balancer: Kind,
    store: Store,
    form: str,
) -> int:
    """Judge a certificate as a load balancer, AWS and browsers would.

    Exit 1 when there is an error among the findings.
    """
    at = at or datetime.datetime.now(datetime.UTC)
    declared = CertificateFiles(
        certificate=files.source(cert),
        chain=files.optional(chain, "chain"),
        private_key=files.optional(key, "private_key"),
        roots=files.optional(roots, "roots"),
        domains=tuple((host, Location(cert)) for host in hosts),
    )
    examined = check_certificate(
        declared,
        at=at,
        password=files.password(password_file),
    )
    chain_ = examined.chain
    delivered = check_delivery(chain_, declared, (load_balancer,), store) if chain_ else ()
    findings = sort_findings(
        [*examined.findings, *delivered, *expiry.check_expiry(examined.periods[:1], at)]
    )
    if form == "json":
        click.echo(view.as_json(examined, findings), nl=False)
    else:
        findings_view.show(findings, err=False)
        if examined.chain is not None:
            click.echo(view.text(examined.chain, trusted=examined.trusted), nl=False)
        click.echo(findings_view.count(findings), err=True)
    return int(find_worst(findings) is Severity.ERROR)
