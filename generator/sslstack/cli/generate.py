"""`sslstack generate`: declarations -> templates/."""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import files, pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import parallel
from sslstack.errors import InputError
from sslstack.findings import Finding, Location
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one stack; small, for it may come from another process.

    `failed`: no template was made. One that was made may have errors still, if a certificate
    has expired: generation knows no clock, `check` does.
    """

    template: str = ""
    stack: str = ""
    fresh: bool = True
    difference: str = ""
    failed: bool = False
    findings: tuple[Finding, ...] = ()


@click.command(epilog="Example: sslstack generate web --check")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and show what is stale.")
@click.option("--frozen", is_flag=True, help="Never touch the network.")
def command(stacks: tuple[str, ...], *, check: bool, frozen: bool) -> int:
    """Write templates/<stack>.yaml for every stack, or for those named."""
    found = workspace.find(stacks)
    now = datetime.datetime.now(datetime.UTC)
    outcomes = parallel.each(
        found,
        known=partial(_known, now=now),
        work=partial(_made, write=not check, online=not (check or frozen), now=now),
        label="generating",
        warm_up=_warm_up,
    )
    for outcome in outcomes:
        if not outcome.failed and not outcome.fresh:
            click.echo(f"{outcome.template}: {'stale' if check else 'written'}", err=True)
        click.echo(outcome.difference, nl=False)
    errors = [finding for outcome in outcomes if outcome.failed for finding in outcome.findings]
    errors += _same_names(found, outcomes)
    if errors:
        raise InputError(errors)
    left_over = [] if stacks else workspace.left_over(found, {o.template for o in outcomes})
    for path in left_over:
        click.echo(f"{path}: no stack makes it any more; remove it", err=True)
    stale = len(left_over) + sum(not outcome.fresh for outcome in outcomes)
    _conclude(outcomes, stale)
    return int(check and stale > 0)


def _same_names(found: Sequence[StackFolder], outcomes: list[Outcome]) -> list[Finding]:
    """Refuse two folders that would be deployed as one stack, each undoing the other."""
    first: dict[str, StackFolder] = {}
    findings = []
    for folder, outcome in zip(found, outcomes, strict=True):
        if outcome.stack and first.setdefault(outcome.stack, folder) is not folder:
            other = first[outcome.stack].declaration
            findings.append(
                Finding(
                    rule="stack.same-name",
                    message=f"this is stack '{outcome.stack}', and so is {other}",
                    location=Location(str(folder.declaration)),
                    hint="say another name: stack:",
                )
            )
    return findings


def _known(folder: StackFolder, *, now: datetime.datetime) -> Outcome | None:
    made = pipeline.recall(folder, Cache(folder.root))
    return (
        None
        if made is None
        else Outcome(template=made.template, stack=made.stack, findings=made.at(now))
    )


def _made(folder: StackFolder, *, write: bool, online: bool, now: datetime.datetime) -> Outcome:
    cache = Cache(folder.root)
    try:
        made = _generated(folder, cache, now) if online else pipeline.generate(folder, cache)
    except InputError as error:
        return Outcome(failed=True, findings=error.findings)
    if write:
        try:
            pipeline.write(made)
        except OSError as error:
            return Outcome(failed=True, findings=(_unwritable(made.template, error),))
    difference = "" if write or made.fresh else _difference(made)
    return Outcome(
        template=made.template,
        stack=made.stack,
        fresh=made.fresh,
        difference=difference,
        findings=made.at(now),
    )


def _generated(folder: StackFolder, cache: Cache, now: datetime.datetime) -> pipeline.Generated:
    """Generate, and resolve chains first where that is all that is wrong."""
    try:
        return pipeline.generate(folder, cache)
    except InputError as error:
        if not pipeline.resolvable(error):
            raise
    found = pipeline.resolve(folder, now)
    if found.findings:
        raise InputError(found.findings)
    return pipeline.generate(folder, cache)


def _unwritable(template: str, error: OSError) -> Finding:
    return Finding(
        rule="template.unwritable",
        message=f"cannot be written: {files.reason(error)}",
        location=Location(template),
    )


def _difference(made: pipeline.Generated) -> str:
    """Give a unified diff from the file that stands there to the text it should hold."""
    try:
        before = files.read(Path(made.template)).decode("utf-8", "replace")
        name = made.template
    except OSError:
        before, name = "", "/dev/null"
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), made.text.splitlines(keepends=True), name, made.template
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _conclude(outcomes: list[Outcome], stale: int) -> None:
    """Say in one line that all is well, and that there is more to read."""
    if not stale:
        number = len(outcomes)
        click.echo(f"{number} template{'s' * (number != 1)} up to date", err=True)
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if findings:
        click.echo(f"{view.count(findings)}: 'sslstack check' lists them", err=True)


def _warm_up() -> None:
    """Import all stages once, before other processes begin as copies of this one."""
    from sslstack import cloudformation, compose, declaration, stack  # noqa: F401, PLC0415
    from sslstack.cloudformation import synthesize  # noqa: F401, PLC0415
