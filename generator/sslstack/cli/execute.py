"""`sslstack execute`: a change set that was reviewed elsewhere, or one that is executing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sslstack import app
from sslstack.arn import parse_arn
from sslstack.cli import options, reporting
from sslstack.cli.output import say

if TYPE_CHECKING:
    from sslstack.arn import Arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    change_set_arn: str
    profile: str | None
    region: str | None
    confirm: bool
    allowed: tuple[str, ...]
    form: str


@click.command(epilog="Example: sslstack execute arn:aws:cloudformation:eu-west-1:1:changeSet/a/b")
@click.argument("change_set_arn")
@options.account_options
@click.option("--confirm", is_flag=True, help="Show the change set and ask for confirmation.")
@click.option(
    "--allow-replacement",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Load balancer that may be replaced: its DNS name changes.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Format of the outcome.",
)
def command(**given: Any) -> int:
    """Execute a change set, or resume watching one that is executing or has ended.

    Only a load balancer that would be replaced needs a confirmation: without --confirm the rest
    counts as reviewed. Refused if the change set is incomplete or its stack has changed since.
    """
    return _execute(Options(**given))


def _execute(typed: Options) -> int:
    arn = typed.change_set_arn
    parsed = _parse_change_set(arn)
    aws = app.accounts.connect(typed.profile, typed.region or parsed.region, notify=say)
    app.accounts.check_account(aws, parsed.account, of="change set")
    reporter = reporting.TerminalReporter(
        form=typed.form, allowed=typed.allowed, yes=not typed.confirm,
        agrees=(), instead="leave out --confirm to execute it without a question",
    )  # fmt: skip
    return app.executing.execute(aws, arn, reporter)


def _parse_change_set(text: str) -> Arn:
    """Parse the ARN of a change set; raises UsageError for other text."""
    with contextlib.suppress(ValueError):
        parsed = parse_arn(text)
        if parsed.service == "cloudformation" and parsed.path[0] == "changeSet" and parsed.region:
            return parsed
    raise click.UsageError(f"'{text}' is not the ARN of a change set")
