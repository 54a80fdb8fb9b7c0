"""`sslstack demo`: the life of a stack, from creation to adoption, on an emulated AWS."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sslstack import workspace
from sslstack.certificates import request
from sslstack.cli import adopt, deploy, deployment, editing, emulation
from sslstack.errors import DeploymentFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPOSE = """\
name: demo
services:
  web:
    image: nginx
    ports: ["80:8080", "443:8080"]
"""
DECLARATION = """\
version: 1
stack: demo
certificates:
  web: {certificate: CERTIFICATE, private_key: KEY}
listeners:
  web:443: {certificate: web}
"""
_FAILED = 4
_BY_HAND = "demo-by-hand"


@click.command(epilog="Example: sslstack demo")
@click.option("--delay", type=float, default=0.3, help="Seconds that a resource takes.")
def command(*, delay: float) -> int:
    """Show a deployment without an account: create, renew, fail, roll back, delete, adopt.

    Everything runs on this machine; the certificates are made for it and thrown away.
    """
    with _folder() as folder, emulation.started(delay=delay) as here:
        _step(1, "create a stack with a certificate")
        _declare(folder, "first")
        _deploy(here)
        _step(2, "nothing has changed")
        _deploy(here)
        _step(3, "renew the certificate with a new key: it is replaced, the listener follows")
        _declare(folder, "second")
        _deploy(here)
        _step(4, "an update that fails, and is rolled back")
        _declare(folder, "second", more="services: {web: {idle_timeout: 90}}\n")
        here.emulation.fail("WebLoadBalancer", "a failure made for this demonstration")
        try:
            _deploy(here)
        except DeploymentFailed as failed:
            click.echo(f"exit code {_FAILED}: {failed}", err=True)
        _step(5, "delete the stack")
        cloudformation = here.aws.client("cloudformation")
        cloudformation.delete_stack(StackName="demo")
        _gone(here)
        click.echo(f"{emulation.BANNER} demo: deleted", err=True)
        _step(6, "adopt a load balancer that was made by hand: it is imported as it is")
        _make_by_hand(here)
        (folder / "ssl.yml").unlink()
        reporter = emulation.Announced(yes=True)
        wish = adopt.Wish(load_balancer=_BY_HAND)
        adopt.adopt(here.aws, editing.lone(None), wish, reporter)
    return 0


def _step(number: int, words: str) -> None:
    banner = click.style(emulation.BANNER, fg="cyan")
    click.echo(f"\n{banner} {click.style(f'{number}. {words}', bold=True)}", err=True)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Work in a folder that is gone afterwards, keys and all."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="sslstack-demo-") as name:
        folder = Path(name)
        (folder / "docker-compose.yml").write_text(COMPOSE)
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def _declare(folder: Path, name: str, *, more: str = "") -> None:
    """Declare a certificate, made for it the first time it is named."""
    keys = folder / name
    if not keys.exists():
        now = datetime.datetime.now(datetime.UTC)
        request.self_signed(["demo.example"], keys, "rsa2048", now=now, days=90)
    declared = DECLARATION.replace("CERTIFICATE", f"{name}/demo.example.crt")
    (folder / "ssl.yml").write_text(declared.replace("KEY", f"{name}/demo.example.key") + more)


def _deploy(here: emulation.Here) -> None:
    (folder,) = workspace.find()
    made = deploy.judged(folder)
    wish = deployment.Wish(
        parameters={}, tags={}, role_arn="", bucket="", capabilities=(), password_file=None
    )
    deploy.carry_out(
        here.aws,
        folder,
        made,
        emulation.furnished(here, wish, made.text),
        emulation.Announced(yes=True),
    )


def _make_by_hand(here: emulation.Here) -> None:
    """Click a load balancer together, as it were, with a certificate uploaded by hand."""
    arn = f"arn:aws:iam::{here.emulation.account}:server-certificate/by-hand"
    here.emulation.provide(arn)
    network = here.aws.client("ec2")
    backend = {"InstancePort": 8080, "InstanceProtocol": "HTTP"}
    here.aws.client("elb").create_load_balancer(
        LoadBalancerName=_BY_HAND,
        Subnets=[one["SubnetId"] for one in network.describe_subnets()["Subnets"]][:2],
        Listeners=[
            {"LoadBalancerPort": 80, "Protocol": "HTTP", **backend},
            {"LoadBalancerPort": 443, "Protocol": "HTTPS", "SSLCertificateId": arn, **backend},
        ],
    )


def _gone(here: emulation.Here) -> None:
    """Wait for the deletion, looking now and then."""
    waiter = here.aws.client("cloudformation").get_waiter("stack_delete_complete")
    waiter.wait(StackName="demo", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
