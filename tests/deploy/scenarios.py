"""Commands of a deployment, each with what is there before it; what faults and signals strike.

A `Site` is a folder and an account that begin anew for every scenario, but for a stack and a
change set of somebody else, which have to outlive all of them.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pki
from sslstack import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulated import Cloud
    from sslstack.aws.door import Aws

STACK, BY_HAND, THEIRS, BUCKET = "shop", "by-hand", "theirs", "templates"
THEIR_SET = f"sslstack-{'0' * 32}"
"""The name of a change set of another run, which nothing but its author may take away."""
PATIENCE = 0.25
"""Seconds until an answer that does not come is given up."""
_COMPOSE = "services: {web: {image: x, ports: ['443:3000']}}\n"
_BALANCER = "WebLoadBalancer"
_DECLARATION = """\
version: 1
stack: shop
"""
_TLS = """\
certificates:
  site: {certificate: site.crt, private_key: site.key, untrusted: true}
listeners:
  web:443: {certificate: site}
"""
_PROTECTED, _OPEN = (
    f"    termination_protection: {word}\n    keep_load_balancers: {word}\n"
    for word in ("true", "false")
)
_TOPIC = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
_EVENT = re.compile(r"^\d\d:\d\d:\d\d ")
_VARYING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=by-hand-)\w+"
    r"|(?<=shop-Web)\S+|sslstack-[0-9a-f]{12}\S*"
)
_NAMED = re.compile(r"sslstack execute (arn:[^\s']+)")


class Run(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was printed."""
        return self.out + self.err

    @property
    def resumable(self) -> list[str]:
        """The change sets that a printed command goes on with."""
        return list(dict.fromkeys(_NAMED.findall(self.said)))

    @property
    def events(self) -> Counter[str]:
        """Every step shown, without its time, and how often it was."""
        return Counter(line[9:] for line in self.said.splitlines() if _EVENT.match(line))

    @property
    def verdict(self) -> list[str]:
        """All that was said but the steps: without what differs from one run to the next."""
        lines = [line for line in self.said.splitlines() if not _EVENT.match(line)]
        return [_VARYING.sub("...", line) for line in lines]


@dataclass
class Site:
    """The folder, and the account as commands reach it: at `endpoint`."""

    folder: Path
    account: Cloud
    endpoint: str = ""

    def connect(self, profile: str | None, region: str | None) -> Aws:
        """Stand in for the product's own: it waits for a moment only, and loses patience soon."""
        del profile, region
        if not self.endpoint:
            return self.account.door()
        return self.account.door(endpoint_url=self.endpoint, patience=PATIENCE)

    def run(self, *command: str) -> Run:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(list(command))
        assert "PRIVATE KEY" not in out.getvalue() + err.getvalue()
        return Run(code, out.getvalue(), err.getvalue())

    def run_well(self, *command: str, code: int = 0) -> Run:
        """Run a command past all faults; it has to end as expected."""
        before, self.endpoint = self.endpoint, ""
        try:
            done = self.run(*command)
        finally:
            self.endpoint = before
        assert done.code == code, done
        return done

    def reset(self) -> None:
        """Empty folder and account, but for what is somebody else's."""
        self._forget()
        shutil.rmtree(self.folder / "templates", ignore_errors=True)
        (self.folder / "docker-compose.yml").write_text(_COMPOSE)
        self.certify("first")
        self.declare()

    def _forget(self) -> None:
        stacks = self.account.stacks
        self.account.aws.relent()
        if self.stack is not None:
            stacks.update_termination_protection(StackName=STACK, EnableTerminationProtection=False)
            self.account.delete(STACK)
        for found in self.account.balancers:
            name = found["LoadBalancerName"]
            self.account.client("elb").delete_load_balancer(LoadBalancerName=name)
        secrets = self.account.client("secretsmanager")
        for secret in secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]:
            secrets.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
        s3 = self.account.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            s3.delete_object(Bucket=BUCKET, Key=one["Key"])
        if self.account.stack(THEIRS) is None:
            self.propose_theirs(THEIRS, "CREATE")

    def propose_theirs(self, stack: str, kind: str) -> None:
        """Let somebody else propose a change."""
        self.account.settled_change_set(
            self.account.stacks.create_change_set(
                StackName=stack, ChangeSetName=THEIR_SET, ChangeSetType=kind, TemplateBody=_TOPIC
            )["Id"]
        )

    def certify(self, name: str) -> None:
        """Put another certificate, and its key, in the place of the one that is there."""
        issued = _issued(f"{name}.example")
        issued.write(self.folder)

    def declare(self, text: str = _DECLARATION + _TLS, protection: str = "") -> None:
        """Write ssl.yml, with an environment for the emulated account."""
        network = self.account.network
        (self.folder / "ssl.yml").write_text(
            f"{text}environments:\n  prod:\n"
            f'    account: "{self.account.aws.account}"\n    bucket: {BUCKET}\n'
            f"    parameters: {{VpcId: {network['VpcId']}, Subnets: [{network['Subnets']}]}}\n"
            f"{protection}"
        )

    @property
    def stack(self) -> dict[str, Any] | None:
        """The stack as AWS describes it, None when there is none."""
        return self.account.stack(STACK)

    def change_sets(self, stack: str = STACK) -> list[dict[str, Any]]:
        """Give the change sets of a stack."""
        found: list[dict[str, Any]] = self.account.stacks.list_change_sets(StackName=stack)[
            "Summaries"
        ]
        return found

    def state(self) -> dict[str, Any]:
        """Give all that a command may have done, in a form that two runs can be compared by."""
        secrets = self.account.client("secretsmanager")
        versions = {
            one["Name"]: {
                key: sorted({*names}) for key, names in one["SecretVersionsToStages"].items()
            }
            for one in secrets.list_secrets()["SecretList"]
        }
        objects = self.account.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return {
            "secrets": versions,
            "balancers": sorted(
                str(
                    [entry["Listener"]["LoadBalancerPort"] for entry in one["ListenerDescriptions"]]
                )
                for one in self.account.balancers
            ),
            "certificates": len(self.account.certificates),
            "objects": len(objects),
            "theirs": [one["ExecutionStatus"] for one in self.change_sets(THEIRS)],
            **self._stack_state(),
        }

    def _stack_state(self) -> dict[str, Any]:
        if (stack := self.stack) is None:
            return {"stack": None}
        policy = self.account.stacks.get_stack_policy(StackName=STACK).get("StackPolicyBody")
        return {
            "stack": stack["StackStatus"],
            "protected": stack["EnableTerminationProtection"],
            "policy": policy,
            "change sets": sorted(
                (one["Status"], one["ExecutionStatus"]) for one in self.change_sets()
            ),
            "events": sorted(self.account.events(STACK)),
        }


@functools.cache
def _issued(name: str) -> pki.Issued:
    return pki.issue(name, None, domains=[name], kind="p256", days=pki.LASTING)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A command, what is there before it, and how it ends.

    `prepare` may give the command's argument. What comes before the operation `since`, and from
    `until` on, is struck in other scenarios. `operations` are among those that are struck.
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
    text = _DECLARATION.replace(STACK, "store") + _TLS
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
    site.declare(f"{_DECLARATION}listeners:\n  web:443: {{certificate: {arn!r}}}\n")
    site.run_well(*_DEPLOY)


def _by_hand(site: Site) -> None:
    site.declare(_DECLARATION)
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
            "GetCallerIdentity", "DescribeSecret", "CreateSecret", "UpdateSecretVersionStage",
            "DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet",
            "DescribeStackEvents", "UpdateTerminationProtection", "SetStackPolicy",
        }),
    ),
    "updated": Scenario(
        command=_DEPLOY,
        prepare=_renewed,
        operations=frozenset({"GetTemplate", "PutSecretValue", "ExecuteChangeSet"}),
    ),
    "unchanged": Scenario(
        command=_DEPLOY,
        prepare=_under_review,
        since="CreateChangeSet",
        operations=frozenset({"DeleteChangeSet"}),
    ),
    "released": Scenario(
        command=_DEPLOY,
        prepare=_released,
        resumes=False,  # what has ended is protected as it is: only the declarations release it
        since="GetStackPolicy",
        operations=frozenset({"GetStackPolicy", "SetStackPolicy", "UpdateTerminationProtection"}),
    ),
    "failed": Scenario(
        command=_DEPLOY,
        prepare=_failing,
        code=4,
        since="ExecuteChangeSet",
        operations=frozenset({"DescribeStackEvents"}),
    ),
    "rolled back": Scenario(
        command=_DEPLOY,
        prepare=_failing_update,
        code=4,
        since="ExecuteChangeSet",
        operations=frozenset({"DescribeStackEvents"}),
    ),
    "cancelled": Scenario(
        command=_DEPLOY,
        prepare=_held,
        code=4,
        cancels=True,
        since="CancelUpdateStack",
        operations=frozenset({"CancelUpdateStack", "DescribeStackEvents"}),
    ),
    "recreated": Scenario(
        command=(*_DEPLOY, "--recreate"),
        prepare=_failed,
        until="DescribeChangeSet",
        operations=frozenset({"DeleteStack", "DescribeStackEvents", "CreateChangeSet"}),
    ),
    "not agreed to": Scenario(
        command=_DEPLOY[:-1],
        code=1,
        executes=False,
        since="CreateChangeSet",
        operations=frozenset({"DeleteChangeSet", "ListChangeSets", "DeleteStack"}),
    ),
    "refused": Scenario(
        command=_DEPLOY,
        prepare=_invalid,
        code=1,
        executes=False,
        since="CreateChangeSet",
        operations=frozenset({"DescribeEvents", "DeleteChangeSet", "DeleteStack"}),
    ),
    "executed": Scenario(
        command=("execute",),  # and the ARN that was printed
        prepare=_proposed,
        operations=frozenset({"ExecuteChangeSet", "DescribeStackEvents"}),
    ),
    "proposed": Scenario(
        command=(*_DEPLOY[:-1], "--no-execute"),
        since="CreateChangeSet",
        operations=frozenset({"CreateChangeSet", "DescribeChangeSet"}),
    ),
    "by parameter": Scenario(
        command=_DEPLOY,
        prepare=lambda site: site.declare(f"{_DECLARATION}key_delivery: parameter\n{_TLS}"),
        since="CreateChangeSet",
        until="DescribeStackEvents",
        operations=frozenset({"CreateChangeSet", "ExecuteChangeSet"}),
    ),
    "renamed": Scenario(
        command=_DEPLOY,
        prepare=_renamed,
        until="CreateChangeSet",
        operations=frozenset({"TagResource"}),
    ),
    "large": Scenario(
        command=_DEPLOY,
        inline=100,
        since="PutObject",
        until="CreateChangeSet",
        operations=frozenset({"PutObject"}),
    ),
    "pruned": Scenario(
        command=(*_PUSH, "--prune"),
        prepare=_thrice,
        since="ListSecretVersionIds",
        operations=frozenset({"ListSecretVersionIds", "GetTemplate", "UpdateSecretVersionStage"}),
    ),
    "compared": Scenario(
        command=("status", "--environment", "prod", "--exit-code"),
        prepare=_deployed,
        executes=False,
        operations=frozenset({"DescribeStacks", "GetTemplate"}),
    ),
    "listed": Scenario(
        command=("list", "--stack-name", STACK),
        prepare=_listed,
        executes=False,
        operations=frozenset({"DescribeStacks", "GetTemplate", "DescribeCertificate"}),
    ),
    "adopted": Scenario(
        command=_ADOPT,
        prepare=_by_hand,
        operations=frozenset({
            "DescribeLoadBalancers", "DescribeStackResources", "ExecuteChangeSet",
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
        assert f"of stack {STACK} may be left behind" in run.said, run


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
