"""`sslstack resolve`: missing chains, fetched once, verified, pinned in ssl.lock."""

from __future__ import annotations

import datetime

import click

from sslstack import app, escaping, files
from sslstack.app import stack_names
from sslstack.errors import InputError, UnavailableError
from sslstack.findings import Finding, Location
from sslstack.views import findings as view


@click.command(epilog="Example: sslstack resolve --refresh && git diff stacks/*/ssl.lock")
@click.argument("stacks", nargs=-1, metavar="[STACK]...")
@click.option("--refresh", is_flag=True, help="Fetch what is pinned anew, and say what changed.")
@click.option(
    "--allow-private-addresses", "private", is_flag=True, help="Ask addresses of private networks."
)
def command(stacks: tuple[str, ...], *, refresh: bool, private: bool) -> int:
    """Fetch the intermediate certificates that declared files lack, and write ssl.lock.

    Exit 3 when an issuer could not be fetched.
    """
    now = datetime.datetime.now(datetime.UTC)
    findings: list[Finding] = []
    unread = changed = False
    for folder in stack_names.find_stacks(stacks):
        try:
            found = app.pipeline.resolve(folder, now, refresh=refresh, private=private)
        except InputError as error:
            findings += error.findings
            unread = True
            continue
        except OSError as error:
            raise InputError.at(
                Location(str(folder.folder)), "lock.unwritable", files.describe_error(error)
            ) from error
        findings += found.findings
        changed = changed or bool(found.changes)
        for change in found.changes:
            click.echo(escaping.escape_line(f"{folder.lock}: {change}"))
    view.show(findings, err=True)
    if not findings and not changed:
        click.echo("every chain is complete", err=True)
    if unread:
        return InputError.exit_code
    return UnavailableError.exit_code if findings else 0
