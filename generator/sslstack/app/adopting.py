"""Taking an existing load balancer into a stack: declare it, import it, show what follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sslstack import adoption, declaration, diff, files
from sslstack.app import deploying
from sslstack.app.deploying import deploy_proposal, generate_checked
from sslstack.app.editing import listeners, session, targets
from sslstack.app.environments import template_folder
from sslstack.cloudformation import dumps, loads
from sslstack.cloudformation.names import load_balancer_id
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.deploy.proposal import Import, Proposal
from sslstack.errors import InputError
from sslstack.findings import Finding, Location
from sslstack.stack import load_project
from sslstack.views.review import text as view

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
    from sslstack.stack import Stack


class Reporter(deploying.Reporter, Protocol):
    """A deployment's reporter that also shows what is declared and what would change."""

    def show(self, text: str) -> None:
        """Show data: text with its line feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptOptions:
    """What to adopt, and whether to import it.

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


def adopt(aws: Aws, opened: Editing, options: AdoptOptions, reporter: Reporter) -> int:
    """Read a load balancer, declare it, generate, import it; returns the exit code.

    Raises SslstackError.
    """
    live = adoption.read(aws, options.load_balancer)
    project = load_project(
        declaration.apply_environment(opened.declared, opened.folder.environment),
        opened.folder.folder,
        files.Reader(),
    )
    service = adoption.choose(live, project, options.service)
    title = load_balancer_id(service.name, live.balancer.kind)
    before = targets.check_edit(opened, opened.text)
    stack = adoption.read_target(aws, options.stack or before.stack.name)
    mine = adoption.has_load_balancer(aws, stack, live, title)
    own = adoption.read_references(
        stack.resources, title, stack.template, before.declared, service.name
    )
    coming = {} if mine else options.parameters
    declared = adoption.declare(
        live, service, own, adoption.find_subnets({**stack.values, **coming})
    )
    planned = _plan_declaration(
        opened, before.stack, service, declared, overwrite=options.overwrite
    )
    made = _write(opened, planned, reporter)
    if mine:
        differs = _show_difference(
            reporter, made, "deployed", stack.template, stack.deployed.template
        )
        then = "run 'sslstack deploy' next" if differs else "nothing to deploy"
        reporter.notify(f"{live.name} is already in stack {stack.name}: {then}")
        return 0
    proposal = _build_import(stack, live, title, own, made=made, options=options)
    imported = loads(proposal.template, stack.name)
    _show_difference(reporter, made, f"{live.name} as it is", imported, proposal.template)
    if not options.import_it:
        reporter.notify("not imported; to import it, run the same command without --no-import")
        return 0
    code = deploy_proposal(aws, proposal, reporter, stack.deployed)
    if code == 0 and reporter.execute_it:
        reporter.notify(
            f"deleting the stack keeps {live.name} until the next 'sslstack deploy'; "
            "commit ssl.yml and the template first"
        )
    return code


def _build_import(
    stack: TargetStack,
    live: LiveLoadBalancer,
    title: str,
    own: StackReferences,
    *,
    made: Generated,
    options: AdoptOptions,
) -> Proposal:
    """Return the import of a load balancer as it is."""
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
        origins=made.origins,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlannedDeclaration:
    """The new text of ssl.yml, checked, and the files to write with it."""

    declared: DeclaredLoadBalancer
    loaded: Loaded
    text: str
    beside: dict[Path, bytes]


def _plan_declaration(
    opened: Editing,
    before: Stack,
    service: compose.Service,
    declared: DeclaredLoadBalancer,
    *,
    overwrite: bool,
) -> _PlannedDeclaration:
    """Plan the new text of ssl.yml; nothing is written yet.

    Text that has the same meaning as `before` stays as it is written: this is compared with the
    stack that would result if everything were declared for every environment.
    """
    folder, environment = opened.folder.folder, opened.folder.environment
    beside = {folder / path: content for path, content in declared.files.items()}

    def edit_text(
        kept: Collection[adoption.Path] = (), *, apart: bool = False, overwrite: bool = True
    ) -> tuple[str, Loaded]:
        text = adoption.edit_declaration(
            opened.text, opened.declared, service.name, declared,
            environment=environment, apart=apart, overwrite=overwrite, kept=kept,
        )  # fmt: skip
        return text, targets.check_edit(opened, text, beside)

    kept = adoption.find_unchanged(before, edit_text()[1].stack, service.name)
    apart = adoption.belongs_to_environment(opened.declared, service.name)
    text, loaded = edit_text(kept, apart=apart, overwrite=overwrite)
    return _PlannedDeclaration(
        declared=declared, loaded=loaded, text=text, beside=_find_new_files(beside, loaded)
    )


def _find_new_files(beside: Mapping[Path, bytes], loaded: Loaded) -> dict[Path, bytes]:
    """Return the files that are declared and do not exist yet.

    Raises InputError where a file has other content: nothing is overwritten.
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
                message="exists with other content; the backend's public key would be written here",
                location=Location(str(path)),
                hint="move the file away: it is not overwritten",
            )
            for path in taken
        )
    return {path: beside[path] for path in beside if path in named and path not in there}


def _write(opened: Editing, planned: _PlannedDeclaration, reporter: Reporter) -> Generated:
    """Write ssl.yml and the template, and show what they declare."""
    declared = planned.declared
    reporter.show_findings(declared.findings)
    if planned.text != opened.text or not opened.folder.declaration.exists():
        session.write(opened, planned.text, planned.beside)
        for path in (*planned.beside, opened.folder.declaration):
            reporter.notify(f"{path}: written")
    for target, listener in declared.listeners.items():
        shown = listeners.describe(planned.loaded, target)
        shown = f"{target}  {shown}  {listener.get('certificate', '')}"
        reporter.show(f"{shown.rstrip()}\n")
    environment = opened.folder.environment
    where = planned.loaded.declared.ssl.environments.get(environment)
    unit = template_folder(opened.folder.within(""), environment, where)
    return generate_checked(unit, reporter.notify, regenerate=True)


def _show_difference(
    reporter: Reporter, made: Generated, base: str, before: Mapping[str, Any], text: str
) -> bool:
    """Show what the declarations would change in a template; returns whether they would."""
    after = diff.side(made.text, loads(made.text, made.template))
    review = diff.review(made.template, base, diff.side(text, before), after)
    reporter.show(view.text([review]))
    return bool(review.diff)
