"""`sslstack demo`: the life of a stack, from creation to adoption, on an emulated AWS."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import escaping
from sslstack.app import adopting, deploying, emulating, stack_names
from sslstack.app.adopting import AdoptOptions
from sslstack.app.deploying import DeployOptions
from sslstack.app.editing import targets
from sslstack.certificates import request
from sslstack.cli import emulation, reporting
from sslstack.cli.output import notify, say, screen
from sslstack.deploy import status
from sslstack.deploy.events import Operation
from sslstack.deploy.watch import Watch
from sslstack.errors import DeploymentFailed
from sslstack.views.banner import EMULATION, styled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sslstack.app.emulating import EmulatedAccount
    from sslstack.deploy.events import StackEvent

COMPOSE = """\
name: demo
services:
  web:
    image: nginx
    ports: ["80:8080", "443:8080"]
"""
DECLARATION = """\
version: 1
certificates:
  web:
    certificate: old/demo.example.crt
    private_key: old/demo.example.key
    roots: roots.pem
listeners:
  web:443: {certificate: web}
"""
_RENEWED = DECLARATION.replace("old/", "new/")
_SLOWER = f"{_RENEWED}services: {{web: {{idle_timeout: 90}}}}\n"
_DAYS = {"old": 31, "new": 90}
"""For how long each certificate is valid: at 30 it would be a warning."""
_BY_HAND = "demo-by-hand"
_BEGINNING = """\
One load balancer with TLS, through its whole life, in a folder that is thrown away with its keys.
"""
_END = """\
That was all of it. In a repository with a compose file: 'sslstack init', 'sslstack create',
then 'sslstack deploy --local' tries it here, and 'sslstack deploy' does it.
"""


@dataclass(frozen=True, slots=True)
class _Step:
    """What happens: in words, as it is typed, what ssl.yml then says, and how it is done here."""

    words: str
    typed: str
    declared: str
    act: Callable[[EmulatedAccount], int]


@dataclass(kw_only=True)
class _DemoReporter(emulation.EmulationReporter):
    """Keeps a line of what has come to an end, on a terminal, too."""

    yes: bool = True

    def is_listed(self, event: StackEvent) -> bool:
        """Tell whether a step is one that somebody reads afterwards."""
        return event.of_stack or not event.status.endswith("_IN_PROGRESS")


@click.command(epilog="Example: sslstack demo")
@click.option("--delay", type=float, default=0.3, help="Seconds that a resource takes.")
def command(*, delay: float) -> int:
    """Show a deployment without an account: create, renew, fail, roll back, delete, adopt.

    Everything runs on this machine; the certificates are made for it and thrown away.
    """
    say(f"{styled(EMULATION)}\n\n{_BEGINNING}\n$ cat docker-compose.yml\n{COMPOSE}")
    with _folder() as folder, emulation.start_account(None, delay=delay) as account:
        before = ""
        for number, step in enumerate(_STEPS, 1):
            say(escaping.style_text(f"{number}. {step.words}", bold=True))
            _declare(folder, before, step.declared)
            before = step.declared
            say(f"$ {step.typed}")
            if (code := step.act(account)) == reporting.INTERRUPTED:
                return code
            say("")
    say(_END, nl=False)
    return 0


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Work in a folder with certificates that is gone afterwards, keys and all."""
    before, now = Path.cwd(), datetime.datetime.now(datetime.UTC)
    with tempfile.TemporaryDirectory(prefix="sslstack-demo-") as name:
        folder = Path(name)
        (folder / "docker-compose.yml").write_text(COMPOSE)
        made = [
            request.write_self_signed(
                ["demo.example"], folder / kept, "rsa2048", now=now, days=days
            )
            for kept, days in _DAYS.items()
        ]
        (folder / "roots.pem").write_bytes(b"".join(one.public.read_bytes() for one in made))
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def _declare(folder: Path, before: str, after: str) -> None:
    """Write ssl.yml and show it, or the lines of it that have changed."""
    if not after:
        (folder / "ssl.yml").unlink()
        say("$ rm ssl.yml")
        return
    (folder / "ssl.yml").write_text(after)
    if not before:
        say(f"$ cat ssl.yml\n{after}", nl=False)
    changed = difflib.ndiff(before.splitlines(), after.splitlines()) if before else ()
    colors = {"-": "red", "+": "green"}
    for line in changed:
        if line[0] in colors:
            say(escaping.style_text(line, fg=colors[line[0]]))


def _deploy(account: EmulatedAccount) -> int:
    folder = stack_names.find_stack(None)
    made = deploying.generate_checked(folder, notify, regenerate=True)
    options = emulating.furnish(account, DeployOptions(tags={}), made.text)
    return deploying.deploy_stack(account.aws, folder, made, options, _DemoReporter())


def _fail(account: EmulatedAccount) -> int:
    account.emulation.fail("WebLoadBalancer", "a failure made for this demonstration")
    try:
        return _deploy(account)
    except DeploymentFailed as failed:
        say(f"sslstack: {escaping.style_text('error', fg='red', bold=True)}: {failed}")
        say(f"[exit {failed.exit_code}]")
        return failed.exit_code


def _delete(account: EmulatedAccount) -> int:
    stack = status.read(account.aws, "demo")
    assert stack is not None  # noqa: S101 - it was just rolled back
    token = "sslstack-demo"  # noqa: S105 - of a request
    account.aws.client("cloudformation").delete_stack(StackName=stack.id, ClientRequestToken=token)
    watch = Watch(account.aws, Operation(stack_id=stack.id, token=token, since=stack.changed))
    reporter = _DemoReporter()
    reporter.printer.begin_view(reporter.context, None, "demo: deleting")
    try:
        for event in watch:
            reporter.event(event)
    finally:
        screen.settle()
    say(f"{styled(EMULATION)} demo: {watch.end.status}")
    return 0


def _adopt(account: EmulatedAccount) -> int:
    _make_by_hand(account)
    options = AdoptOptions(load_balancer=_BY_HAND)
    return adopting.adopt(account.aws, targets.open_only(None), options, _DemoReporter())


def _make_by_hand(account: EmulatedAccount) -> None:
    """Click a load balancer together, as it were, with a certificate uploaded by hand."""
    arn = f"arn:aws:iam::{account.emulation.account}:server-certificate/by-hand"
    account.emulation.provide(arn)
    network = account.aws.client("ec2")
    backend = {"InstancePort": 8080, "InstanceProtocol": "HTTP"}
    account.aws.client("elb").create_load_balancer(
        LoadBalancerName=_BY_HAND,
        Subnets=[one["SubnetId"] for one in network.describe_subnets()["Subnets"]][:2],
        Listeners=[
            {"LoadBalancerPort": 80, "Protocol": "HTTP", **backend},
            {"LoadBalancerPort": 443, "Protocol": "HTTPS", "SSLCertificateId": arn, **backend},
        ],
    )


_STEPS = (
    _Step("create a stack with a certificate", "sslstack deploy", DECLARATION, _deploy),
    _Step("the same again: nothing has changed", "sslstack deploy", DECLARATION, _deploy),
    _Step(
        "renew the certificate with a new key: the listener moves, then the old one goes",
        "sslstack deploy",
        _RENEWED,
        _deploy,
    ),
    _Step("an update that fails, and is rolled back", "sslstack deploy", _SLOWER, _fail),
    _Step(
        "delete the stack", "aws cloudformation delete-stack --stack-name demo", _SLOWER, _delete
    ),
    _Step(
        "adopt a load balancer that was made by hand: it is imported as it is",
        f"sslstack adopt {_BY_HAND}",
        "",
        _adopt,
    ),
)
