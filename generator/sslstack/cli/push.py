"""`sslstack push`: private keys -> Secrets Manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from sslstack import app
from sslstack.app import stack_names
from sslstack.cli import options, tracked
from sslstack.cli.output import say
from sslstack.cli.passwords import read_passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    stack: str | None
    profile: str | None
    region: str | None
    environment: str | None
    password_file: str | None
    prune: bool


@click.command(epilog="Example: sslstack push web --password-file key.pass --prune")
@click.argument("stack", required=False)
@options.account_options
@options.environment_option
@options.password_file_option
@click.option("--prune", is_flag=True, help="Remove key versions that no template uses.")
def command(**given: Any) -> int:
    """Check that keys match their certificates, then store each key in Secrets Manager.

    A key that is already stored changes nothing. The previous version is kept for rollbacks.
    """
    return _push(Options(**given))


def _push(typed: Options) -> int:
    folder = stack_names.find_stack(typed.stack)
    environment = app.environments.choose_environment(folder, typed.environment)
    unit = app.environments.template_folder(folder, typed.environment, environment)
    tracked.show(folder)
    keys = app.pushing.read_keys(unit, read_passwords(typed.password_file))
    if keys.unneeded:
        click.echo(f"{keys.loaded.stack.name}: {keys.unneeded}", err=True)
        return 0
    aws = app.accounts.connect(typed.profile, typed.region, environment, notify=say)
    for line in app.pushing.push(aws, folder, environment, keys, prune=typed.prune):
        click.echo(line.text, nl=False, err=line.is_note)
    return 0
