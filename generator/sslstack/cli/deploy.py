"""`sslstack deploy`: generate, check, push, propose, review, execute, watch."""

from __future__ import annotations

import datetime
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import app, escaping, files
from sslstack.app import cached_checks, collisions, generating, stack_names
from sslstack.cache import Cache
from sslstack.cli import deployment, emulation, reporting
from sslstack.cli.output import say
from sslstack.errors import CheckFailed, SslstackError
from sslstack.findings import Finding, Severity, find_nearest
from sslstack.views import findings as findings_view
from sslstack.views.banner import styled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sslstack.aws.client import Aws
    from sslstack.declaration.model import Environment
    from sslstack.deploy.deployed import Deployed
    from sslstack.deploy.keys.delivery import Need
    from sslstack.deploy.proposal import Proposal
    from sslstack.diff import Side
    from sslstack.workspace import StackFolder


@click.command(epilog="Example: sslstack deploy web --parameter VpcId=vpc-1 --no-execute")
@click.argument("stack", required=False)
@deployment.session
@deployment.environment
@deployment.password_file
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a parameter, @FILE: a file's content; else it keeps the one it has.",
)
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Tag of the stack.")
@deployment.change_set
@click.option("--no-execute", is_flag=True, help="Leave the change set for 'sslstack execute'.")
@click.option("--yes", is_flag=True, help="Take it as reviewed, but for load balancers.")
@click.option(
    "--allow-replacement",
    "allowed",
    multiple=True,
    metavar="LOGICAL_ID",
    help="A load balancer that may get another DNS name.",
)
@click.option("--recreate", is_flag=True, help="Delete a stack whose creation failed, first.")
@click.option("--local", is_flag=True, help="Try it on an emulated AWS on this machine.")
@click.option("--frozen", is_flag=True, help="With --local: do not write the template anew.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="Form of the change set.",
)
def command(
    stack: str | None,
    *,
    profile: str | None,
    region: str | None,
    environment: str | None,
    password_file: str | None,
    parameters: tuple[str, ...],
    tags: tuple[str, ...],
    role_arn: str,
    bucket: str,
    capabilities: tuple[str, ...],
    no_execute: bool,
    yes: bool,
    allowed: tuple[str, ...],
    recreate: bool,
    local: bool,
    frozen: bool,
    form: str,
) -> int:
    """Deploy a stack as a change set that is shown before it is executed.

    The template must be up to date: 'sslstack generate' writes it, --local does so itself. No
    changes is exit 0; 4 is a deployment that failed or was rolled back.
    """
    if local and no_execute:
        raise click.UsageError(
            "--local ends with the command: nothing is left for 'sslstack execute'"
        )
    if recreate and no_execute:
        raise click.UsageError(
            "--recreate deletes a stack, and creates it at once: without --no-execute"
        )
    if local:
        say(styled(emulation.BANNER))
    folder = stack_names.find_stack(stack)
    collisions.refuse_collisions([folder])
    where = deployment.chosen(folder, environment) if environment or not local else None
    folder = deployment.unit(folder, environment, where)
    options = deployment.DeployOptions(
        parameters=deployment.pairs(parameters, "--parameter"),
        environment=environment or "",
        shared=where.parameters if where else {},
        tags=_tags(where, deployment.pairs(tags, "--tag")),
        role_arn=role_arn or (where and where.role_arn) or "",
        bucket=bucket or (where and where.bucket) or "",
        capabilities=capabilities,
        password_file=password_file,
        stack=(where and where.stack) or "",
        protection=deployment.protection(where) if where else None,
    )
    kind = emulation.Announced if local else reporting.TerminalReporter
    reporter = kind(form=form, yes=yes, allowed=allowed, execute_it=not no_execute)
    made = checked(folder, regenerate=local and not frozen)
    if not (yes or no_execute or sys.stdin.isatty()):
        raise click.UsageError(
            "not a terminal, cannot ask for confirmation: use --yes or --no-execute"
        )
    if not local:
        aws = deployment.connect(profile, region, where)
        return deploy_generated(aws, folder, made, options, reporter, recreate=recreate)
    with emulation.started(region or emulation.region_of(made.text)) as here:
        options = emulation.add_values(here, options, made.text)
        options = emulation.without_keys(here, options, folder)
        return deploy_generated(here.aws, folder, made, options, reporter, recreate=recreate)


def _tags(where: Environment | None, given: Mapping[str, str]) -> Mapping[str, str] | None:
    """Give the stack's tags; None, which leaves those it has, where nobody says any."""
    declared = where.tags if where else None
    return {**(declared or {}), **given} if given or declared is not None else None


def deploy_generated(
    aws: Aws,
    folder: StackFolder,
    made: generating.Generated,
    options: deployment.DeployOptions,
    reporter: reporting.TerminalReporter,
    *,
    recreate: bool = False,
) -> int:
    """Push, propose, have it reviewed, execute and watch; gives the exit code.

    Raises SslstackError, DeploymentFailed for a stack that failed or was rolled back.
    """
    from sslstack.cloudformation.origins import origins  # noqa: PLC0415 - late, see above
    from sslstack.deploy import proposal as proposals  # noqa: PLC0415
    from sslstack.deploy.deployed import read_deployed  # noqa: PLC0415
    from sslstack.deploy.keys import delivery  # noqa: PLC0415 - late, it imports boto3

    loaded = app.pipeline.load(folder, files.Reader())
    name = options.stack or loaded.stack.name
    reporter.origins = origins(loaded.stack, loaded.declared)
    deployed = read_deployed(aws, name)
    reporter.compared = deployment.compare(deployed, made)
    known = delivery.needs(loaded.stack, loaded.declared, folder.folder)
    needs = tuple(need for need in known if need.parameter not in options.stand_ins)
    proposal = _proposal(loaded, made, options, needs, reporter.compared.before)
    reporter.parameters = frozenset(proposal.parameters)
    proposals.parameters(proposal, deployed.stack)  # a key is not stored for a mistake
    if loaded.stack.key_delivery != "parameter":
        ask = deployment.passwords(options.password_file)
        for done in delivery.push(aws, loaded.stack.name, needs, ask, options.stack):
            if done.added:
                click.echo(f"{done.secret}: version added: {done.version}", err=True)
    return deploy_proposal(aws, proposal, reporter, deployed, recreate=recreate)


def deploy_proposal(
    aws: Aws,
    proposal: Proposal,
    reporter: reporting.TerminalReporter,
    deployed: Deployed,
    *,
    recreate: bool = False,
) -> int:
    """Propose, have it reviewed, execute and watch; gives the exit code.

    Raises SslstackError, DeploymentFailed for a stack that failed or was rolled back.
    """
    from sslstack.deploy.deployment import deploy  # noqa: PLC0415 - late, it imports boto3
    from sslstack.deploy.reporter import Detached  # noqa: PLC0415

    reporter.aws = aws
    try:
        outcome = deploy(
            aws, replace(proposal, origins=reporter.origins), reporter, deployed=deployed,
            execute_it=reporter.execute_it, recreate=recreate,
        )  # fmt: skip
    except Detached as left:
        return reporter.detached(left.arn)
    finally:
        reporter.settle()
    if outcome.end is not None:
        reporting.conclude(proposal.stack, outcome.end, outcome.change_set, reporter)
    elif not outcome.change_set.empty:
        if outcome.declined:
            found = outcome.change_set
            stays = f"of another run stays: {found.arn}"
            return reporter.declined(found, "is deleted" if found.ours else stays)
        reporter.waits(outcome.change_set)
    return 0


def checked(folder: StackFolder, *, regenerate: bool = False) -> generating.Generated:
    """Give the template of a stack, checked; with `regenerate` one that is out of date is written.

    Raises InputError where none can be written, CheckFailed where a finding is an error,
    SslstackError where it is out of date: what is deployed is what was reviewed.
    """
    cache = Cache(folder.root, enabled=False)  # nothing is deployed on the word of a cache
    made = generating.generate(folder, cache)
    found = cached_checks.check_generated(made, cache, datetime.datetime.now(datetime.UTC))
    said = [finding for finding in found if finding.rule != "template.stale"]
    if any(finding.severity is Severity.ERROR for finding in said):
        raise CheckFailed(said)
    if not made.fresh and not regenerate:
        raise SslstackError(
            f"{made.template} {'is out of date' if Path(made.template).exists() else 'is missing'}",
            hint="run 'sslstack generate' and review the change before you deploy it",
        )
    if not made.fresh:
        generating.write(made)
        click.echo(escaping.escape_line(f"{made.template}: written"), err=True)
    if said:
        click.echo(f"{findings_view.count(said)}: 'sslstack check' lists them", err=True)
    return made


def _proposal(
    loaded: app.pipeline.Loaded,
    made: generating.Generated,
    options: deployment.DeployOptions,
    needs: Collection[Need],
    deployed: Side,
) -> Proposal:
    """Give what is to be deployed; with `key_delivery: parameter` the keys are read for it.

    `deployed` is the template that is. Raises SslstackError for a key that cannot be delivered.
    """
    from sslstack.cloudformation import loads  # noqa: PLC0415 - late, it imports boto3
    from sslstack.deploy.keys import delivery  # noqa: PLC0415
    from sslstack.deploy.proposal import Proposal  # noqa: PLC0415
    from sslstack.deploy.protection import Protection  # noqa: PLC0415

    declared = loads(made.text).get("Parameters", {})
    findings_view.show(_left_out(loaded, options, declared), err=True)
    values = {**{k: v for k, v in options.shared.items() if k in declared}, **options.parameters}
    if loaded.stack.key_delivery == "parameter":
        certificates = deployed.facts.certificates.values()
        held = {(one.key.removeprefix("!Ref "), one.key_fingerprint) for one in certificates}
        ask = deployment.passwords(options.password_file)
        values |= {**options.stand_ins, **delivery.as_parameters(needs, ask, held, values)}
    return Proposal(
        stack=options.stack or loaded.stack.name,
        template=made.text,
        declared=declared,
        file=made.template,
        parameters=values,
        tags=options.tags,
        capabilities=options.capabilities,
        role_arn=options.role_arn,
        bucket=options.bucket,
        protection=options.protection or Protection(),
    )


def _left_out(
    loaded: app.pipeline.Loaded, options: deployment.DeployOptions, declared: Mapping[str, object]
) -> Iterator[Finding]:
    """Say which values of the environment are for other templates than this, or for none."""
    for name in options.shared:
        if name not in declared:
            near = find_nearest(name, declared)
            yield Finding(
                rule="deploy.parameter-left-out",
                message=f"the template has no parameter {name}",
                location=loaded.declared.at_key(
                    "environments", options.environment, "parameters", name
                ),
                severity=Severity.WARNING,
                hint=f"did you mean {near}?" if near else "its value is left out",
            )
