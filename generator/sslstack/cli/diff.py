"""`sslstack diff`: what a change means, before it is merged."""

from __future__ import annotations

import datetime
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sslstack import app, escaping, files
from sslstack.app import checking, collisions, generating, stack_names
from sslstack.cache import Cache
from sslstack.cli.effects import effects
from sslstack.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.diff import Review
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder

FORMATS = ("text", "markdown", "html", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed; `base` is a revision of git."""

    stacks: tuple[str, ...]
    base: str | None
    deployed: bool
    environment: str | None
    profile: str | None
    region: str | None
    form: str
    output: str | None
    exit_code: bool
    fail_on: frozenset[str]


@click.command(epilog="Example: sslstack diff --base origin/main --format markdown")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--base", metavar="REV", help="Git revision to compare with (HEAD).")
@click.option("--deployed", is_flag=True, help="Compare with the deployed stacks.")
@click.option("--environment", metavar="NAME", help="With --deployed: environment in ssl.yml.")
@click.option("--profile", metavar="NAME", help="With --deployed: AWS profile.")
@click.option("--region", metavar="NAME", help="With --deployed: AWS region.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of stdout.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if there are differences.")
@click.option(
    "--fail-on",
    metavar="EFFECT[,EFFECT]...",
    multiple=True,
    callback=effects,
    help="Exit 1 at any of these effects: exposed, weaker, removed, outage.",
)
def command(**given: Any) -> int:
    """Explain how the templates of the declarations differ from those of a git revision.

    Consequences for clients come first: what is newly exposed, becomes weaker, is interrupted
    or replaced.
    """
    options = Options(**given)
    if options.deployed and options.base is not None:
        raise click.UsageError("--base compares with a revision, --deployed with AWS: give one")
    return _diff(options)


def _diff(options: Options) -> int:
    base = "the deployed stacks" if options.deployed else options.base or "HEAD"
    reviews = (
        _compare_deployed(options)
        if options.deployed
        else app.comparing.compare(options.stacks, base)
    )
    findings = _findings(options.stacks) if options.form == "markdown" else ()
    rendered = _render(reviews, options.form, findings)
    if options.output is not None:
        files.write(Path(options.output), click.unstyle(rendered).encode())
        click.echo(escaping.escape_line(f"{options.output}: written"), err=True)
    else:
        click.echo(rendered, nl=False)
    different = any(one.diff for one in reviews)
    if not different:
        click.echo(f"no differences from {base}", err=True)
        if options.deployed:
            click.echo(app.deployed.TEMPLATES_ONLY, err=True)
    effects_found = {one.effect for review in reviews for one in review.consequences}
    return int((options.exit_code and different) or bool(effects_found & options.fail_on))


def _compare_deployed(options: Options) -> list[Review]:
    found = stack_names.find_stacks(options.stacks)
    collisions.refuse_collisions(found)
    return [_compare_stack(folder, options) for folder in found]


def _compare_stack(folder: StackFolder, options: Options) -> Review:
    """Compare with the deployed stack; nothing is changed."""
    environment = app.environments.choose_environment(folder, options.environment)
    unit = app.environments.template_folder(folder, options.environment, environment)
    made = generating.generate(unit, Cache(folder.root, enabled=False))
    aws = app.accounts.connect(options.profile, options.region, environment, notify=say)
    deployed = app.deployed.read_deployed(aws, environment.stack or made.stack)
    return app.deployed.compare_deployed(deployed, made)


def _findings(stacks: Sequence[str]) -> Sequence[Finding]:
    """Return what `check` finds in the stacks, for the comment of a pull request."""
    found = app.comparing.find(stacks).folders
    return checking.check(found).findings if found else ()


def _render(reviews: Sequence[Review], form: str, findings: Sequence[Finding] = ()) -> str:
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
