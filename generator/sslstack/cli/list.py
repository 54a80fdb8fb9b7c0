"""`sslstack list`: TLS listeners with their certificates, as `convox ssl` showed them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sslstack import app
from sslstack.app import stack_names
from sslstack.cli.output import say
from sslstack.cli.parameters import Duration, Moment
from sslstack.errors import InputError
from sslstack.views import findings as findings_view
from sslstack.views import listeners as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.app.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    stacks: tuple[str, ...]
    form: str
    within: datetime.timedelta | None
    stack_name: str | None
    profile: str | None
    region: str | None
    now: datetime.datetime | None


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
@click.option("--profile", metavar="NAME", help="With --stack-name: AWS profile.")
@click.option("--region", metavar="NAME", help="With --stack-name: AWS region.")
@click.option("--at", "now", type=Moment(), help="Use this time instead of now (ISO 8601).")
def command(**given: Any) -> int:
    """Show every TLS listener, declared or deployed: target, expiry, domains."""
    typed = Options(**given)
    if typed.stack_name is not None and typed.stacks:
        raise click.UsageError("--stack-name reads one deployed stack: leave out STACK")
    return _show(_list(typed), typed)


def _list(typed: Options) -> Listing:
    if typed.stack_name is None:
        return app.listing.list_declared(stack_names.find_stacks(typed.stacks))
    aws = app.accounts.connect(typed.profile, typed.region, notify=say)
    return app.deployed.list_deployed(aws, typed.stack_name)


def _show(listing: Listing, typed: Options) -> int:
    now = typed.now or datetime.datetime.now(datetime.UTC)
    rows, within = listing.rows, typed.within
    due = [row for row in rows if within is not None and row.due(now, within)]
    unknown = [row for row in rows if within is not None and row.unknown]
    shown = rows if within is None else [*due, *(row for row in rows if row.problem)]
    if typed.form == "json":
        click.echo(view.as_json(shown), nl=False)
    elif shown:
        click.echo(view.table(shown, now), nl=False)
    elif rows:
        click.echo("nothing expires by then" + ", as far as is known" * bool(unknown), err=True)
    elif not listing.findings:
        click.echo(listing.empty, err=True)
    _show_unknown(unknown)
    findings_view.show(listing.findings, err=True)
    return InputError.exit_code if listing.findings else int(bool(due))


def _show_unknown(rows: Sequence[view.Row]) -> None:
    for row in rows:
        where = f"{row.environment} " if row.environment else ""
        known = ", ".join(row.domains) or row.certificate
        click.echo(f"{row.stack}: {where}{row.target}: expiry not known: {known}", err=True)
