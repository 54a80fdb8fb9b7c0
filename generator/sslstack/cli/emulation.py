"""Deployments on an emulated AWS: started, furnished, and said to be one on every screen."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from sslstack import app, files
from sslstack.arn import find_certificates, is_certificate, parse_arn
from sslstack.cli import deployment, reporting
from sslstack.cli.output import say
from sslstack.deploy.reporter import Interrupted
from sslstack.errors import UnavailableError
from sslstack.views.banner import styled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloudformation_emulator import Emulation
    from sslstack.aws.client import Aws
    from sslstack.workspace import StackFolder

BANNER = "[local emulation: nothing is sent to AWS]"
_GROUP = re.compile(r"\bsg-[0-9a-f]{8,17}\b")
"""A security group that a template names and does not make."""
_REGION = "us-east-1"
_ACCOUNT = "123456789012"
DELAY = 0.3
"""Seconds a resource takes, so that there is something to watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """An emulated AWS: how to speak to it, and how to make it fail."""

    aws: Aws
    emulation: Emulation


@contextlib.contextmanager
def started(
    region: str | None = None, *, delay: float = DELAY, account: str = _ACCOUNT
) -> Iterator[Here]:
    """Run an emulated AWS for as long as the context lasts.

    Raises UnavailableError where what it needs is not installed.
    """
    from sslstack.aws import regions  # noqa: PLC0415
    from sslstack.aws.client import Aws  # noqa: PLC0415

    if region and not regions.is_known(region):
        raise click.UsageError(regions.doubt(region))
    with _emulator(region=region or _REGION, delay=delay, account=account) as emulation:
        aws = Aws(
            _clients(emulation),
            sleep=lambda seconds: time.sleep(min(seconds, DELAY)),
            notify=lambda words: say(f"{BANNER} {words}"),
        )
        yield Here(aws=aws, emulation=emulation)


@contextlib.contextmanager
def _emulator(**settings: Any) -> Iterator[Emulation]:
    """Run the emulator, with a hint where it cannot start."""
    import cloudformation_emulator as emulator  # noqa: PLC0415 - for the few who use it

    with contextlib.ExitStack() as stack:
        try:
            emulation = stack.enter_context(emulator.start(**settings))
        except emulator.UnavailableError as error:
            raise UnavailableError(str(error), hint=_install()) from error
        yield emulation


def _install() -> str:
    """Give the command that installs what is missing beside this sslstack."""
    python = shlex.quote(os.path.relpath(sys.executable))
    shown = python if not python.startswith("..") else shlex.quote(sys.executable)
    return f"{shown} -m pip install 'sslstack[local]'"


def _clients(emulation: Emulation) -> Callable[[str], Any]:
    """Give what opens clients: of loopback only, whatever proxies and profiles are set here."""
    import boto3  # noqa: PLC0415 - 0.2 s that other commands need not wait
    from botocore.config import Config  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    nothing: tuple[None, None, None, None] = (None, None, None, None)
    unset = dict.fromkeys(("profile", "config_file", "credentials_file", "ca_bundle"), nothing)
    session = boto3.Session(botocore_session=Session(session_vars=unset))
    config = Config(retries={"total_max_attempts": 1}, user_agent_extra="sslstack", proxies={})
    return lambda service: session.client(service, config=config, **emulation.client_arguments)


def region_of(template: str) -> str:
    """Give the region of the first certificate in ACM that a template names, else a default."""
    named = (parse_arn(one) for one in find_certificates(template) if is_certificate(one))
    return next((one.region for one in named if one.region), _REGION)


def add_values(
    here: Here, options: deployment.DeployOptions, template: str
) -> deployment.DeployOptions:
    """Create in the emulated account what a template refers to, and add parameters for it."""
    provide(here, template)
    found = network(here)
    asked = {name: value for name, value in found.items() if f"\n  {name}:\n" in template}
    # Before what is given: a network of an account elsewhere is not here.
    return replace(options, parameters={**options.parameters, **asked})


def provide(here: Here, template: str) -> None:
    """Create the certificates and security groups that a template refers to."""
    for name in dict.fromkeys((*find_certificates(template), *_GROUP.findall(template))):
        here.emulation.provide(name)


def network(here: Here) -> dict[str, str]:
    """Give values for the parameters VpcId and Subnets: the account's default VPC."""
    client = here.aws.client("ec2")
    vpc = client.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [one["SubnetId"] for one in client.describe_subnets()["Subnets"]]
    return {"VpcId": vpc, "Subnets": ",".join(sorted(subnets)[:2])}


def variables(here: Here) -> dict[str, str]:
    """Give the variables by which every tool for AWS uses the emulated account."""
    return {
        "AWS_ENDPOINT_URL": here.emulation.endpoint,
        "AWS_ACCESS_KEY_ID": here.emulation.access_key,
        "AWS_SECRET_ACCESS_KEY": here.emulation.secret_key,
        "AWS_DEFAULT_REGION": here.emulation.region,
        "AWS_REGION": here.emulation.region,
    }


def without_keys(
    here: Here, options: deployment.DeployOptions, folder: StackFolder
) -> deployment.DeployOptions:
    """Replace each private key by a stand-in, so that none leaves its file.

    Keys whose files exist are checked as before an upload, except encrypted ones without a
    password. Raises SslstackError for one that cannot be read or belongs to another certificate.
    """
    from cloudformation_emulator import STAND_IN  # noqa: PLC0415 - for the few who use it
    from sslstack.deploy.keys import delivery  # noqa: PLC0415 - late, it imports boto3

    loaded = app.pipeline.load(folder, files.Reader())
    needs = delivery.needs(loaded.stack, loaded.declared, folder.folder)
    by_parameter = loaded.stack.key_delivery == "parameter"
    given = options.parameters if by_parameter else {}
    at_hand = [need for need in needs if need.is_at_hand]
    is_asked = options.password_file is None
    shut = [need for need in at_hand if is_asked and delivery.is_encrypted(need, given)]
    checked = [need for need in at_hand if need not in shut]
    ask = deployment.passwords(options.password_file)
    if by_parameter:
        delivery.as_parameters(checked, ask, (), given)
    else:
        delivery.read(checked, ask)
    results = ((shut, "is encrypted, not compared"), (checked, "matches its certificate"))
    for need in needs:
        result = next((words for those, words in results if need in those), "is missing")
        here.aws.notify(f"key of '{need.certificate.name}' {result}; not uploaded (local run)")
        here.aws.client("secretsmanager").create_secret(
            Name=need.secret,
            ClientRequestToken=need.version,
            SecretString=json.dumps({"private_key": STAND_IN}),
        )
    return replace(options, stand_ins={need.parameter: STAND_IN for need in needs})


@dataclass(kw_only=True)
class Announced(reporting.TerminalReporter):
    """Says on every screen that this is an emulation, which ends with the command."""

    banner: str = BANNER

    def announce(self, arn: str) -> None:
        """There is nothing to come back to."""
        del arn
        self.settle()
        say(f"{styled(self.banner)} executing")

    def interrupted(self, arn: str) -> Interrupted:
        """Ask nothing: there is nothing that goes on."""
        del arn
        self.settle()
        return Interrupted.DETACH

    def fate(self, arn: str) -> str:
        """Say that nothing goes on."""
        del arn
        return f"{self.banner} interrupted: the emulation ends, and all that was in it"
