"""What the commands that talk to AWS share: options, environments, passwords."""

from __future__ import annotations

import datetime
import functools
import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from sslstack import files, workspace
from sslstack.app import stack_names
from sslstack.arn import ROLE
from sslstack.cli.output import say
from sslstack.errors import InputError, UnavailableError
from sslstack.findings import Location, find_nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sslstack.app.generating import Generated
    from sslstack.aws.client import Aws
    from sslstack.declaration import Declaration
    from sslstack.declaration.model import Environment
    from sslstack.deploy.deployed import Deployed
    from sslstack.deploy.protection import Protection
    from sslstack.diff import Review
    from sslstack.workspace import StackFolder


TEMPLATES_ONLY = (
    "templates are compared: what was changed by hand is not seen, 'sslstack adopt NAME' reads it"
)
"""Said where nothing differs, which is easily taken for more than it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """Options of a deployment, from the command line and from the environment in ssl.yml.

    `stack` is the deployed stack's name where it differs from the declared one. `shared` are the
    values that the `environment` has for all its templates: those that a template has no
    parameter for are left out. `stand_ins` replace the values of private key parameters.
    """

    parameters: Mapping[str, str]
    tags: Mapping[str, str] | None
    role_arn: str
    bucket: str
    capabilities: tuple[str, ...]
    password_file: str | None
    stack: str = ""
    environment: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    protection: Protection | None = None


def session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which account and region are meant."""
    command = click.option("--region", metavar="NAME", help="Region; default: as AWS's tools.")(
        command
    )
    return click.option(
        "--profile", metavar="NAME", help="Profile, '' is none; default: as AWS's tools."
    )(command)


def password_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the file with a password."""
    return click.option(
        "--password-file",
        metavar="FILE",
        help="Password of private keys, - is stdin; else it is asked.",
    )(command)


def environment(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that chooses one of the environments of ssl.yml."""
    return click.option(
        "--environment", metavar="NAME", help="One of the environments in ssl.yml."
    )(command)


def change_set(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how CloudFormation takes a template."""
    for option in (
        click.option("--capability", "capabilities", multiple=True, help="As CAPABILITY_IAM."),
        click.option("--bucket", default="", help="S3 bucket for templates over 51,200 bytes."),
        click.option(
            "--role-arn", default="", callback=_role, help="Role that CloudFormation takes on."
        ),
    ):
        command = option(command)
    return command


def _role(context: click.Context, option: click.Parameter, given: str) -> str:
    """Refuse what is no ARN of a role."""
    if given and not re.search(ROLE, given):
        raise click.BadParameter("it is not the ARN of a role", context, option)
    return given


def chosen(folder: StackFolder, name: str | None) -> Environment:
    """Give the environment that is meant, an empty one where none is declared.

    Raises InputError for an unknown name, and for none where there are some: where a stack
    goes is not guessed.
    """
    from sslstack import declaration  # noqa: PLC0415 - late, for --help

    return environment_of(declaration.load(folder.declaration, files.Reader()), name)


def environment_of(declared: Declaration, name: str | None) -> Environment:
    """Give the environment of a name in a declaration, as `chosen` does."""
    from sslstack.declaration.model import Environment  # noqa: PLC0415 - late, for --help

    environments = declared.ssl.environments
    if name is None and not environments:
        return Environment()
    if name is not None and name in environments:
        return environments[name]
    known = ", ".join(environments)
    near = find_nearest(name, environments) if name else None
    raise InputError.at(
        declared.at_key("environments"),
        "environment.unknown" if name else "environment.not-chosen",
        f"no environment is named '{name}'"
        if name
        else "it is not said which environment is meant",
        hint=f"did you mean '{near}'?"
        if near
        else f"--environment NAME; there are: {known}"
        if known
        else "leave --environment out: ssl.yml declares no environments",
    )


def protection(where: Environment) -> Protection:
    """Give the protection that an environment declares."""
    from sslstack.deploy.protection import Protection  # noqa: PLC0415 - late, it imports boto3

    return Protection(
        termination=where.termination_protection, keep_load_balancers=where.keep_load_balancers
    )


def unit(folder: StackFolder, name: str | None, where: Environment | None) -> StackFolder:
    """Give what is generated for an environment: the stack as it is there, if it is different."""
    return folder.within(name) if name and where is not None and where.varies else folder


def connect(profile: str | None, region: str | None, environment: Environment | None = None) -> Aws:
    """Open AWS; what is told while waiting goes to stderr.

    What the command line says counts before what the environment declares: an empty profile is
    none. Raises SslstackError when the credentials are of another account than it declares.
    """
    from sslstack.aws.client import connect as open_  # noqa: PLC0415 - late, it imports boto3

    if environment is not None:
        region = region or environment.region
        if profile is None and environment.profile is not None:
            profile = _profile(environment.profile)
    aws = open_(profile or None, region)
    aws.notify = say
    if environment is not None and environment.account is not None:
        account_checked(aws, environment.account)
    return aws


def _profile(declared: str) -> str | None:
    """Give a declared profile, None where it is not here and variables give credentials."""
    from sslstack.aws import session  # noqa: PLC0415 - late, it imports boto3

    if variable := session.instead_of(declared):
        say(f"profile '{declared}' is not here: credentials as {variable} says")
        return None
    return declared


def account_checked(aws: Aws, account: str, *, of: str = "environment") -> None:
    """Refuse credentials of another account, before anything is sent; `of` is whose it is."""
    actual = str(aws.read("sts", "get_caller_identity")["Account"])
    if actual != account:
        raise UnavailableError(
            f"these credentials are of account {actual}, the {of} is of account {account}",
            hint="choose another --profile"
            + (", or correct 'account' in ssl.yml" if of == "environment" else ""),
        )


def only(name: str | None) -> StackFolder:
    """Give the one stack that is meant; raises InputError where there are several."""
    found = stack_names.find_stacks(() if name is None else (name,))
    if len(found) > 1:
        raise workspace.several(found)
    return found[0]


def passwords(path: str | None) -> Callable[[str], bytes | None]:
    """Give what opens encrypted keys: the file's first line, or whoever sits there.

    Nobody is asked twice for the same file. Raises InputError for a file that cannot be read.
    """
    from sslstack.cli.certificate.files import password  # noqa: PLC0415 - late, for --help

    given = functools.cache(password)  # a pipe gives it once

    @functools.cache
    def ask(name: str) -> bytes | None:
        if path is not None:
            return given(path)
        return _typed(name) if sys.stdin.isatty() else None

    return ask


def _typed(name: str) -> bytes:
    """Give a password as the bytes that were typed, whatever the terminal's encoding."""
    try:
        given: str = click.prompt(f"password of {name}", hide_input=True, err=True)
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"the password of {name} was not typed in {error.encoding}: --password-file FILE takes "
            "it as it is"
        ) from None
    return os.fsencode(given)


_PAIRS = {
    "--parameter": "NAME=VALUE, as in --parameter VpcId=vpc-1",
    "--tag": "KEY=VALUE, as in --tag team=web",
}
"""What is written behind an option that takes a name and a value."""


def pairs(given: tuple[str, ...], option: str) -> Mapping[str, str]:
    """Take `NAME=VALUE` apart; `@FILE` as value is a file's content, without its last LF."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{option} expects {_PAIRS[option]}")
        if name in found:
            raise click.UsageError(f"{option} {name} is given twice; a list has commas: {name}=A,B")
        found[name] = _content(value[1:]) if value.startswith("@") else value
    return found


def _content(path: str) -> str:
    from pathlib import Path  # noqa: PLC0415 - for the few who use it

    try:
        return files.read(Path(path)).decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = files.describe_error(error) if isinstance(error, OSError) else "it is not text"
        raise InputError.at(Location(path), "file.unreadable", why) from error


def compare(deployed: Deployed, made: Generated) -> Review:
    """Compare the deployed template, empty where no stack exists, with a generated one."""
    from sslstack import cloudformation, diff  # noqa: PLC0415 - only where AWS is asked

    text = deployed.template
    before = cloudformation.loads(text, "deployed") if text else {}
    after = cloudformation.loads(made.text, made.template)
    return diff.review(
        made.template,
        "deployed",
        diff.side(text, before),
        diff.side(made.text, after),
        now=datetime.datetime.now(datetime.UTC),
        origins=made.origins,
        images=made.images,
    )
