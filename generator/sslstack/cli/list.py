"""`sslstack list`: what `convox ssl` showed, from the declarations."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sslstack import workspace
from sslstack.cli.parameters import Duration, Moment
from sslstack.errors import InputError, SslstackError
from sslstack.files import Reader
from sslstack.findings import Severity, of_environments
from sslstack.views import findings as findings_view
from sslstack.views import listeners as view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.declaration import Declaration
    from sslstack.deploy.aws import Aws
    from sslstack.findings import Finding
    from sslstack.stack import Material
    from sslstack.workspace import StackFolder


@click.command(epilog="Example: sslstack list --expires-within 30d")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--expires-within",
    "within",
    type=Duration(),
    help="Show only what expires within this time (30d, 12h, 2w); exit 1 if anything does.",
)
@click.option("--stack-name", metavar="NAME", help="Read a deployed stack, by its name at AWS.")
@click.option("--profile", metavar="NAME", help="With --stack-name: profile of AWS's tools.")
@click.option("--region", metavar="NAME", help="With --stack-name: region.")
@click.option("--at", "now", type=Moment(), help="Judge as if it were this time (ISO 8601).")
def command(
    stacks: tuple[str, ...],
    *,
    form: str,
    within: datetime.timedelta | None,
    stack_name: str | None,
    profile: str | None,
    region: str | None,
    now: datetime.datetime | None,
) -> int:
    """Show every TLS listener, declared or deployed: target, expiry, domains."""
    now = now or datetime.datetime.now(datetime.UTC)
    findings: list[Finding] = []
    rows: list[view.Row] = []
    if stack_name is not None:
        if stacks:
            raise click.UsageError("--stack-name reads one deployed stack; name no other")
        from sslstack.cli import deployment  # noqa: PLC0415 - late, it imports boto3

        rows = list(_deployed(deployment.connect(profile, region), stack_name))
    for folder in workspace.find(stacks) if stack_name is None else ():
        try:
            rows += _rows(folder, findings)
        except InputError as error:
            findings += error.findings
    due = [row for row in rows if within is not None and row.due(now, within)]
    shown = rows if within is None else [*due, *(row for row in rows if row.problem)]
    if form == "json":
        click.echo(view.as_json(shown), nl=False)
    elif shown:
        click.echo(view.table(shown, now), nl=False)
    elif rows:
        click.echo("nothing expires by then", err=True)
    elif not findings:
        click.echo("no listener has a certificate", err=True)
    findings_view.show(findings, err=True)
    return InputError.exit_code if findings else int(bool(due))


def _deployed(aws: Aws, name: str) -> Iterator[view.Row]:
    """Give a row for each TLS listener in the template of a deployed stack."""
    from sslstack import cloudformation  # noqa: PLC0415 - only where AWS is asked
    from sslstack.cloudformation.names import service_of  # noqa: PLC0415
    from sslstack.deploy import status, template  # noqa: PLC0415
    from sslstack.diff import facts  # noqa: PLC0415

    found = status.read(aws, name)
    if found is None:
        raise SslstackError(f"no stack is named '{name}'", hint="look at --region and --profile")
    text = template.deployed(aws, found)
    if not text:
        click.echo(f"stack {name} is {found.status}: nothing is deployed", err=True)
        return
    read = facts.read(cloudformation.loads(text, name))
    for listener in read.listeners.values():
        if not listener.secure:
            continue
        target = f"{service_of(listener.load_balancer)}:{listener.port}"
        row = view.Row(stack=name, target=target, certificate=listener.certificate)
        certificate = read.certificates.get(listener.certificate)
        chain = certificate.chain if certificate else None
        if chain is None:
            yield replace(row, domains=(listener.certificate,))
        else:
            yield replace(
                row, expires=chain.expires, domains=chain.domains, fingerprint=chain.fingerprint
            )


def _rows(folder: StackFolder, findings: list[Finding]) -> Iterator[view.Row]:
    """Give a row for each listener with a certificate; one that is bad hides no other.

    What is the same in an environment is not repeated for it.
    """
    from sslstack import declaration, stack  # noqa: PLC0415 - late, for --help

    declared = declaration.load(folder.declaration, Reader())
    common: list[view.Row] = []
    errors = []
    for name in ("", *declaration.varied(declared)):
        try:
            one = declaration.within(declared, name)
        except InputError as error:
            errors.append((name, list(error.findings)))
            continue
        material = stack.gather(one, folder.folder, Reader())
        errors.append((name, _errors(material)))
        rows = list(_listeners(str(folder), one, material))
        if one is declared:
            yield from (common := rows)
        else:
            yield from (
                replace(row, environment=one.environment) for row in rows if row not in common
            )
    findings += of_environments(errors)


def _errors(material: Material) -> list[Finding]:
    return [one for one in material.findings if one.severity is Severity.ERROR]


def _listeners(stack: str, declared: Declaration, material: Material) -> Iterator[view.Row]:
    from sslstack.stack.model import FileCertificate, RequestedCertificate  # noqa: PLC0415 - late

    for target, listener in declared.ssl.listeners.items():
        if listener.certificate is None:
            continue
        name = material.names.get(("listeners", target, "certificate"), "")
        row = view.Row(stack=stack, target=target, certificate=name)
        match material.certificates.get(name):
            case FileCertificate(chain=chain):
                yield replace(
                    row,
                    expires=chain.expires,
                    domains=chain.domains,
                    fingerprint=chain.fingerprint,
                )
            case RequestedCertificate(domains=domains):
                yield replace(row, domains=domains)
            case None:
                yield replace(row, problem="cannot be read, see below")
            case existing:
                yield replace(row, domains=(existing.arn,))
