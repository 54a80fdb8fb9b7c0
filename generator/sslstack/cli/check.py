"""`sslstack check`: findings on declarations, certificates and templates."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sslstack import app
from sslstack.app import cached_checks, checking, stack_names
from sslstack.cli.output import workflow_commands
from sslstack.cli.progress import progress_bar
from sslstack.errors import InputError
from sslstack.findings import Severity, find_worst
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.findings import Finding


FORMATS = {
    "json": ("findings", "as_json"),
    "sarif": ("sarif", "as_sarif"),
    "github": ("github", "as_github"),
}
"""Formats for programs: the view's module and its function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    targets: tuple[str, ...]
    form: str
    strict: bool
    cfnlintrc: str | None


@click.command(epilog="Example: sslstack check web --format sarif > sslstack.sarif")
@click.argument("targets", nargs=-1, metavar="[STACK|TEMPLATE]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    help="Format of the findings.",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--cfnlintrc", metavar="FILE", help="Options for cfn-lint's own rules.")
def command(**given: Any) -> int:
    """Check all stacks, the named stacks, or any template: with our rules and cfn-lint's.

    A TEMPLATE is a CloudFormation template, in JSON or YAML, from any source. Exit code 1: a
    finding is an error. Exit code 2: no template can be written from the declarations.
    """
    return _check(Options(**given))


def _check(options: Options) -> int:
    templates = [Path(target) for target in options.targets if _is_file(target)]
    names = [target for target in options.targets if not _is_file(target)]
    folders = stack_names.find_stacks(names) if names or not templates else ()
    rules = cached_checks.NO_OPTIONS
    if options.cfnlintrc is not None:
        rules = app.linting.load_options(options.cfnlintrc)
    report = checking.check(folders, templates, rules, progress_bar("checking"))
    findings = [_raise_level(one) if options.strict else one for one in report.findings]
    if options.form == "text":
        _show(findings, {"stack": len(folders), "template": len(templates)})
    else:
        _render(findings, options.form)
    return int(find_worst(findings) is Severity.ERROR) if report.usable else InputError.exit_code


def _raise_level(finding: Finding) -> Finding:
    warned = finding.severity is Severity.WARNING
    return replace(finding, severity=Severity.ERROR) if warned else finding


def _is_file(target: str) -> bool:
    """Whether this is a template's file; a stack's name has no dot and no slash."""
    return Path(target).is_file() or "/" in target or target.endswith((".yaml", ".yml", ".json"))


def _show(findings: Sequence[Finding], numbers: dict[str, int]) -> None:
    view.show(findings, err=False, excerpts=True)
    checked = [f"{n} {what}{'s' * (n != 1)}" for what, n in numbers.items() if n]
    click.echo(f"{', '.join(checked)}: {view.count(findings)}", err=True)


def _render(findings: Sequence[Finding], form: str) -> None:
    module, function = FORMATS[form]
    render = getattr(importlib.import_module(f"sslstack.views.{module}"), function)
    with workflow_commands() if form == "github" else contextlib.nullcontext():
        click.echo(render(findings), nl=False)
