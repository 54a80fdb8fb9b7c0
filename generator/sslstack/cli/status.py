"""`sslstack status`: what is deployed, what is declared, and whether they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack.app import generating, stack_names
from sslstack.cache import Cache
from sslstack.cli import deployment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sslstack.declaration.model import Environment
    from sslstack.deploy.status import DeployedStack


@click.command(epilog="Example: sslstack status web --exit-code")
@click.argument("stack", required=False)
@deployment.session
@deployment.environment
@click.option("--exit-code", is_flag=True, help="Exit 1 when the declarations say otherwise.")
def command(
    stack: str | None,
    *,
    profile: str | None,
    region: str | None,
    environment: str | None,
    exit_code: bool,
) -> int:
    """Show the deployed stack: status, outputs, and whether its template is the declared one."""
    from sslstack.cloudformation import loads  # noqa: PLC0415 - late, these import boto3
    from sslstack.deploy import change_set as change_sets  # noqa: PLC0415
    from sslstack.deploy.deployed import is_same_template, read_deployed  # noqa: PLC0415
    from sslstack.deploy.protection import lacking  # noqa: PLC0415
    from sslstack.views.deployment.stack import deployed  # noqa: PLC0415

    folder = stack_names.find_stack(stack)
    where = deployment.chosen(folder, environment)
    made = generating.generate(deployment.unit(folder, environment, where), Cache(folder.root))
    name = where.stack or made.stack
    aws = deployment.connect(profile, region, where)
    read = read_deployed(aws, name)
    found = read.stack
    if found is None:
        place = aws.client("cloudformation").meta.region_name
        click.echo(f"{name}: not deployed in {place}; look at --region and --profile")
        return int(exit_code)
    click.echo(deployed(found), nl=False)
    for arn in change_sets.waiting(aws, found):
        click.echo(f"  waits: {aws.command(f'sslstack execute {arn}')}")
    if found.status == "REVIEW_IN_PROGRESS":
        return int(exit_code)
    others = [*_others(found, where, loads(made.text).get("Parameters", {}))]
    others += lacking(aws, found, deployment.protection(where))
    same = bool(read.template) and is_same_template(read.template, made.text) and not others
    for line in others:
        click.echo(f"  {line}")
    click.echo("  the declarations say " + ("the same" if same else "otherwise"))
    if same:
        click.echo(f"  {deployment.TEMPLATES_ONLY}")
    return int(exit_code and not same)


def _others(found: DeployedStack, where: Environment, asked: Collection[str]) -> Iterator[str]:
    """Say which parameters and tags the environment declares otherwise; hidden ones nobody sees.

    `asked` are the parameters that the template has.
    """
    values = {name: value for name, value in where.parameters.items() if name in asked}
    declared = [("parameter", found.parameters, values)]
    if where.tags is not None:
        gone = dict.fromkeys(found.tags, "nothing")
        declared.append(("tag", found.tags, {**gone, **where.tags}))
    for kind, known, wanted in declared:
        for name, value in sorted(wanted.items()):
            before = known.get(name, "nothing")
            if before not in (value, "****"):
                yield f"{kind} {name}: {before} -> {value}"
