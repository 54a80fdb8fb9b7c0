"""`sslstack execute`: one change set that was reviewed elsewhere, or one that runs."""

from __future__ import annotations

import click

from sslstack.cli import deployment


@click.command(epilog="Example: sslstack execute arn:aws:cloudformation:eu-west-1:1:changeSet/a/b")
@click.argument("change_set_arn")
@deployment.session
@click.option("--confirm", is_flag=True, help="Show it and ask, before it is executed.")
@click.option(
    "--allow-replacement",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="With --confirm: a load balancer that may get another DNS name.",
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

    Refused when it is not whole and available, or its stack has changed since it was made.
    """
    from sslstack.deploy import sequence  # noqa: PLC0415 - late, it imports boto3

    partition, _, rest = change_set_arn.removeprefix("arn:").partition(":")
    service, _, rest = rest.partition(":")
    where, _, name = rest.partition(":changeSet/")
    if not (partition and service == "cloudformation" and where and name):
        raise click.UsageError(f"'{change_set_arn}' is not the ARN of a change set")
    aws = deployment.connect(profile, region or where.partition(":")[0])
    reporter = deployment.PlainReporter(form=form, allowed=allowed)
    with deployment.terminable():
        try:
            outcome = sequence.attach(aws, change_set_arn, reporter, confirm=confirm)
        except sequence.Detached as left:
            return deployment.detached(left.arn)
    if outcome.end is None:
        click.echo("declined; the change set is left as it was", err=True)
        return 1
    found = outcome.change_set
    deployment.conclude(found.stack if found else name, outcome.end, found, reporter)
    return 0
