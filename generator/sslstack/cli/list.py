"""`sslstack list`: what `convox ssl` showed, from the declarations."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sslstack.app import stack_names
from sslstack.cli.parameters import Duration, Moment
from sslstack.errors import InputError
from sslstack.files import Reader
from sslstack.findings import Severity, merge_environments
from sslstack.views import findings as findings_view
from sslstack.views import listeners as view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.declaration import Declaration
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
    nothing = "no listener has a certificate"
    if stack_name is not None:
        if stacks:
            raise click.UsageError("--stack-name reads one deployed stack; name no other")
        from sslstack.cli import deployed, deployment  # noqa: PLC0415 - late, these import boto3

        aws = deployment.connect(profile, region)
        stack, text = deployed.read(aws, stack_name)
        nothing = nothing if text else f"stack {stack_name} is {stack.status}: nothing is deployed"
        rows = list(deployed.rows(aws, stack, text))
    for folder in stack_names.find_stacks(stacks) if stack_name is None else ():
        try:
            rows += _rows(folder, findings)
        except InputError as error:
            findings += error.findings
    due = [row for row in rows if within is not None and row.due(now, within)]
    unknown = [row for row in rows if within is not None and row.unknown]
    shown = rows if within is None else [*due, *(row for row in rows if row.problem)]
    if form == "json":
        click.echo(view.as_json(shown), nl=False)
    elif shown:
        click.echo(view.table(shown, now), nl=False)
    elif rows:
        click.echo("nothing expires by then" + ", as far as is known" * bool(unknown), err=True)
    elif not findings:
        click.echo(nothing, err=True)
    for row in unknown:
        where = f"{row.environment} " if row.environment else ""
        known = ", ".join(row.domains) or row.certificate
        click.echo(f"{row.stack}: {where}{row.target}: expiry not known: {known}", err=True)
    findings_view.show(findings, err=True)
    return InputError.exit_code if findings else int(bool(due))


def _rows(folder: StackFolder, findings: list[Finding]) -> Iterator[view.Row]:
    """Give a row for each listener with a certificate; one that is bad hides no other.

    What is the same in an environment is not repeated for it.
    """
    from sslstack import declaration, stack  # noqa: PLC0415 - late, for --help

    declared = declaration.load(folder.declaration, Reader())
    stack_name = stack_names.name_or_folder(folder)
    common: list[view.Row] = []
    errors = []
    for name in ("", *declaration.list_varied(declared)):
        try:
            one = declaration.apply_environment(declared, name)
        except InputError as error:
            errors.append((name, list(error.findings)))
            continue
        material = stack.load_material(one, folder.folder, Reader())
        errors.append((name, _errors(material)))
        rows = list(_listeners(stack_name, one, material))
        if one is declared:
            yield from (common := rows)
        else:
            yield from (
                replace(row, environment=one.environment) for row in rows if row not in common
            )
    findings += merge_environments(errors)


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
