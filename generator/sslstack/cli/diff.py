"""`sslstack diff`: what a change means, before it is merged."""

from __future__ import annotations

import datetime
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import baseline, escaping, files, git, pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import collisions, naming
from sslstack.cli.effects import effects
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.baseline import BaseTemplate
    from sslstack.diff import Review, Side
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
        found = naming.find(stacks)
        collisions.refuse(found)
        reviews = [_deployed(folder, environment, profile, region) for folder in found]
    else:
        reviews = _against(stacks, base)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A template as it is now, and the name of the stack that it deploys."""

    folder: StackFolder
    made: pipeline.Generated
    deployed: str


def _against(stacks: Sequence[str], base: str) -> list[Review]:
    """Compare the stacks of the working folder with those of a revision."""
    try:
        found, missing = naming.find(stacks), None
    except InputError as error:
        found, missing = (), error
    if missing is not None and (stacks or missing.findings[0].rule != "stack.none"):
        raise missing
    collisions.refuse(found)
    root = found[0].root if found else Path()
    commit = git.resolve(base, root)
    then = baseline.templates(commit, root)
    if missing is not None and not then:
        raise missing
    now = [
        _made(unit) for one in found for unit in pipeline.units(one, Cache(one.root, enabled=False))
    ]
    paired = _paired(now, then)
    reviews = [_review(one, paired.get(one.made.template), base, commit) for one in now]
    whole = not stacks and root == Path()
    if whole:
        kept = {id(one) for one in paired.values()}
        reviews += [_removed(one, now, base) for one in then if id(one) not in kept]
    return reviews


def _made(folder: StackFolder) -> _Made:
    from sslstack import declaration  # noqa: PLC0415 - late, for --help

    made = pipeline.generate(folder, Cache(folder.root, enabled=False))
    deployed = made.stack
    if folder.environment:
        declared = declaration.load(folder.declaration, files.Reader()).ssl
        deployed = declared.environments[folder.environment].stack or made.stack
    return _Made(folder=folder, made=made, deployed=deployed)


def _paired(now: Sequence[_Made], then: Sequence[BaseTemplate]) -> dict[str, BaseTemplate]:
    """Give the template of the base by that of the same deployed stack now.

    The path counts only where the base does not say what the stack's name was. An environment
    that had no template of its own was deployed with that of its stack.
    """
    by_stack = {(one.stack, one.environment): one for one in reversed(then) if one.stack}
    by_name = {one.deployed: one for one in then if one.deployed != one.stack}
    by_path = {str(one.path): one for one in then if not one.stack}
    paired: dict[str, BaseTemplate] = {}
    for one in now:
        stack = one.made.stack
        known = (
            by_stack.get((stack, one.folder.environment)),
            by_name.get(one.deployed) if one.deployed != stack else None,
            by_path.get(one.made.template),
            by_stack.get((stack, "")),
            by_path.get(str(one.folder.within("").template(stack))),
        )
        if found := next((each for each in known if each is not None), None):
            paired[one.made.template] = found
    return paired


def _review(one: _Made, pair: BaseTemplate | None, base: str, commit: str) -> Review:
    from sslstack import cloudformation, diff  # noqa: PLC0415 - late, for --help

    path = Path(one.made.template)
    before = _written_by_hand(one, commit) if pair is None else pair.content
    at = path if pair is None else pair.path
    return diff.review(
        one.made.template,
        base if at == path else f"{base}:{at}",
        _side(before, f"{base}:{at}"),
        diff.side(one.made.text, cloudformation.loads(one.made.text, one.made.template)),
        now=datetime.datetime.now(datetime.UTC),
        origins=one.made.origins,
    )


def _written_by_hand(one: _Made, commit: str) -> bytes | None:
    """Give the template that stood in the place of a new one, unless it is of another stack."""
    content = git.show(commit, Path(one.made.template), one.folder.root)
    if content is None or content.startswith(workspace.MARK.encode()):
        return None
    return content


def _deployed(
    folder: StackFolder, environment: str | None, profile: str | None, region: str | None
) -> Review:
    """Compare with what is deployed; templates are read, nothing is changed."""
    from sslstack.cli import deployment  # noqa: PLC0415 - late, it imports boto3

    where = deployment.chosen(folder, environment)
    made = pipeline.generate(
        deployment.unit(folder, environment, where), Cache(folder.root, enabled=False)
    )
    aws = deployment.connect(profile, region, where)
    return deployment.compared(aws, where.stack or made.stack, made)


def _side(content: bytes | None, name: str) -> Side:
    from sslstack import cloudformation, diff  # noqa: PLC0415

    text = (content or b"").decode("utf-8", "replace")
    return diff.side(text, cloudformation.loads(text, name) if text.strip() else {})


def _removed(one: BaseTemplate, now: Sequence[_Made], base: str) -> Review:
    """Compare a template that no stack makes any more with what is deployed instead, if any."""
    from sslstack import declaration, diff  # noqa: PLC0415

    heir = ""
    for each in now:
        if not each.folder.environment and one.environment and each.made.stack == one.stack:
            declared = declaration.load(each.folder.declaration, files.Reader()).ssl
            heir = each.made.text if one.environment in declared.environments else ""
    taken = any(each.made.template == str(one.path) for each in now)
    path = f"{base}:{one.path}" if taken else str(one.path)
    return diff.review(path, base, _side(one.content, path), _side(heir.encode(), path))


def _findings(stacks: Sequence[str]) -> Sequence[Finding]:
    """Give what `check` finds in the stacks, for the comment of a pull request."""
    from sslstack.cli import check  # noqa: PLC0415 - only where it is asked for

    try:
        found = naming.find(stacks)
    except InputError:  # every stack is removed
        return ()
    return check.check_all(found)[0]


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
