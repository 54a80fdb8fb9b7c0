"""`sslstack status`: what is deployed, and whether it differs from what is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from sslstack import app
from sslstack.app import stack_names
from sslstack.cli import options
from sslstack.cli.output import say
from sslstack.views.deployment.words import TEMPLATES_ONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    stack: str | None
    profile: str | None
    region: str | None
    environment: str | None
    exit_code: bool


@click.command(epilog="Example: sslstack status web --exit-code")
@click.argument("stack", required=False)
@options.account_options
@options.environment_option
@click.option("--exit-code", is_flag=True, help="Exit 1 if the stack differs from ssl.yml.")
def command(**given: Any) -> int:
    """Show the deployed stack: status, outputs, and how it differs from ssl.yml."""
    return _show_status(Options(**given))


def _show_status(typed: Options) -> int:
    folder = stack_names.find_stack(typed.stack)
    environment = app.environments.choose_environment(folder, typed.environment)
    unit = app.environments.template_folder(folder, typed.environment, environment)
    made = app.status.generate(unit)
    aws = app.accounts.connect(typed.profile, typed.region, environment, notify=say)
    found = app.status.read(aws, made, environment)
    for line in found.lines:
        click.echo(line)
    if found.is_same:
        click.echo(f"  {TEMPLATES_ONLY}")
    return int(typed.exit_code and not found.is_same)
