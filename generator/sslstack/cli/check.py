"""`sslstack check`: declarations, certificates and templates judged."""

from __future__ import annotations

import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from sslstack import pipeline, workspace
from sslstack.cache import Cache
from sslstack.cli import parallel
from sslstack.errors import InputError
from sslstack.findings import Severity, ordered, worst
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.findings import Finding
    from sslstack.workspace import StackFolder


_JUDGED = {"certificate", "chain", "key", "domain"}
_UNREAD = {"unreadable", "missing", "swapped", "unknown", "same-name"}


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
    now = datetime.datetime.now(datetime.UTC)
    results = parallel.each(
        found,
        known=partial(_known, now=now),
        work=partial(_judged, now=now),
        label="checking",
    )
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


def _known(
    folder: StackFolder, *, now: datetime.datetime
) -> tuple[tuple[Finding, ...], bool] | None:
    cache = Cache(folder.root)
    made = pipeline.recall(folder, cache)
    judged = None if made is None or made.keys else pipeline.judged(made, cache, now)
    return None if judged is None else (judged, True)


def _judged(folder: StackFolder, *, now: datetime.datetime) -> tuple[tuple[Finding, ...], bool]:
    """Give the findings on one stack, and whether its declarations could be read."""
    cache = Cache(folder.root)
    try:
        made = pipeline.generate(folder, cache)
        keys = pipeline.private_keys(folder) if made.keys else ()
    except InputError as error:
        return error.findings, all(map(_is_judgement, _errors(error.findings)))
    return ordered([*pipeline.judge(made, cache, now), *keys]), True


def _errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _is_judgement(finding: Finding) -> bool:
    """Tell a certificate that was judged and found wanting from one that cannot be read."""
    subject, _, problem = finding.rule.partition(".")
    return subject in _JUDGED and problem not in _UNREAD
