"""A deployment: check the template, push keys, create a change set, review and execute it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sslstack import files
from sslstack.app import cached_checks, generating, pipeline
from sslstack.app.deployed import compare_deployed
from sslstack.app.passwords import Passwords
from sslstack.cache import Cache
from sslstack.cloudformation import loads
from sslstack.cloudformation.origins import origins
from sslstack.deploy import deployment
from sslstack.deploy import proposal as proposals
from sslstack.deploy import reporter as reporters
from sslstack.deploy.deployed import read_deployed
from sslstack.deploy.keys import delivery
from sslstack.deploy.proposal import Proposal
from sslstack.deploy.protection import Protection
from sslstack.errors import CheckFailed, SslstackError
from sslstack.findings import Finding, Severity, find_nearest
from sslstack.views import findings as findings_view

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sslstack.aws.client import Aws
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.deployed import Deployed
    from sslstack.deploy.events import End
    from sslstack.deploy.keys.delivery import Need
    from sslstack.diff import Side
    from sslstack.workspace import StackFolder


class Reporter(reporters.Reporter, Protocol):
    """Shows a deployment from its beginning to its end; `execute_it` if it is to be executed."""

    execute_it: bool

    def prepare(self, **known: Any) -> None:
        """Take what is known about the deployment: fields of the command line's `Context`."""

    def notify(self, text: str) -> None:
        """Show a line."""

    def show_findings(self, findings: Iterable[Finding]) -> None:
        """Show findings that do not stop the deployment."""

    def settle(self) -> None:
        """End what is shown live."""

    def conclude(self, stack: str, end: End, change_set: ChangeSet) -> None:
        """Show how it ended; raises DeploymentFailed."""

    def conclude_waiting(self, change_set: ChangeSet) -> None:
        """Show which change set waits to be executed."""

    def conclude_declined(self, change_set: ChangeSet, fate: str) -> int:
        """Show that a change set was declined; returns the exit code."""

    def conclude_detached(self, arn: str) -> int:
        """Show that the deployment continues; returns the exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """What options and the environment declare of a deployment.

    `stack` is the deployed stack's name where it is not the declared one. `shared` are the values
    that the `environment` has for all its templates: those of other parameters are left out.
    `stand_ins` are values for parameters of private keys, used instead of the keys. `tags` of None
    leave the stack's tags as they are.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] | None = None
    role_arn: str = ""
    bucket: str = ""
    capabilities: tuple[str, ...] = ()
    passwords: Passwords = field(default_factory=Passwords)
    stack: str = ""
    environment: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    protection: Protection | None = None


def generate_checked(
    folder: StackFolder, notify: Callable[[str], object], *, regenerate: bool = False
) -> generating.Generated:
    """Return the template of a stack, checked; with `regenerate` it is written if out of date.

    Raises InputError where none can be made, CheckFailed where a finding is an error,
    SslstackError where the file is out of date: only a reviewed template is deployed.
    """
    cache = Cache(folder.root, enabled=False)  # a deployment trusts no cache
    made = generating.generate(folder, cache)
    found = cached_checks.check_generated(made, cache, datetime.datetime.now(datetime.UTC))
    findings = [finding for finding in found if finding.rule != "template.stale"]
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise CheckFailed(findings)
    if not made.fresh and not regenerate:
        raise SslstackError(
            f"{made.template} {'is out of date' if Path(made.template).exists() else 'is missing'}",
            hint="run 'sslstack generate' and review the change before you deploy it",
        )
    if not made.fresh:
        generating.write(made)
        notify(f"{made.template}: written")
    if findings:
        notify(f"{findings_view.count(findings)}: 'sslstack check' lists them")
    return made


def deploy_stack(
    aws: Aws,
    folder: StackFolder,
    made: generating.Generated,
    options: DeployOptions,
    reporter: Reporter,
    *,
    recreate: bool = False,
) -> int:
    """Push keys, create a change set, have it reviewed, execute it; returns the exit code.

    With `recreate` a stack whose creation failed is deleted first. Raises SslstackError, and
    DeploymentFailed where the stack failed or was rolled back.
    """
    loaded = pipeline.load(folder, files.Reader())
    deployed = read_deployed(aws, options.stack or loaded.stack.name)
    compared = compare_deployed(deployed, made)
    known = delivery.find_needs(loaded.stack, loaded.declared, folder.folder)
    needs = tuple(need for need in known if need.parameter not in options.stand_ins)
    reporter.show_findings(_find_unused_values(loaded, options, loads(made.text)))
    proposal = _build_proposal(loaded, made, options, needs, compared.before)
    reporter.prepare(compared=compared, parameters=frozenset(proposal.parameters))
    proposals.choose_parameters(proposal, deployed.stack)  # before a key is stored
    if loaded.stack.key_delivery != "parameter":
        ask = options.passwords.read
        for done in delivery.push_keys(aws, loaded.stack.name, needs, ask, options.stack):
            if done.added:
                reporter.notify(f"{done.secret}: version added: {done.version}")
    return deploy_proposal(aws, proposal, reporter, deployed, recreate=recreate)


def deploy_proposal(
    aws: Aws,
    proposal: Proposal,
    reporter: Reporter,
    deployed: Deployed,
    *,
    recreate: bool = False,
) -> int:
    """Create a change set, have it reviewed, execute it; returns the exit code.

    Raises SslstackError, and DeploymentFailed where the stack failed or was rolled back.
    """
    reporter.prepare(aws=aws, origins=proposal.origins)
    try:
        outcome = deployment.deploy(
            aws, proposal, reporter, deployed=deployed,
            execute_it=reporter.execute_it, recreate=recreate,
        )  # fmt: skip
    except reporters.Detached as left:
        return reporter.conclude_detached(left.arn)
    finally:
        reporter.settle()
    change_set = outcome.change_set
    if outcome.end is not None:
        reporter.conclude(proposal.stack, outcome.end, change_set)
    elif outcome.declined and not change_set.empty:
        kept = f"change set {change_set.arn} of another run is kept"
        return reporter.conclude_declined(
            change_set, "change set deleted" if change_set.ours else kept
        )
    elif not change_set.empty:
        reporter.conclude_waiting(change_set)
    return 0


def _build_proposal(
    loaded: pipeline.Loaded,
    made: generating.Generated,
    options: DeployOptions,
    needs: Collection[Need],
    deployed: Side,
) -> Proposal:
    """Return what to deploy; with `key_delivery: parameter` the keys are read for it.

    `deployed` is the deployed template. Raises SslstackError for a key that cannot be delivered.
    """
    declared = loads(made.text).get("Parameters", {})
    shared = {name: value for name, value in options.shared.items() if name in declared}
    values = {**shared, **options.parameters}
    if loaded.stack.key_delivery == "parameter":
        certificates = deployed.facts.certificates.values()
        held = {(one.key.removeprefix("!Ref "), one.key_fingerprint) for one in certificates}
        ask = options.passwords.read
        values |= {**options.stand_ins, **delivery.read_parameters(needs, ask, held, values)}
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
        origins=origins(loaded.stack, loaded.declared),
    )


def _find_unused_values(
    loaded: pipeline.Loaded, options: DeployOptions, template: Mapping[str, Any]
) -> Iterator[Finding]:
    """Find the values of the environment that this template has no parameter for."""
    declared = template.get("Parameters", {})
    for name in options.shared:
        if name not in declared:
            near = find_nearest(name, declared)
            place = loaded.declared.at_key("environments", options.environment, "parameters", name)
            yield Finding(
                rule="deploy.parameter-left-out",
                message=f"the template has no parameter {name}",
                location=place,
                severity=Severity.WARNING,
                hint=f"did you mean {near}?" if near else "its value is not used",
            )
