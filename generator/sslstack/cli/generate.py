"""`sslstack generate`: declarations -> templates/."""

from __future__ import annotations

import contextlib
import datetime
import difflib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import app, escaping, files, workspace
from sslstack.app import collisions, generating, stack_names
from sslstack.cache import Cache
from sslstack.cli import parallel
from sslstack.errors import InputError
from sslstack.findings import Finding, of_environments
from sslstack.source_redaction import redact_source
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one template; small, for it may come from another process.

    `failed`: no template was made. One that was made may have errors still, if a certificate
    has expired: generation knows no clock, `check` does. `made` is what is to be written.
    """

    template: str = ""
    stack: str = ""
    environment: str = ""
    fresh: bool = True
    difference: str = ""
    failed: bool = False
    findings: tuple[Finding, ...] = ()
    made: generating.Generated | None = None


@click.command(epilog="Example: sslstack generate web --check")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what is stale.")
@click.option("--frozen", is_flag=True, help="Never touch the network.")
@click.option("--force", is_flag=True, help="Overwrite templates that were written by hand.")
def command(stacks: tuple[str, ...], *, check: bool, frozen: bool, force: bool) -> int:
    """Write templates/<stack>.yaml for every stack, or for those named.

    An environment that varies a stack has templates/<stack>.<environment>.yaml.
    """
    found = stack_names.find_stacks(stacks)
    now = datetime.datetime.now(datetime.UTC)
    results = parallel.each(
        found,
        known=partial(_known, write=not check, now=now),
        work=partial(_made, write=not check, online=not (check or frozen), now=now),
        label="generating",
        warm_up=_warm_up,
    )
    collided = collisions.find_collisions(
        {
            folder: [(one.stack, one.template) for one in some if not one.failed]
            for folder, some in zip(found, results, strict=True)
        }
    )
    if not collided:
        results = [[_written(one, force=force) for one in some] for some in results]
    outcomes = [outcome for some in results for outcome in some]
    for outcome in outcomes if not collided else ():
        if not outcome.failed and not outcome.fresh:
            name = escaping.line(str(outcome.template))
            click.echo(f"{name}: {'stale' if check else 'written'}", err=True)
        click.echo(escaping.lines(outcome.difference), nl=False)
    errors = [one for some in results for one in _findings(o for o in some if o.failed)]
    if errors or collided:
        raise InputError([*errors, *collided])
    left_over = [] if stacks else workspace.left_over(found, {o.template for o in outcomes})
    for path in left_over:
        click.echo(f"{escaping.line(str(path))}: no stack makes it any more; remove it", err=True)
    stale = len(left_over) + sum(not outcome.fresh for outcome in outcomes)
    _conclude(len(outcomes), stale, [one for some in results for one in _findings(some)])
    return int(check and stale > 0)


def _findings(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    """Give the findings on the templates of one stack."""
    return of_environments([(one.environment, one.findings) for one in outcomes])


def _known(folder: StackFolder, *, write: bool, now: datetime.datetime) -> list[Outcome] | None:
    """Give what was made before; where the answer opens a gate, all is made anew."""
    made = generating.recall_all(folder, Cache(folder.root, enabled=write))
    return None if made is None else [_outcome(one, now) for one in made]


def _made(
    folder: StackFolder, *, write: bool, online: bool, now: datetime.datetime
) -> list[Outcome]:
    """Make the templates of a stack; one that cannot be made hides no other."""
    cache = Cache(folder.root, enabled=write)
    return [
        _made_one(unit, cache, write=write, online=online, now=now)
        for unit in generating.units(folder, cache)
    ]


def _made_one(
    folder: StackFolder, cache: Cache, *, write: bool, online: bool, now: datetime.datetime
) -> Outcome:
    try:
        made = _generated(folder, cache, now) if online else generating.generate(folder, cache)
    except InputError as error:
        return Outcome(failed=True, environment=folder.environment, findings=error.findings)
    if write:
        return replace(_outcome(made, now), made=None if made.fresh else made)
    return _outcome(made, now, "" if made.fresh else _difference(made))


def _written(outcome: Outcome, *, force: bool) -> Outcome:
    """Write what was made, if it is to be written."""
    try:
        if outcome.made is not None:
            generating.write(outcome.made, force=force)
    except InputError as error:
        return Outcome(failed=True, environment=outcome.environment, findings=error.findings)
    return outcome


def _outcome(made: generating.Generated, now: datetime.datetime, difference: str = "") -> Outcome:
    return Outcome(
        template=made.template,
        stack=made.stack,
        environment=made.environment,
        fresh=made.fresh,
        difference=difference,
        findings=made.at(now),
    )


def _generated(folder: StackFolder, cache: Cache, now: datetime.datetime) -> generating.Generated:
    """Generate, and resolve chains first where that is all that is wrong."""
    try:
        return generating.generate(folder, cache)
    except InputError as error:
        if not app.pipeline.resolvable(error):
            raise
    found = app.pipeline.resolve(folder, now)
    if found.findings:
        raise InputError(found.findings)
    return generating.generate(folder, cache)


def _difference(made: generating.Generated) -> str:
    """Give a unified diff from the file that stands there to the text it should hold."""
    path = Path(made.template)
    before, name = "", "/dev/null"
    if not files.is_linked(path):  # a link may lead to any file of the user's
        with contextlib.suppress(OSError):
            before, name = files.read(path).decode("utf-8", "replace"), made.template
    lines = difflib.unified_diff(
        redact_source(before).splitlines(keepends=True),
        made.text.splitlines(keepends=True),
        name,
        made.template,
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _conclude(number: int, stale: int, findings: list[Finding]) -> None:
    """Say in one line that all is well, and that there is more to read."""
    if not stale:
        click.echo(f"{number} template{'s' * (number != 1)} up to date", err=True)
    if findings:
        click.echo(f"{view.count(findings)}: 'sslstack check' lists them", err=True)


def _warm_up() -> None:
    """Import all stages once, before other processes begin as copies of this one."""
    from sslstack import cloudformation, compose, declaration, stack  # noqa: F401, PLC0415
    from sslstack.cloudformation.write import synthesize  # noqa: F401, PLC0415
