"""`sslstack adopt`: a load balancer that was made by hand, declared and taken into a stack."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sslstack import escaping, files
from sslstack.app.editing import listeners, session
from sslstack.cli import deploy, deployment, editing, reporting
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.errors import InputError
from sslstack.findings import Finding, Location
from sslstack.views import findings as findings_view

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sslstack import compose
    from sslstack.adoption import (
        DeclaredLoadBalancer,
        LiveLoadBalancer,
        StackReferences,
        TargetStack,
    )
    from sslstack.app.editing.session import Editing
    from sslstack.app.generating import Generated
    from sslstack.app.pipeline import Loaded
    from sslstack.aws.client import Aws
    from sslstack.deploy.proposal import Proposal
    from sslstack.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptOptions:
    """Options of an adoption, from the command line and from the environment in ssl.yml.

    `stack` is the deployed stack's name where it differs, `parameters` are the values that the
    environment declares.
    """

    load_balancer: str
    service: str | None = None
    stack: str = ""
    role_arn: str = ""
    bucket: str = ""
    capabilities: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    overwrite: bool = False
    import_it: bool = True


@click.command(epilog="Example: sslstack adopt mydomain-web --service web")
@click.argument("load_balancer", metavar="LOAD_BALANCER")
@click.argument("stack", required=False)
@click.option("--service", metavar="NAME", help="The compose service behind it; else by ports.")
@deployment.session
@deployment.environment
@deployment.change_set
@click.option("--overwrite", is_flag=True, help="Replace what ssl.yml says of the service.")
@click.option("--no-import", is_flag=True, help="Write ssl.yml and the template only.")
@click.option("--no-execute", is_flag=True, help="Leave the change set for 'sslstack execute'.")
@click.option("--yes", is_flag=True, help="Import without asking.")
def command(
    load_balancer: str,
    stack: str | None,
    *,
    service: str | None,
    profile: str | None,
    region: str | None,
    environment: str | None,
    role_arn: str,
    bucket: str,
    capabilities: tuple[str, ...],
    overwrite: bool,
    no_import: bool,
    no_execute: bool,
    yes: bool,
) -> int:
    """Take a classic load balancer that was made, or changed, by hand into a stack.

    LOAD_BALANCER is its name at AWS. How it is goes into ssl.yml, an import change set makes it
    the stack's as it is, and what 'sslstack deploy' would then change is shown. Nothing of the
    load balancer changes meanwhile.
    """
    opened = editing.lone(stack)
    where = deployment.environment_of(opened.declared, environment)
    opened = replace(opened, folder=opened.folder.within(environment or ""))
    options = AdoptOptions(
        load_balancer=load_balancer,
        service=service,
        stack=where.stack or "",
        role_arn=role_arn or where.role_arn or "",
        bucket=bucket or where.bucket or "",
        capabilities=capabilities,
        parameters=where.parameters,
        overwrite=overwrite,
        import_it=not no_import,
    )
    reporter = reporting.TerminalReporter(yes=yes, execute_it=not no_execute)
    return adopt(deployment.connect(profile, region, where), opened, options, reporter)


def adopt(
    aws: Aws, opened: Editing, options: AdoptOptions, reporter: reporting.TerminalReporter
) -> int:
    """Read, declare, generate, import; gives the exit code. Raises SslstackError."""
    from sslstack import adoption, declaration  # noqa: PLC0415 - late, they import much
    from sslstack.cloudformation import loads  # noqa: PLC0415
    from sslstack.cloudformation.names import load_balancer_id  # noqa: PLC0415
    from sslstack.stack import load_project  # noqa: PLC0415

    live = adoption.read(aws, options.load_balancer)
    project = load_project(
        declaration.apply_environment(opened.declared, opened.folder.environment),
        opened.folder.folder,
        files.Reader(),
    )
    service = adoption.choose(live, project, options.service)
    title = load_balancer_id(service.name, live.balancer.kind)
    before = editing.check(opened, opened.text)
    stack = adoption.read_target(aws, options.stack or before.stack.name)
    mine = adoption.has_load_balancer(aws, stack, live, title)
    own = adoption.read_references(
        stack.resources, title, stack.template, before.declared, service.name
    )
    coming = {} if mine else options.parameters
    declared = adoption.declare(
        live, service, own, adoption.find_subnets({**stack.values, **coming})
    )
    declaring = _declaring(opened, before.stack, service, declared, overwrite=options.overwrite)
    made = _written(opened, declaring)
    if mine:
        differs = _show_difference(made, "deployed", stack.template, stack.deployed.template)
        then = "'sslstack deploy' is next" if differs else "there is nothing to deploy"
        click.echo(f"{live.name} is in stack {stack.name} already: {then}", err=True)
        return 0
    proposal = _proposal(stack, live, title, own, made=made, options=options)
    imported = loads(proposal.template, stack.name)
    _show_difference(made, f"{live.name} as it is", imported, proposal.template)
    if not options.import_it:
        click.echo("not imported; the same without --no-import does it", err=True)
        return 0
    reporter.origins = made.origins
    code = deploy.deploy_proposal(aws, proposal, reporter, stack.deployed)
    if code == 0 and reporter.execute_it:
        click.echo(
            f"{live.name} outlives the stack until 'sslstack deploy' brings it to what is declared;"
            " commit ssl.yml and the template first",
            err=True,
        )
    return code


def _proposal(
    stack: TargetStack,
    live: LiveLoadBalancer,
    title: str,
    own: StackReferences,
    *,
    made: Generated,
    options: AdoptOptions,
) -> Proposal:
    """Give the import of a load balancer as it is."""
    from sslstack import adoption  # noqa: PLC0415 - late, it imports much
    from sslstack.cloudformation import dumps, loads  # noqa: PLC0415
    from sslstack.deploy.proposal import Import, Proposal  # noqa: PLC0415

    values = stack.values if stack.deployed.template else options.parameters
    mapping, parameters = adoption.build_import(
        live, title, stack.template, values, loads(made.text), own=own
    )
    name = {"LoadBalancerName": live.name}
    return Proposal(
        stack=stack.name,
        template=dumps(mapping),
        declared=mapping.get("Parameters", {}),
        file=made.template,
        parameters=parameters,
        role_arn=options.role_arn,
        bucket=options.bucket,
        capabilities=options.capabilities,
        imports=(Import(logical_id=title, type=CLASSIC, identifier=name),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declaring:
    """What ssl.yml is to say, judged, and the files beside it."""

    declared: DeclaredLoadBalancer
    loaded: Loaded
    text: str
    beside: dict[Path, bytes]


def _declaring(
    opened: Editing,
    before: Stack,
    service: compose.Service,
    declared: DeclaredLoadBalancer,
    *,
    overwrite: bool,
) -> _Declaring:
    """Work out what ssl.yml is to say; nothing is written yet.

    What means the same as `before` already stays as it is written: it is compared with what
    would be if all stood where it stands for every environment.
    """
    from sslstack import adoption  # noqa: PLC0415 - late, it imports much

    folder, environment = opened.folder.folder, opened.folder.environment
    beside = {folder / path: content for path, content in declared.files.items()}

    def edited(
        kept: Collection[adoption.Path] = (), *, apart: bool = False, overwrite: bool = True
    ) -> tuple[str, Loaded]:
        text = adoption.edit_declaration(
            opened.text, opened.declared, service.name, declared,
            environment=environment, apart=apart, overwrite=overwrite, kept=kept,
        )  # fmt: skip
        return text, editing.check(opened, text, beside)

    kept = adoption.find_unchanged(before, edited()[1].stack, service.name)
    apart = adoption.belongs_to_environment(opened.declared, service.name)
    text, loaded = edited(kept, apart=apart, overwrite=overwrite)
    return _Declaring(declared=declared, loaded=loaded, text=text, beside=_new(beside, loaded))


def _new(beside: Mapping[Path, bytes], loaded: Loaded) -> dict[Path, bytes]:
    """Give the files that are declared and not there yet.

    Raises InputError where something else is in their place: nothing is written over.
    """
    folder = Path(loaded.declared.document.file).parent
    listeners = loaded.declared.ssl.listeners.values()
    named = {folder / path for one in listeners for path in one.backend.trusted_keys}
    reader = files.Reader()
    there = [path for path in beside if path in named and reader.exists(path)]
    if taken := [
        one for one in there if reader.seen[str(one)] != files.compute_digest(beside[one])
    ]:
        raise InputError(
            Finding(
                rule="adoption.file-exists",
                message="a backend's public key belongs here, and something else is in the file",
                location=Location(str(path)),
                hint="move it away; nothing is written over",
            )
            for path in taken
        )
    return {path: beside[path] for path in beside if path in named and path not in there}


def _written(opened: Editing, declaring: _Declaring) -> Generated:
    """Write ssl.yml and the template, and say what they hold."""
    declared = declaring.declared
    findings_view.show(declared.findings, err=True)
    if declaring.text != opened.text or not opened.folder.declaration.exists():
        session.write(opened, declaring.text, declaring.beside)
        for path in (*declaring.beside, opened.folder.declaration):
            click.echo(escaping.escape_line(f"{path}: written"), err=True)
    for target, listener in declared.listeners.items():
        shown = listeners.describe(declaring.loaded, target)
        click.echo(f"{target}  {shown}  {listener.get('certificate', '')}".rstrip())
    environment = opened.folder.environment
    where = declaring.loaded.declared.ssl.environments.get(environment)
    unit = deployment.unit(opened.folder.within(""), environment, where)
    return deploy.checked(unit, regenerate=True)


def _show_difference(made: Generated, base: str, before: Mapping[str, Any], text: str) -> bool:
    """Show what the declarations would change of a template; tells whether they would."""
    from sslstack import diff  # noqa: PLC0415 - late, as above
    from sslstack.cloudformation import loads  # noqa: PLC0415
    from sslstack.views.review import text as view  # noqa: PLC0415

    after = diff.side(made.text, loads(made.text, made.template))
    review = diff.review(made.template, base, diff.side(text, before), after)
    click.echo(view.text([review]), nl=False)
    return bool(review.diff)
