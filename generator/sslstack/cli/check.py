"""`sslstack check`: declarations, certificates and templates judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack import pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import parallel
from sslstack.errors import InputError
from sslstack.findings import Severity, worst
from sslstack.views import findings as view

if TYPE_CHECKING:
    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


@click.command(epilog="Example: sslstack check web --format json")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Form of findings.",
)
def command(stacks: tuple[str, ...], *, form: str) -> int:
    """Judge every stack, or those named: our own rules and cfn-lint's.

    Exit 1 when there is an error among the findings, 2 when declarations cannot be read.
    """
    found = workspace.find(stacks)
    results = parallel.each(found, known=_known, work=_judged, label="checking")
    findings = [finding for some, _ in results for finding in some]
    if form == "json":
        click.echo(view.as_json(findings), nl=False)
    else:
        view.show(findings, err=False)
        number = len(found)
        click.echo(f"{number} stack{'s' * (number != 1)}: {view.count(findings)}", err=True)
    if not all(readable for _, readable in results):
        return InputError.exit_code
    return int(worst(findings) is Severity.ERROR)


def _known(folder: StackFolder) -> tuple[tuple[Finding, ...], bool] | None:
    cache = Cache(folder.root)
    made = pipeline.recall(folder, cache)
    judged = None if made is None else pipeline.judged(made, cache)
    return None if judged is None else (judged, True)


def _judged(folder: StackFolder) -> tuple[tuple[Finding, ...], bool]:
    """Give the findings on one stack, and whether its declarations could be read."""
    cache = Cache(folder.root)
    try:
        made = pipeline.generate(folder, cache)
    except InputError as error:
        return error.findings, False
    return pipeline.judge(made, cache), True
