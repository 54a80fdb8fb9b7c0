"""Connections to AWS accounts, and whether it is the declared account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.aws import client, session
from sslstack.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.aws.client import Aws
    from sslstack.declaration.model import Environment


def connect(
    profile: str | None,
    region: str | None,
    environment: Environment | None = None,
    *,
    notify: Callable[[str], object],
) -> Aws:
    """Connect to AWS; options override the environment, and an empty profile means none.

    `notify` gets what there is to report while waiting. Raises SslstackError where the
    credentials are of another account than the environment declares.
    """
    if environment is not None:
        region = region or environment.region
        if profile is None and environment.profile is not None:
            profile = _usable_profile(environment.profile, notify)
    aws = client.connect(profile or None, region)
    aws.notify = notify
    if environment is not None and environment.account is not None:
        check_account(aws, environment.account)
    return aws


def _usable_profile(declared: str, notify: Callable[[str], object]) -> str | None:
    """Return a declared profile; None where it does not exist and variables have credentials."""
    if variable := session.find_credentials_variable(declared):
        notify(f"profile '{declared}' not found: using the credentials of {variable}")
        return None
    return declared


def check_account(aws: Aws, account: str, *, of: str = "environment") -> None:
    """Refuse credentials of another account; `of` is what belongs to the right one."""
    actual = str(aws.read("sts", "get_caller_identity")["Account"])
    if actual != account:
        raise UnavailableError(
            f"these credentials are for account {actual}, but the {of} is in account {account}",
            hint="choose another --profile"
            + (", or correct 'account' in ssl.yml" if of == "environment" else ""),
        )
