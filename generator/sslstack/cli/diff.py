"""`sslstack diff`: what a change means, before it is merged."""

from __future__ import annotations

import datetime
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import app, escaping, files
from sslstack.app import collisions, generating, stack_names
from sslstack.cache import Cache
from sslstack.cli.effects import effects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.diff import Review
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder

FORMATS = ("text", "markdown", "html", "json")


@click.command(epilog="Example: sslstack diff --base origin/main --format markdown")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--base", metavar="REV", help="Revision to compare with (HEAD).")
@click.option("--deployed", is_flag=True, help="Compare with the deployed stacks.")
@click.option("--environment", metavar="NAME", help="With --deployed: an environment of ssl.yml.")
@click.option("--profile", metavar="NAME", help="With --deployed: profile of AWS's tools.")
@click.option("--region", metavar="NAME", help="With --deployed: region.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text")
@click.option("-o", "--output", metavar="FILE", help="Write to a file in place of the terminal.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when anything differs.")
@click.option(
    "--fail-on",
    metavar="EFFECT[,EFFECT]...",
    multiple=True,
    callback=effects,
    help="Exit 1 at any of these effects: exposed, weaker, removed, outage.",
)
def command(
    stacks: tuple[str, ...],
    *,
    base: str | None,
    deployed: bool,
    environment: str | None,
    profile: str | None,
    region: str | None,
    form: str,
    output: str | None,
    exit_code: bool,
    fail_on: frozenset[str],
) -> int:
    """Compare the templates that the declarations make with those of another revision.

    Consequences for those who connect come first: what becomes weaker, what is interrupted,
    what is replaced.
    """
    if deployed and base is not None:
        raise click.UsageError("--base compares with a revision, --deployed with AWS: give one")
    base = base or "HEAD"
    if deployed:
        base = "the deployed stacks"
        found = stack_names.find_stacks(stacks)
        collisions.refuse_collisions(found)
        reviews = [_deployed(folder, environment, profile, region) for folder in found]
    else:
        reviews = app.comparing.compare(stacks, base)
    rendered = _rendered(reviews, form, _findings(stacks) if form == "markdown" else ())
    if output is not None:
        files.write(Path(output), click.unstyle(rendered).encode())
        click.echo(escaping.line(f"{output}: written"), err=True)
    else:
        click.echo(rendered, nl=False)
    different = any(one.diff for one in reviews)
    if not different:
        click.echo(f"no differences from {base}", err=True)
        if deployed:
            from sslstack.cli import deployment  # noqa: PLC0415 - late, it imports boto3

            click.echo(deployment.TEMPLATES_ONLY, err=True)
    failed = any(one.effect in fail_on for review in reviews for one in review.consequences)
    return int((exit_code and different) or failed)


def _deployed(
    folder: StackFolder, environment: str | None, profile: str | None, region: str | None
) -> Review:
    """Compare with what is deployed; templates are read, nothing is changed."""
    from sslstack.cli import deployment  # noqa: PLC0415 - late, it imports boto3

    where = deployment.chosen(folder, environment)
    made = generating.generate(
        deployment.unit(folder, environment, where), Cache(folder.root, enabled=False)
    )
    aws = deployment.connect(profile, region, where)
    return deployment.compared(aws, where.stack or made.stack, made)


def _findings(stacks: Sequence[str]) -> Sequence[Finding]:
    """Give what `check` finds in the stacks, for the comment of a pull request."""
    from sslstack.cli import check  # noqa: PLC0415 - only where it is asked for

    found = app.comparing.find(stacks).folders
    return check.check_all(found)[0] if found else ()


def _rendered(reviews: Sequence[Review], form: str, findings: Sequence[Finding] = ()) -> str:
    names = {"text": "text", "markdown": "markdown", "html": "html", "json": "data"}
    view = importlib.import_module(f"sslstack.views.review.{names[form]}")
    if form == "html":
        made: str = view.html(reviews, datetime.datetime.now(datetime.UTC))
        return made
    if form == "markdown":
        commented: str = view.markdown(reviews, findings)
        return commented
    render = view.as_json if form == "json" else getattr(view, form)
    rendered: str = render(reviews)
    return rendered
