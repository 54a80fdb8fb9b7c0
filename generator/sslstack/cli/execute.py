"""`sslstack execute`: one change set that was reviewed elsewhere, or one that runs."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from sslstack import workspace
from sslstack.app import generating
from sslstack.arn import parse_arn
from sslstack.cache import Cache
from sslstack.cli import deployment, reporting
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.arn import Arn
    from sslstack.aws.client import Aws
    from sslstack.findings import Location


@click.command(epilog="Example: sslstack execute arn:aws:cloudformation:eu-west-1:1:changeSet/a/b")
@click.argument("change_set_arn")
@deployment.session
@click.option("--confirm", is_flag=True, help="Show it and ask, before it is executed.")
@click.option(
    "--allow-replacement",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="A load balancer that may get another DNS name.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of the outcome.",
)
def command(
    change_set_arn: str,
    *,
    profile: str | None,
    region: str | None,
    confirm: bool,
    allowed: tuple[str, ...],
    form: str,
) -> int:
    """Execute exactly this change set, or watch it if it runs or has run already.

    It is taken as reviewed, but for load balancers that would get another DNS name. Refused
    when it is not whole and available, or its stack has changed since it was made.
    """
    from sslstack.deploy.deployment import attach  # noqa: PLC0415 - late, it imports boto3
    from sslstack.deploy.reporter import Detached  # noqa: PLC0415

    parsed = _parsed(change_set_arn)
    aws = deployment.connect(profile, region or parsed.region)
    deployment.account_checked(aws, parsed.account, of="change set")
    reporter = reporting.TerminalReporter(
        aws=aws, form=form, allowed=allowed, yes=not confirm, origins=_origins(aws, change_set_arn),
        agrees=(), instead="without --confirm it is taken as reviewed",
    )  # fmt: skip
    try:
        outcome = attach(aws, change_set_arn, reporter, confirm=True)
    except Detached as left:
        return reporter.detached(left.arn)
    finally:
        reporter.settle()
    found = outcome.change_set
    if outcome.end is None:
        return reporter.declined(found, "is left as it was")
    reporting.conclude(found.stack, outcome.end, found, reporter)
    return 0


def _parsed(text: str) -> Arn:
    """Take the ARN of a change set apart; raises UsageError for other text."""
    with contextlib.suppress(ValueError):
        parsed = parse_arn(text)
        if parsed.service == "cloudformation" and parsed.path[0] == "changeSet" and parsed.region:
            return parsed
    raise click.UsageError(f"'{text}' is not the ARN of a change set")


def _origins(aws: Aws, arn: str) -> Mapping[str, Location]:
    """Give the places in ssl.yml, where the template of a change set is generated in this folder.

    None where it is another by now, or elsewhere: a wrong line is worse than no line.
    """
    with contextlib.suppress(SslstackError):
        answer = aws.read("cloudformation", "get_template", ChangeSetName=arn)
        for made in _generated():
            if made.text == answer["TemplateBody"]:
                return made.origins
    return {}


def _generated() -> Iterator[generating.Generated]:
    """Give every template of this folder that can be generated."""
    for folder in workspace.find():
        cache = Cache(folder.root)
        for unit in generating.units(folder, cache):
            with contextlib.suppress(SslstackError):
                yield generating.generate(unit, cache)
