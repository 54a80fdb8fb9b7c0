"""`sslstack adopt`: an existing load balancer, declared and imported into a stack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import click

from sslstack import app
from sslstack.app.editing import targets
from sslstack.cli import options, reporting
from sslstack.cli.output import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    load_balancer: str
    stack: str | None
    service: str | None
    profile: str | None
    region: str | None
    environment: str | None
    role_arn: str
    bucket: str
    capabilities: tuple[str, ...]
    overwrite: bool
    no_import: bool
    no_execute: bool
    yes: bool


@click.command(epilog="Example: sslstack adopt mydomain-web --service web")
@click.argument("load_balancer", metavar="LOAD_BALANCER")
@click.argument("stack", required=False)
@click.option("--service", metavar="NAME", help="Compose service behind it (default: by ports).")
@options.account_options
@options.environment_option
@options.change_set_options
@click.option("--overwrite", is_flag=True, help="Replace what ssl.yml declares for the service.")
@click.option("--no-import", is_flag=True, help="Only write ssl.yml and the template.")
@click.option("--no-execute", is_flag=True, help="Keep the change set for 'sslstack execute'.")
@click.option("--yes", is_flag=True, help="Skip the confirmation.")
def command(**given: Any) -> int:
    """Import an existing classic load balancer, or manual changes to one, into a stack.

    LOAD_BALANCER is its name at AWS. Its settings are declared in ssl.yml, an import change set
    adds it to the stack unchanged, and what the next 'sslstack deploy' would change is shown. The
    load balancer itself does not change.
    """
    return _adopt(Options(**given))


def _adopt(typed: Options) -> int:
    opened = targets.open_only(typed.stack)
    environment = app.environments.find_environment(opened.declared, typed.environment)
    opened = replace(opened, folder=opened.folder.within(typed.environment or ""))
    chosen = app.adopting.AdoptOptions(
        load_balancer=typed.load_balancer,
        service=typed.service,
        stack=environment.stack or "",
        role_arn=typed.role_arn or environment.role_arn or "",
        bucket=typed.bucket or environment.bucket or "",
        capabilities=typed.capabilities,
        parameters=environment.parameters,
        overwrite=typed.overwrite,
        import_it=not typed.no_import,
    )
    reporter = reporting.TerminalReporter(yes=typed.yes, execute_it=not typed.no_execute)
    aws = app.accounts.connect(typed.profile, typed.region, environment, notify=say)
    return app.adopting.adopt(aws, opened, chosen, reporter)
