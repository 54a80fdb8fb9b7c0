"""`sslstack deploy`: a checked template becomes a change set, reviewed and executed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from sslstack import app
from sslstack.app import collisions, stack_names
from sslstack.cli import emulation, options, reporting
from sslstack.cli.output import notify, say
from sslstack.cli.passwords import read_passwords
from sslstack.views.banner import EMULATION, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.app.deploying import DeployOptions
    from sslstack.app.generating import Generated
    from sslstack.declaration.model import Environment
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was typed."""

    stack: str | None
    profile: str | None
    region: str | None
    environment: str | None
    password_file: str | None
    parameters: tuple[str, ...]
    tags: tuple[str, ...]
    role_arn: str
    bucket: str
    capabilities: tuple[str, ...]
    no_execute: bool
    yes: bool
    allowed: tuple[str, ...]
    recreate: bool
    local: bool
    frozen: bool
    form: str


@click.command(epilog="Example: sslstack deploy web --parameter VpcId=vpc-1 --no-execute")
@click.argument("stack", required=False)
@options.account_options
@options.environment_option
@options.password_file_option
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Parameter value, or @FILE for a file's content; others keep their value.",
)
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Tag of the stack.")
@options.change_set_options
@click.option("--no-execute", is_flag=True, help="Keep the change set for 'sslstack execute'.")
@click.option(
    "--yes",
    is_flag=True,
    help="Skip the confirmation (except when a load balancer is replaced or deleted).",
)
@click.option(
    "--allow-replacement",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Load balancer that may be replaced: its DNS name changes.",
)
@click.option("--recreate", is_flag=True, help="First delete a stack whose creation failed.")
@click.option("--local", is_flag=True, help="Try it in an emulated AWS account on this machine.")
@click.option("--frozen", is_flag=True, help="With --local: do not write the template.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="Format of the change set.",
)
def command(**given: Any) -> int:
    """Deploy a stack with a change set, which is shown before it is executed.

    The template must be up to date: 'sslstack generate' writes it, --local writes it itself.
    Exit code 0: also if nothing changes. Exit code 4: the deployment failed or was rolled back.
    """
    typed = Options(**given)
    if typed.local and typed.no_execute:
        raise click.UsageError(
            "--local ends with the command: no change set is left for 'sslstack execute'"
        )
    if typed.recreate and typed.no_execute:
        raise click.UsageError(
            "--recreate deletes a stack and creates it at once: leave out --no-execute"
        )
    return _deploy_locally(typed) if typed.local else _deploy(typed)


def _deploy(typed: Options) -> int:
    folder = stack_names.find_stack(typed.stack)
    collisions.refuse_collisions([folder])
    environment = app.environments.choose_environment(folder, typed.environment)
    unit = app.environments.template_folder(folder, typed.environment, environment)
    chosen = _deploy_options(typed, environment)
    made = _generate(unit, typed, regenerate=False)
    aws = app.accounts.connect(typed.profile, typed.region, environment, notify=say)
    reporter = reporting.TerminalReporter(**_reporter_options(typed))
    return app.deploying.deploy_stack(aws, unit, made, chosen, reporter, recreate=typed.recreate)


def _deploy_locally(typed: Options) -> int:
    say(styled(EMULATION))
    folder = stack_names.find_stack(typed.stack)
    collisions.refuse_collisions([folder])
    environment = None
    if typed.environment:
        environment = app.environments.choose_environment(folder, typed.environment)
    unit = app.environments.template_folder(folder, typed.environment, environment)
    chosen = _deploy_options(typed, environment)
    made = _generate(unit, typed, regenerate=not typed.frozen)
    emulating = app.emulating
    with emulation.start_account(typed.region or emulating.find_region(made.text)) as account:
        chosen = emulating.furnish(account, chosen, made.text)
        chosen = emulating.replace_keys(account, chosen, unit)
        reporter = emulation.EmulationReporter(**_reporter_options(typed))
        return app.deploying.deploy_stack(
            account.aws, unit, made, chosen, reporter, recreate=typed.recreate
        )


def _generate(unit: StackFolder, typed: Options, *, regenerate: bool) -> Generated:
    made = app.deploying.generate_checked(unit, notify, regenerate=regenerate)
    if not (typed.yes or typed.no_execute or sys.stdin.isatty()):
        raise click.UsageError(
            "not a terminal, cannot ask for confirmation: use --yes or --no-execute"
        )
    return made


def _reporter_options(typed: Options) -> dict[str, Any]:
    return {
        "form": typed.form,
        "yes": typed.yes,
        "allowed": typed.allowed,
        "execute_it": not typed.no_execute,
    }


def _deploy_options(typed: Options, environment: Environment | None) -> DeployOptions:
    """Return the options; they override what the environment declares."""
    tags = options.split_pairs(typed.tags, "--tag")
    given = app.deploying.DeployOptions(
        parameters=options.split_pairs(typed.parameters, "--parameter"),
        tags=tags or None,
        role_arn=typed.role_arn,
        bucket=typed.bucket,
        capabilities=typed.capabilities,
        passwords=read_passwords(typed.password_file),
    )
    if environment is None:
        return given
    return replace(
        given,
        environment=typed.environment or "",
        shared=environment.parameters,
        tags=_merge_tags(environment.tags, tags),
        role_arn=typed.role_arn or environment.role_arn or "",
        bucket=typed.bucket or environment.bucket or "",
        stack=environment.stack or "",
        protection=app.environments.read_protection(environment),
    )


def _merge_tags(
    declared: Mapping[str, str] | None, given: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Return the stack's tags; None, which keeps its tags, where none are set."""
    return {**(declared or {}), **given} if given or declared is not None else None
