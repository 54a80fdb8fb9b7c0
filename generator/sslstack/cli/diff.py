"""`sslstack diff`: what a change means, before it is merged."""

from __future__ import annotations

import datetime
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import files, git, pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import collisions, naming
from sslstack.cli.effects import effects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.diff import Review, Side
    from sslstack.workspace import StackFolder

FORMATS = ("text", "markdown", "html", "json")


@click.command(epilog="Example: sslstack diff --base origin/main --format markdown")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--base", metavar="REV", default="HEAD", help="Revision to compare with.")
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
    base: str,
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
    found = naming.find(stacks)
    collisions.refuse(found)
    if deployed:
        base = "the deployed stacks"
        reviews = [_deployed(folder, environment, profile, region) for folder in found]
    else:
        commit = git.resolve(base, found[0].root)
        reviews = [
            _review(unit, base, commit)
            for folder in found
            for unit in pipeline.units(folder, Cache(folder.root))
        ]
        if not stacks:
            reviews += _removed(found, reviews, base, commit)
    rendered = _rendered(reviews, form)
    if output is not None:
        files.write(Path(output), click.unstyle(rendered).encode())
        click.echo(f"{output}: written", err=True)
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


def _review(folder: StackFolder, base: str, commit: str) -> Review:
    from sslstack import cloudformation, diff  # noqa: PLC0415 - late, for --help

    made = pipeline.generate(folder, Cache(folder.root))
    before = git.show(commit, Path(made.template), folder.root)
    if before is None and folder.environment:  # until now it was no other than the stack
        common = folder.within("").template(made.stack)
        before, base = git.show(commit, common, folder.root), f"{base}:{common}"
    return diff.review(
        made.template,
        base,
        _side(before, f"{base}:{made.template}"),
        diff.side(made.text, cloudformation.loads(made.text, made.template)),
    )


def _deployed(
    folder: StackFolder, environment: str | None, profile: str | None, region: str | None
) -> Review:
    """Compare with what is deployed; templates are read, nothing is changed."""
    from sslstack.cli import deployment  # noqa: PLC0415 - late, it imports boto3

    where = deployment.chosen(folder, environment)
    made = pipeline.generate(deployment.unit(folder, environment, where), Cache(folder.root))
    aws = deployment.connect(profile, region, where)
    return deployment.compared(aws, where.stack or made.stack, made)


def _side(content: bytes | None, name: str) -> Side:
    from sslstack import cloudformation, diff  # noqa: PLC0415

    text = (content or b"").decode("utf-8", "replace")
    return diff.side(text, cloudformation.loads(text, name) if text.strip() else {})


def _removed(
    found: Sequence[StackFolder], reviews: Sequence[Review], base: str, commit: str
) -> list[Review]:
    """Compare with templates that no stack makes any more, and with what is deployed instead."""
    from sslstack import diff  # noqa: PLC0415

    left_over = workspace.left_over(found, {one.template for one in reviews})
    heirs = _heirs(found) if left_over else {}
    return [
        diff.review(
            str(path),
            base,
            _side(git.show(commit, path, found[0].root), str(path)),
            _side(heirs.get(path, b""), str(path)),
        )
        for path in left_over
    ]


def _heirs(found: Sequence[StackFolder]) -> dict[Path, bytes]:
    """Give the text of its stack's template for each that an environment could have had."""
    from sslstack import declaration  # noqa: PLC0415

    heirs = {}
    for folder in found:
        made = pipeline.generate(folder, Cache(folder.root))
        for name in declaration.load(folder.declaration, files.Reader()).ssl.environments:
            heirs[folder.within(name).template(made.stack)] = made.text.encode()
    return heirs


def _rendered(reviews: Sequence[Review], form: str) -> str:
    names = {"text": "text", "markdown": "markdown", "html": "html", "json": "data"}
    view = importlib.import_module(f"sslstack.views.review.{names[form]}")
    if form == "html":
        made: str = view.html(reviews, datetime.datetime.now(datetime.UTC))
        return made
    render = view.as_json if form == "json" else getattr(view, form)
    rendered: str = render(reviews)
    return rendered
