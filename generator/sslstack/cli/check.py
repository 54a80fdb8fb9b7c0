"""`sslstack check`: declarations, certificates and templates judged."""

from __future__ import annotations

import contextlib
import datetime
import importlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import app
from sslstack.app import checking, collisions, generating, repository, stack_names
from sslstack.cache import Cache
from sslstack.cli import parallel
from sslstack.cli.output import workflow_commands
from sslstack.errors import InputError
from sslstack.findings import Severity, of_environments, ordered, worst
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


FORMATS = {
    "json": ("findings", "as_json"),
    "sarif": ("sarif", "as_sarif"),
    "github": ("github", "as_github"),
}
"""Formats for programs: the view's module and its function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in a stack or template, and whether a template can be written of it.

    `made` are the names and templates of a stack that can be, `used` is what git is asked of.
    """

    findings: tuple[Finding, ...]
    readable: bool = True
    made: tuple[tuple[str, str], ...] = ()
    used: tuple[repository.Used, ...] = ()


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
@click.option("--cfnlintrc", metavar="FILE", help="Options for cfn-lint's rules, not for ours.")
def command(targets: tuple[str, ...], *, form: str, strict: bool, cfnlintrc: str | None) -> int:
    """Judge every stack, or those named, or any template: our own rules and cfn-lint's.

    A TEMPLATE is a file, JSON or YAML, whoever wrote it. Exit 1 when a finding is an error, 2
    when no template can be written from the declarations.
    """
    templates = [target for target in targets if _is_file(target)]
    names = [target for target in targets if target not in templates]
    found: Sequence[StackFolder] = stack_names.find_stacks(names) if names or not templates else ()
    everything, usable = check_all(found, [*map(Path, templates)], options=_options(cfnlintrc))
    findings = [_strictly(one) if strict else one for one in everything]
    _show(findings, form, stacks=len(found), templates=len(templates))
    return int(worst(findings) is Severity.ERROR) if usable else InputError.exit_code


def check_all(
    found: Sequence[StackFolder],
    templates: Sequence[Path] = (),
    options: checking.Options = checking.NO_OPTIONS,
) -> tuple[list[Finding], bool]:
    """Check stacks and templates; gives the findings, and whether a template of each can be made.

    Raises nothing: what cannot be read is a finding.
    """
    now = datetime.datetime.now(datetime.UTC)
    results = parallel.each(
        [*found, *templates],
        known=partial(_known, now=now, options=options),
        work=partial(_judged, now=now, options=options),
        label="checking",
        warm_up=_warm_up,
    )
    collided = collisions.find_collisions(
        {folder: one.made for folder, one in zip(found, results, strict=False)}
    )
    in_git = _in_git([one.used for one in results])
    everything = [*(one for some in results for one in some.findings), *collided, *in_git]
    return everything, not collided and all(one.readable for one in results)


def _options(path: str | None) -> checking.Options:
    if path is None:
        return checking.NO_OPTIONS
    from sslstack.cloudformation import cfnlintrc  # noqa: PLC0415 - late, and rarely

    return cfnlintrc.load(Path(path))


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


def _known(
    target: StackFolder | Path, *, now: datetime.datetime, options: checking.Options
) -> Checked | None:
    if isinstance(target, Path):
        try:
            findings = checking.cached_template_findings(target, Cache(Path()), now, options)
        except InputError:
            return None
        return None if findings is None else Checked(findings=findings)
    cache = Cache(target.root)
    judged: list[tuple[str, tuple[Finding, ...]]] = []
    made = generating.recall_all(target, cache)
    for one in made or ():
        findings = None if one.keys else checking.cached_findings(one, cache, now, options)
        if findings is None:
            return None
        judged.append((one.environment, findings))
    if not made:
        return None
    used = tuple(_used(target, one) for one in made)
    return Checked(findings=of_environments(judged), made=_names(made), used=used)


def _names(made: Iterable[generating.Generated]) -> tuple[tuple[str, str], ...]:
    return tuple((one.stack, one.template) for one in made)


def _judged(
    target: StackFolder | Path, *, now: datetime.datetime, options: checking.Options
) -> Checked:
    """Check one stack or template."""
    if isinstance(target, Path):
        try:
            return Checked(findings=checking.check_template(target, Cache(Path()), now, options))
        except InputError as error:
            return Checked(findings=error.findings, readable=False)
    cache = Cache(target.root)
    found: list[tuple[str, tuple[Finding, ...]]] = []
    made: list[generating.Generated] = []
    used: list[repository.Used] = []
    readable = True
    for unit in generating.units(target, cache):
        try:
            one = generating.generate(unit, cache)
            findings = _findings(unit, one, cache, now, options)
            made.append(one)
            used.append(_used(target, one))
        except InputError as error:
            findings, readable = error.findings, False
            used += repository.used_keys(unit)
        found.append((unit.environment, findings))
    return Checked(
        findings=of_environments(found), readable=readable, made=_names(made), used=tuple(used)
    )


def _findings(
    folder: StackFolder,
    made: generating.Generated,
    cache: Cache,
    now: datetime.datetime,
    options: checking.Options,
) -> tuple[Finding, ...]:
    keys = app.linting.check_private_keys(folder) if made.keys else ()
    return ordered([*checking.check_generated(made, cache, now, options), *keys])


def _used(folder: StackFolder, made: generating.Generated) -> repository.Used:
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
