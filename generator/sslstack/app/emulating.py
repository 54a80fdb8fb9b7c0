"""Deployments to an emulated AWS account: started, filled, and without private keys."""

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

import boto3
from botocore.config import Config
from botocore.session import Session

import cloudformation_emulator as emulator
from sslstack import files
from sslstack.app import pipeline
from sslstack.arn import find_certificates, is_certificate, parse_arn
from sslstack.aws.client import Aws
from sslstack.deploy.keys import delivery
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloudformation_emulator import Emulation
    from sslstack.app.deploying import DeployOptions
    from sslstack.workspace import StackFolder

_GROUP = re.compile(r"\bsg-[0-9a-f]{8,17}\b")
"""A security group that a template names and does not make."""
_REGION = "us-east-1"
_LONGEST_WAIT = 0.3
"""Seconds; what takes minutes at AWS does not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedAccount:
    """An emulated AWS account: a connection to it, and its emulator."""

    aws: Aws
    emulation: Emulation


@contextlib.contextmanager
def start(
    region: str | None = None,
    *,
    delay: float,
    account: str,
    notify: Callable[[str], object],
) -> Iterator[EmulatedAccount]:
    """Run an emulated AWS account for as long as the context lasts.

    `delay` is in seconds. `notify` gets what there is to report while waiting. Raises
    UnavailableError where a package for it is not installed.
    """
    with _emulator(region=region or _REGION, delay=delay, account=account) as emulation:
        aws = Aws(
            _clients(emulation),
            sleep=lambda seconds: time.sleep(min(seconds, _LONGEST_WAIT)),
            notify=notify,
        )
        yield EmulatedAccount(aws=aws, emulation=emulation)


@contextlib.contextmanager
def _emulator(**settings: Any) -> Iterator[Emulation]:
    """Run the emulator, with a hint where it cannot start."""
    with contextlib.ExitStack() as stack:
        try:
            emulation = stack.enter_context(emulator.start(**settings))
        except emulator.UnavailableError as error:
            raise UnavailableError(str(error), hint=_install()) from error
        yield emulation


def _install() -> str:
    """Return the command that installs what is missing, for this installation of sslstack."""
    python = shlex.quote(os.path.relpath(sys.executable))
    shown = python if not python.startswith("..") else shlex.quote(sys.executable)
    return f"{shown} -m pip install 'sslstack[local]'"


def _clients(emulation: Emulation) -> Callable[[str], Any]:
    """Return what opens clients: for loopback only, regardless of proxies and profiles."""
    nothing: tuple[None, None, None, None] = (None, None, None, None)
    unset = dict.fromkeys(("profile", "config_file", "credentials_file", "ca_bundle"), nothing)
    session = boto3.Session(botocore_session=Session(session_vars=unset))
    config = Config(retries={"total_max_attempts": 1}, user_agent_extra="sslstack", proxies={})
    return lambda service: session.client(service, config=config, **emulation.client_arguments)


def find_region(template: str) -> str:
    """Return the region of the first ACM certificate that a template names, else a default."""
    named = (parse_arn(one) for one in find_certificates(template) if is_certificate(one))
    return next((one.region for one in named if one.region), _REGION)


def furnish(account: EmulatedAccount, options: DeployOptions, template: str) -> DeployOptions:
    """Create what a template refers to, and return the options with parameters that name it."""
    provide(account, template)
    found = describe_network(account)
    asked = {name: value for name, value in found.items() if f"\n  {name}:\n" in template}
    # These override what is given: another account's network does not exist here.
    return replace(options, parameters={**options.parameters, **asked})


def provide(account: EmulatedAccount, template: str) -> None:
    """Create the certificates and security groups that a template refers to."""
    for name in dict.fromkeys((*find_certificates(template), *_GROUP.findall(template))):
        account.emulation.provide(name)


def describe_network(account: EmulatedAccount) -> dict[str, str]:
    """Return values for the parameters VpcId and Subnets: the account's default VPC."""
    client = account.aws.client("ec2")
    vpc = client.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = [one["SubnetId"] for one in client.describe_subnets()["Subnets"]]
    return {"VpcId": vpc, "Subnets": ",".join(sorted(subnets)[:2])}


def list_variables(account: EmulatedAccount) -> dict[str, str]:
    """Return the variables with which every AWS tool uses the emulated account."""
    return {
        "AWS_ENDPOINT_URL": account.emulation.endpoint,
        "AWS_ACCESS_KEY_ID": account.emulation.access_key,
        "AWS_SECRET_ACCESS_KEY": account.emulation.secret_key,
        "AWS_DEFAULT_REGION": account.emulation.region,
        "AWS_REGION": account.emulation.region,
    }


def replace_keys(
    account: EmulatedAccount, options: DeployOptions, folder: StackFolder
) -> DeployOptions:
    """Store a placeholder for each private key, so that no key leaves its file.

    Keys on this machine are compared with their certificates, except encrypted ones without a
    given password. Raises SslstackError for one that cannot be read or does not match.
    """
    loaded = pipeline.load(folder, files.Reader())
    needs = delivery.find_needs(loaded.stack, loaded.declared, folder.folder)
    by_parameter = loaded.stack.key_delivery == "parameter"
    given = options.parameters if by_parameter else {}
    at_hand = [need for need in needs if need.is_at_hand]
    may_skip = not options.passwords.given
    skipped = [need for need in at_hand if may_skip and delivery.is_encrypted(need, given)]
    compared = [need for need in at_hand if need not in skipped]
    ask = options.passwords.read
    if by_parameter:
        delivery.read_parameters(compared, ask, (), given)
    else:
        delivery.read_keys(compared, ask)
    states = ((skipped, "is encrypted, not compared"), (compared, "matches its certificate"))
    for need in needs:
        state = next((words for keys, words in states if need in keys), "is missing")
        account.aws.notify(f"key of '{need.certificate.name}' {state}; not uploaded (local run)")
        account.aws.client("secretsmanager").create_secret(
            Name=need.secret,
            ClientRequestToken=need.version,
            SecretString=json.dumps({"private_key": emulator.STAND_IN}),
        )
    return replace(options, stand_ins={need.parameter: emulator.STAND_IN for need in needs})
