"""A folder and an account that begin anew for every scenario, and what came of a command there.

A stack and a change set of somebody else outlive all of them.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sslstack import cli
from support import pki

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sslstack.aws.client import Aws
    from support.emulated import Cloud

STACK, THEIRS, BUCKET = "shop", "theirs", "templates"
THEIR_SET = f"sslstack-{'0' * 32}"
"""The name of a change set of another run, which nothing but its author may take away."""
PATIENCE, IMPATIENCE = 60.0, 0.5
"""Seconds until an answer is given up: on a busy machine some take their time."""
NAMED = """\
version: 1
stack: shop
"""
TLS = """\
certificates:
  site: {certificate: site.crt, private_key: site.key, untrusted: true}
listeners:
  web:443: {certificate: site}
"""
_COMPOSE = "services: {web: {image: x, ports: ['443:3000']}}\n"
_TOPIC = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
_EVENT = re.compile(r"^\d\d:\d\d:\d\d ")
_VARYING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|[0-9a-f]{8}-[0-9a-f-]{27}|(?<=by-hand-)\w+"
    r"|(?<=shop-Web)\S+|sg-[0-9a-f]+|sslstack-[0-9a-f]{12}\S*"
)
_RESUMABLE = re.compile(r"sslstack execute (arn:[^\s']+)")


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
        return list(dict.fromkeys(_RESUMABLE.findall(self.said)))

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
    patience: float = PATIENCE

    def connect(self, profile: str | None, region: str | None) -> Aws:
        """Stand in for the product's own: it waits for a moment only between attempts."""
        del profile, region
        if not self.endpoint:
            return self.account.connect()
        return self.account.connect(endpoint_url=self.endpoint, patience=self.patience)

    def run(self, *command: str) -> Run:
        """Run a command in this process, `deploy` with a template that is up to date."""
        self.generate(command)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(list(command))
        assert "PRIVATE KEY" not in out.getvalue() + err.getvalue()
        return Run(code, out.getvalue(), err.getvalue())

    def generate(self, command: Sequence[str]) -> None:
        """Write the template that a command deploys, as its user has reviewed it."""
        if command[0] == "deploy":
            with contextlib.redirect_stderr(io.StringIO()):
                cli.run(["generate"])

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
        self.account.clear()
        self.empty_folder()
        (self.folder / "docker-compose.yml").write_text(_COMPOSE)
        self.certify("first")
        self.declare()
        self.account.client("s3").create_bucket(Bucket=BUCKET)
        self.propose_theirs(THEIRS, "CREATE")

    def empty_folder(self) -> None:
        """Delete all files."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def files(self) -> dict[str, bytes]:
        """Give what the files contain, by their path in the folder."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def write_files(self, files: dict[str, bytes]) -> None:
        """Leave these files in the folder, and no others."""
        self.empty_folder()
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def propose_theirs(self, stack: str, kind: str) -> None:
        """Let somebody else propose a change."""
        self.account.settled_change_set(
            self.account.stacks.create_change_set(
                StackName=stack, ChangeSetName=THEIR_SET, ChangeSetType=kind, TemplateBody=_TOPIC
            )["Id"]
        )

    def certify(self, name: str) -> None:
        """Put another certificate, and its key, in the place of the one that is there."""
        issued(f"{name}.example").write(self.folder)

    def declare(self, text: str = NAMED + TLS, protection: str = "") -> None:
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
def issued(name: str) -> pki.Issued:
    """Give a certificate for a name, which is its own issuer."""
    return pki.issue(name, None, domains=[name], kind="p256", days=pki.LASTING)
