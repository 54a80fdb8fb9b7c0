"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sslstack import files
from sslstack.arn import ROLE
from sslstack.errors import InputError
from sslstack.findings import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def account_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for the account and the region."""
    for option in (
        click.option("--region", metavar="NAME", help="AWS region (default: as the AWS CLI)."),
        click.option(
            "--profile",
            metavar="NAME",
            help="AWS profile, '' for none (default: as the AWS CLI).",
        ),
    ):
        command = option(command)
    return command


def password_file_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for a file with a password."""
    return click.option(
        "--password-file",
        metavar="FILE",
        help="File with the key password (- for stdin); prompts if omitted.",
    )(command)


def environment_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that chooses an environment of ssl.yml."""
    return click.option("--environment", metavar="NAME", help="Environment declared in ssl.yml.")(
        command
    )


def change_set_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for creating a change set."""
    for option in (
        click.option(
            "--capability",
            "capabilities",
            multiple=True,
            help="Capability, for example CAPABILITY_IAM.",
        ),
        click.option("--bucket", default="", help="S3 bucket for templates over 51,200 bytes."),
        click.option(
            "--role-arn", default="", callback=_role, help="Role that CloudFormation assumes."
        ),
    ):
        command = option(command)
    return command


def _role(context: click.Context, option: click.Parameter, given: str) -> str:
    """Refuse a value that is not the ARN of a role."""
    if given and not re.search(ROLE, given):
        raise click.BadParameter(f"'{given}' is not the ARN of a role", context, option)
    return given


_PAIRS = {
    "--parameter": "NAME=VALUE, as in --parameter VpcId=vpc-1",
    "--tag": "KEY=VALUE, as in --tag team=web",
}
"""What follows an option that takes a name and a value."""


def split_pairs(given: tuple[str, ...], option: str) -> Mapping[str, str]:
    """Split `NAME=VALUE`; a value of `@FILE` is a file's content, without its last LF."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{option} expects {_PAIRS[option]}")
        if name in found:
            raise click.UsageError(
                f"{option} {name} is given twice; a list of values has commas: {name}=A,B"
            )
        found[name] = _content(value[1:]) if value.startswith("@") else value
    return found


def _content(path: str) -> str:
    try:
        return files.read(Path(path)).decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = files.describe_error(error) if isinstance(error, OSError) else "is not UTF-8"
        raise InputError.at(Location(path), "file.unreadable", why) from error
