"""`sslstack generate`: declarations -> templates/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sslstack import escaping, workspace
from sslstack.app import generate_all, stack_names
from sslstack.cli.progress import progress_bar
from sslstack.errors import InputError
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.app.generate_all import Outcome
    from sslstack.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    stacks: tuple[str, ...]
    check: bool
    frozen: bool
    force: bool


@click.command(epilog="Example: sslstack generate web --check")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--check", is_flag=True, help="Write nothing; show what is out of date and exit 1.")
@click.option("--frozen", is_flag=True, help="Do not use the network.")
@click.option("--force", is_flag=True, help="Overwrite templates that sslstack did not generate.")
def command(**given: Any) -> int:
    """Write templates/<stack>.yaml for all stacks, or for the named ones.

    An environment that changes the template has its own: templates/<stack>.<environment>.yaml.
    """
    return _generate(Options(**given))


def _generate(options: Options) -> int:
    found = stack_names.find_stacks(options.stacks)
    result = generate_all.generate_all(
        found,
        write=not options.check,
        online=not (options.check or options.frozen),
        force=options.force,
        progress=progress_bar("generating"),
    )
    for outcome in result.outcomes:
        _show(outcome, "out of date" if options.check else "written")
    if result.errors:
        raise InputError(result.errors)
    made = {outcome.template for outcome in result.outcomes}
    left_over = [] if options.stacks else workspace.left_over(found, made)
    for path in left_over:
        name = escaping.escape_line(str(path))
        click.echo(f"{name}: no stack generates this template: remove it", err=True)
    stale = len(left_over) + sum(not outcome.fresh for outcome in result.outcomes)
    _conclude(len(result.outcomes), stale, result.findings)
    return int(options.check and stale > 0)


def _show(outcome: Outcome, state: str) -> None:
    if not outcome.failed and not outcome.fresh:
        click.echo(f"{escaping.escape_line(outcome.template)}: {state}", err=True)
    click.echo(escaping.escape_lines(outcome.difference), nl=False)


def _conclude(number: int, stale: int, findings: Sequence[Finding]) -> None:
    """Print that all templates are up to date, and how many findings there are."""
    if not stale:
        click.echo(f"{number} template{'s' * (number != 1)} up to date", err=True)
    if findings:
        click.echo(f"{view.count(findings)}: 'sslstack check' lists them", err=True)
