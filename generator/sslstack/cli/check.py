"""`sslstack check`: declarations, certificates and templates judged."""

from __future__ import annotations

import contextlib
import datetime
import importlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import judging, pipeline, repository
from sslstack.cache import Cache
from sslstack.cli import naming, parallel
from sslstack.cli.output import workflow_commands
from sslstack.errors import InputError
from sslstack.findings import Severity, of_environments, ordered, worst
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder

    Judged = tuple[tuple[Finding, ...], bool, Sequence[repository.Used]]
    """Findings on a stack or template, whether it could be read, and what git is asked of."""

FORMATS = {
    "json": ("findings", "as_json"),
    "sarif": ("sarif", "as_sarif"),
    "github": ("github", "as_github"),
}
"""Formats for programs: the view's module and its function."""


@click.command(epilog="Example: sslstack check web --format sarif > sslstack.sarif")
@click.argument("targets", nargs=-1, metavar="[STACK|TEMPLATE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    help="Form of findings.",
)
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
def command(targets: tuple[str, ...], *, form: str, strict: bool) -> int:
    """Judge every stack, or those named, or any template: our own rules and cfn-lint's.

    A TEMPLATE is a file, JSON or YAML, whoever wrote it. Exit 1 when a finding is an error, 2
    when no template can be written from the declarations.
    """
    templates = [target for target in targets if _is_file(target)]
    names = [target for target in targets if target not in templates]
    found: Sequence[StackFolder] = naming.find(names) if names or not templates else ()
    now = datetime.datetime.now(datetime.UTC)
    results = parallel.each(
        [*found, *map(Path, templates)],
        known=partial(_known, now=now),
        work=partial(_judged, now=now),
        label="checking",
        warm_up=_warm_up,
    )
    reported = [finding for some, _, _ in results for finding in some]
    reported += _in_git([used for _, _, used in results])
    findings = [_strictly(one) if strict else one for one in reported]
    _show(findings, form, stacks=len(found), templates=len(templates))
    if not all(readable for _, readable, _ in results):
        return InputError.exit_code
    return int(worst(findings) is Severity.ERROR)


def _strictly(finding: Finding) -> Finding:
    warned = finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.ERROR) if warned else finding


def _is_file(target: str) -> bool:
    """Tell a template's file from a stack's name, which has no dot and no slash."""
    return Path(target).is_file() or "/" in target or target.endswith((".yaml", ".yml", ".json"))


def _show(findings: list[Finding], form: str, *, stacks: int, templates: int) -> None:
    if form == "text":
        view.show(findings, err=False, excerpts=True)
        numbers = {"stack": stacks, "template": templates}
        judged = [f"{n} {what}{'s' * (n != 1)}" for what, n in numbers.items() if n]
        click.echo(f"{', '.join(judged)}: {view.count(findings)}", err=True)
        return
    module, function = FORMATS[form]
    render = getattr(importlib.import_module(f"sslstack.views.{module}"), function)
    with workflow_commands() if form == "github" else contextlib.nullcontext():
        click.echo(render(findings), nl=False)


def _known(target: StackFolder | Path, *, now: datetime.datetime) -> Judged | None:
    if isinstance(target, Path):
        try:
            findings = judging.judged_template(target, Cache(Path()), now)
        except InputError:
            return None
        return None if findings is None else (findings, True, ())
    cache = Cache(target.root)
    judged: list[tuple[str, tuple[Finding, ...]]] = []
    used: list[repository.Used] = []
    for made in pipeline.recall_all(target, cache) or ():
        findings = None if made.keys else judging.judged(made, cache, now)
        if findings is None:
            return None
        judged.append((made.environment, findings))
        used.append(_used(target, made))
    return (of_environments(judged), True, used) if judged else None


def _judged(target: StackFolder | Path, *, now: datetime.datetime) -> Judged:
    """Give the findings on one stack or template, and whether it could be read."""
    if isinstance(target, Path):
        return _judged_one(lambda: judging.judge_template(target, Cache(Path()), now), tuple)
    cache = Cache(target.root)
    results = {
        unit.environment: _judged_one(
            partial(_stack, unit, cache, now), partial(_used_by, unit, cache)
        )
        for unit in pipeline.units(target, cache)
    }
    findings = of_environments([(name, found) for name, (found, _, _) in results.items()])
    used = [one for _, _, some in results.values() for one in some]
    return findings, all(readable for _, readable, _ in results.values()), used


def _judged_one(
    judge: Callable[[], tuple[Finding, ...]], used: Callable[[], Sequence[repository.Used]]
) -> Judged:
    try:
        return judge(), True, used()
    except InputError as error:
        return error.findings, False, used()


def _stack(folder: StackFolder, cache: Cache, now: datetime.datetime) -> tuple[Finding, ...]:
    made = pipeline.generate(folder, cache)
    keys = judging.private_keys(folder) if made.keys else ()
    return ordered([*judging.judge(made, cache, now), *keys])


def _used_by(folder: StackFolder, cache: Cache) -> Sequence[repository.Used]:
    """Name what a stack uses; of one that cannot be generated, its private keys."""
    try:
        return [_used(folder, pipeline.generate(folder, cache))]
    except InputError:
        return repository.declared(folder)


def _used(folder: StackFolder, made: pipeline.Generated) -> repository.Used:
    """Name the inputs and private keys that a template was made from."""
    unit = folder.within(made.environment)
    return repository.Used(folder=unit, inputs=made.inputs, keys=made.keys, levels=made.levels)


def _in_git(used: Sequence[Sequence[repository.Used]]) -> tuple[Finding, ...]:
    """Give what git has, and has not, of all stacks."""
    found = iter(repository.check([one for some in used for one in some]))
    return tuple(
        finding
        for some in used
        for finding in of_environments([(one.folder.environment, next(found)) for one in some])
    )


def _warm_up() -> None:
    """Load the rules once, before other processes begin as copies of this one."""
    from sslstack.cloudformation.lint import load_rules  # noqa: PLC0415 - only for many

    load_rules()
