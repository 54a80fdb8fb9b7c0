"""`sslstack local start`: an emulated account that keeps running."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import app, files, workspace
from sslstack.cli import emulation
from sslstack.cli.output import say
from sslstack.views.banner import EMULATION, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONFLICTING = ("AWS_PROFILE", "AWS_SESSION_TOKEN")
"""Variables that the AWS tools would use together with the account's."""


@click.command(
    epilog="Example: sslstack local start > account.env, and in another shell: . ./account.env"
)
@click.option("--region", metavar="NAME", help="Region; default: that of the templates, us-east-1.")
@click.option(
    "--account",
    metavar="ID",
    default=emulation.ACCOUNT,
    show_default=True,
    help="Account ID, 12 digits.",
)
@click.option(
    "--delay", type=float, default=emulation.DELAY, show_default=True,
    help="Seconds that a resource takes.",
)  # fmt: skip
def command(*, region: str | None, account: str, delay: float) -> int:
    """Run an emulated AWS account until Ctrl-C, and print the variables to use.

    With these variables set, every command of sslstack and of the AWS CLI uses the emulated
    account: deploy, status, push, execute, adopt. Certificates and security groups that the
    templates of this folder refer to exist in it. It is empty at the start, and nothing is kept.
    """
    if len(account) != len(emulation.ACCOUNT) or not account.isdecimal():
        raise click.BadParameter(f"'{account}' is not 12 digits", param_hint="--account")
    templates = _templates()
    region = region or app.emulating.find_region(templates)
    say(styled(EMULATION))
    with emulation.start_account(region, delay=delay, account=account) as running:
        app.emulating.provide(running, templates)
        click.echo(_shell(app.emulating.list_variables(running)), nl=False)
        network = app.emulating.describe_network(running)
        options = " ".join(f"--parameter {name}={value}" for name, value in network.items())
        say(f"its network: sslstack deploy {options}")
        say("Ctrl-C ends the account and deletes everything in it")
        _wait()
    return 0


def _templates() -> str:
    """Give the text of all generated templates of the working folder."""
    found = sorted(Path(workspace.TEMPLATES).glob("*.yaml"))
    return "\n".join(files.read(path).decode("utf-8", "replace") for path in found)


def _shell(variables: Mapping[str, str]) -> str:
    """Give the commands of a POSIX shell that set the variables."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join([*lines, f"unset {' '.join(_CONFLICTING)}", ""])


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("the emulated account has ended")
