"""Commands of a deployment, each with what is there before it; what faults and signals strike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


from support.deployment_site import NAMED, STACK, THEIR_SET, TLS, Run, Site

BY_HAND = "by-hand"
_BALANCER = "WebLoadBalancer"
_PROTECTED, _OPEN = (
    f"    termination_protection: {word}\n    keep_load_balancers: {word}\n"
    for word in ("true", "false")
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A command, what is there before it, and how it ends.

    `prepare` may give the command's argument. What comes before the operation `since`, and from
    `until` on, is struck in other scenarios. `operations` are those that are struck.
    `inline` is the size, in bytes, of the largest template that goes without a bucket. Where it
    `resumes`, the printed command alone makes it whole after a kill.
    """

    command: tuple[str, ...]
    prepare: Callable[[Site], str | None] = lambda _: None
    code: int = 0
    since: str = ""
    until: str = ""
    inline: int = 51_200
    executes: bool = True
    resumes: bool = True
    cancels: bool = False
    operations: frozenset[str] = field(default_factory=frozenset)

    def begin(self, site: Site) -> tuple[str, ...]:
        """Prepare the site, and give the command."""
        site.reset()
        argument = self.prepare(site)
        return (*self.command, argument) if argument else self.command


_PUSH = ("push", "--environment", "prod")
_DEPLOY = ("deploy", "--environment", "prod", "--yes")


def _deployed(site: Site, protection: str = "") -> None:
    site.declare(protection=protection)
    site.run_well(*_DEPLOY)


def _renewed(site: Site, protection: str = "") -> None:
    _deployed(site, protection)
    site.certify("second")


def _replacing(site: Site) -> None:
    """Declare what replaces a load balancer, to which --yes alone does not agree."""
    _deployed(site)
    site.declare(NAMED + TLS + "services: {web: {scheme: internal}}\n")


def _under_review(site: Site) -> None:
    _deployed(site)
    site.propose_theirs(STACK, "UPDATE")


def _failing(site: Site) -> None:
    site.account.aws.fail(_BALANCER, "no such thing", operation="CREATE")


def _failing_update(site: Site) -> None:
    _renewed(site)
    site.account.aws.fail(_BALANCER, "no such thing", operation="UPDATE")


def _invalid(site: Site) -> None:
    site.account.aws.invalidate(_BALANCER, "Required property [Listeners] not found")


def _failed(site: Site) -> None:
    _failing(site)
    site.run_well(*_DEPLOY, code=4)


def _held(site: Site) -> None:
    _renewed(site)
    site.account.aws.hold(_BALANCER)


def _released(site: Site) -> None:
    _renewed(site, _PROTECTED)
    site.declare(protection=_OPEN)


def _renamed(site: Site) -> None:
    """Let a key be there already, which the environment's stack has another name for."""
    text = NAMED.replace(STACK, "store") + TLS
    site.declare(text)
    site.run_well(*_PUSH)
    site.declare(text, f"    stack: {STACK}\n")


def _thrice(site: Site) -> None:
    _deployed(site)
    for name in ("second", "third", "fourth"):
        site.certify(name)
        site.run_well(*_PUSH)


def _proposed(site: Site) -> str:
    out = site.run_well("deploy", "--environment", "prod", "--no-execute").out
    return next(line for line in out.splitlines() if line.startswith("arn:"))


def _listed(site: Site) -> None:
    """Have a certificate of which only ACM can tell."""
    acm = site.account.client("acm")
    arn = acm.request_certificate(DomainName="shop.example")["CertificateArn"]
    site.declare(f"{NAMED}listeners:\n  web:443: {{certificate: {arn!r}}}\n")
    site.run_well(*_DEPLOY)


def _by_hand(site: Site) -> None:
    site.declare(NAMED)
    site.account.client("elb").create_load_balancer(
        LoadBalancerName=BY_HAND,
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 443, "InstancePort": 3000}],
        Subnets=site.account.network["Subnets"].split(","),
    )


_ADOPT = ("adopt", BY_HAND, "--environment", "prod", "--yes", "--overwrite")
SCENARIOS = {
    "created": Scenario(
        command=_DEPLOY,
        prepare=lambda site: site.declare(protection=_PROTECTED),
        operations=frozenset({
            "CreateChangeSet", "CreateSecret", "DescribeChangeSet", "DescribeSecret",
            "DescribeStackEvents", "DescribeStacks", "ExecuteChangeSet", "GetCallerIdentity",
            "GetStackPolicy", "SetStackPolicy", "UpdateSecretVersionStage",
            "UpdateTerminationProtection",
        }),
    ),
    "updated": Scenario(
        command=_DEPLOY,
        prepare=_renewed,
        operations=frozenset({
            "CreateChangeSet", "DescribeChangeSet", "DescribeSecret", "DescribeStackEvents",
            "DescribeStacks", "ExecuteChangeSet", "GetCallerIdentity", "GetTemplate",
            "PutSecretValue",
        }),
    ),
    "unchanged": Scenario(
        command=_DEPLOY,
        prepare=_under_review,
        since="CreateChangeSet",
        operations=frozenset({
            "CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet",
        }),
    ),
    "released": Scenario(
        command=_DEPLOY,
        prepare=_released,
        resumes=False,  # what has ended is protected as it is: only the declarations release it
        since="GetStackPolicy",
        operations=frozenset({
            "DescribeStackEvents", "DescribeStacks", "ExecuteChangeSet", "GetStackPolicy",
            "SetStackPolicy", "UpdateTerminationProtection",
        }),
    ),
    "failed": Scenario(
        command=_DEPLOY,
        prepare=_failing,
        code=4,
        since="ExecuteChangeSet",
        operations=frozenset({
            "DescribeStackEvents", "DescribeStacks", "ExecuteChangeSet",
        }),
    ),
    "rolled back": Scenario(
        command=_DEPLOY,
        prepare=_failing_update,
        code=4,
        since="ExecuteChangeSet",
        operations=frozenset({
            "DescribeStackEvents", "DescribeStacks", "ExecuteChangeSet",
        }),
    ),
    "cancelled": Scenario(
        command=_DEPLOY,
        prepare=_held,
        code=4,
        cancels=True,
        since="CancelUpdateStack",
        operations=frozenset({
            "CancelUpdateStack", "DescribeStackEvents", "DescribeStacks",
        }),
    ),
    "recreated": Scenario(
        command=(*_DEPLOY, "--recreate"),
        prepare=_failed,
        until="DescribeChangeSet",
        operations=frozenset({
            "CreateChangeSet", "DeleteStack", "DescribeSecret", "DescribeStackEvents",
            "DescribeStacks", "GetCallerIdentity", "ListStackResources",
        }),
    ),
    "not agreed to": Scenario(
        command=_DEPLOY,
        prepare=_replacing,
        code=1,
        executes=False,
        since="CreateChangeSet",
        operations=frozenset({
            "CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet",
            "GetStackPolicy",
        }),
    ),
    "refused": Scenario(
        command=_DEPLOY,
        prepare=_invalid,
        code=1,
        executes=False,
        since="CreateChangeSet",
        operations=frozenset({
            "CreateChangeSet", "DeleteChangeSet", "DeleteStack", "DescribeChangeSet",
            "DescribeEvents", "DescribeStacks", "ListChangeSets",
        }),
    ),
    "executed": Scenario(
        command=("execute",),  # and the ARN that was printed
        prepare=_proposed,
        operations=frozenset({
            "DescribeChangeSet", "DescribeStackEvents", "DescribeStacks", "ExecuteChangeSet",
            "GetCallerIdentity", "GetTemplate",
        }),
    ),
    "proposed": Scenario(
        command=(*_DEPLOY[:-1], "--no-execute"),
        since="CreateChangeSet",
        operations=frozenset({
            "CreateChangeSet", "DescribeChangeSet",
        }),
    ),
    "by parameter": Scenario(
        command=_DEPLOY,
        prepare=lambda site: site.declare(f"{NAMED}key_delivery: parameter\n{TLS}"),
        since="CreateChangeSet",
        until="DescribeStackEvents",
        operations=frozenset({
            "CreateChangeSet", "DescribeChangeSet", "DescribeStacks", "ExecuteChangeSet",
        }),
    ),
    "renamed": Scenario(
        command=_DEPLOY,
        prepare=_renamed,
        until="CreateChangeSet",
        operations=frozenset({
            "DescribeSecret", "DescribeStacks", "GetCallerIdentity", "TagResource",
        }),
    ),
    "large": Scenario(
        command=_DEPLOY,
        inline=100,
        since="PutObject",
        until="CreateChangeSet",
        operations=frozenset({
            "PutObject",
        }),
    ),
    "pruned": Scenario(
        command=(*_PUSH, "--prune"),
        prepare=_thrice,
        since="ListSecretVersionIds",
        operations=frozenset({
            "DescribeSecret", "DescribeStacks", "GetTemplate", "ListChangeSets",
            "ListSecretVersionIds", "UpdateSecretVersionStage",
        }),
    ),
    "compared": Scenario(
        command=("status", "--environment", "prod", "--exit-code"),
        prepare=_deployed,
        executes=False,
        operations=frozenset({
            "DescribeStacks", "GetCallerIdentity", "GetTemplate", "ListChangeSets",
        }),
    ),
    "listed": Scenario(
        command=("list", "--stack-name", STACK),
        prepare=_listed,
        executes=False,
        operations=frozenset({
            "DescribeCertificate", "DescribeStacks", "GetTemplate",
        }),
    ),
    "adopted": Scenario(
        command=_ADOPT,
        prepare=_by_hand,
        operations=frozenset({
            "CreateChangeSet", "DescribeChangeSet", "DescribeLoadBalancerAttributes",
            "DescribeLoadBalancerPolicies", "DescribeLoadBalancers", "DescribeStackEvents",
            "DescribeStackResources", "DescribeStacks", "ExecuteChangeSet", "GetCallerIdentity",
        }),
    ),
}  # fmt: skip


def check_nothing_is_left_unnamed(
    site: Site, run: Run, command: tuple[str, ...], *, killed: bool = False
) -> None:
    """Whatever of ours waits in the account has been named by a command, or to it.

    Not so a stack without anything in it, by a command that was `killed`.
    """
    if site.stack is None:
        return
    ours = [one for one in site.change_sets() if one["ChangeSetName"] != THEIR_SET]
    for one in ours:
        if one["ExecutionStatus"] == "AVAILABLE":
            said = run.said + " ".join(command)
            named = one["ChangeSetId"] in said or one["ChangeSetName"] in said
            assert named, run
    if site.stack["StackStatus"] == "REVIEW_IN_PROGRESS" and not ours and not killed:
        assert f"of stack {STACK} may still exist" in run.said, run


def resume(site: Site, run: Run) -> list[int]:
    """Do what a command said how to come back, past all faults; gives the exit codes."""
    before, site.endpoint = site.endpoint, ""
    try:
        return [site.run("execute", arn).code for arn in run.resumable]
    finally:
        site.endpoint = before


def go_on(
    site: Site, scenario: Scenario, run: Run, command: tuple[str, ...], wanted: dict[str, Any]
) -> Run:
    """Do what anybody would who is not told how to come back: the same again.

    Gives all that was said.
    """
    if site.state() == wanted:
        return run
    again = site.run_well(*command, code=scenario.code)
    return Run(again.code, run.said, again.said)
