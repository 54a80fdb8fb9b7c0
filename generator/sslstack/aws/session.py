"""Credentials, as every AWS tool finds them: environment, profile, SSO, container, instance.

One session serves all services, since a code of MFA is good once, and what a profile runs to get
credentials may ask somebody. Sessions of roles are kept where the AWS CLI keeps them, so that
neither asks for a code that the other was given.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.exceptions import BotoCoreError, CredentialRetrievalError
from botocore.utils import JSONFileCache

_ELSEWHERE = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)  # fmt: skip
"""Variables that give credentials, or say who does: the AWS SDKs' reference guide."""


def find_credentials_variable(profile: str) -> str:
    """Name the variable that gives credentials where a profile is not on this machine, as in CI.

    Empty where the profile is there, or nothing else is.
    """
    with contextlib.suppress(BotoCoreError):  # whoever reads a broken file next says so
        if profile not in botocore.session.get_session().available_profiles:
            return next((name for name in _ELSEWHERE if os.environ.get(name)), "")
    return ""


class Session:
    """One of boto3's, until it is forgotten; the next reads all credentials anew."""

    def __init__(self, profile: str | None, region: str | None) -> None:
        self._where = {"profile_name": profile, "region_name": region}
        self._held: Any = None
        self._anew = False

    def client(self, service: str, **options: Any) -> Any:
        """Return boto3's client; raises `refusals.FAILURES`."""
        if self._held is None:
            self._held = self._begun()
        return self._held.client(service, **options)

    def forget(self) -> None:
        """Take no credentials any more that were found until now, those of the cache included."""
        self._held, self._anew = None, True

    def _begun(self) -> Any:
        known = botocore.session.get_session()
        begun = boto3.Session(botocore_session=known, **self._where)
        found = known.get_component("credential_provider")  # as awscli/customizations/assumerole.py
        found.get_provider("assume-role").cache = _Roles(anew=self._anew)
        try:
            begun.get_credentials()
        except BotoCoreError:
            raise
        except (ValueError, AttributeError) as error:  # json.loads, and a list has no keys
            raise CredentialRetrievalError(
                provider=f"profile '{begun.profile_name}'",
                error_msg="its credential_process does not print valid JSON",
            ) from error
        return begun


class _Roles(JSONFileCache):  # type: ignore[misc] # botocore says nothing of its types
    """The cache of the AWS CLI; where it cannot be written, in a container, nothing is kept.

    `anew` means that what was there before is not taken.
    """

    def __init__(self, *, anew: bool) -> None:
        super().__init__(str(Path("~/.aws/cli/cache").expanduser()))
        self._anew = anew

    def __contains__(self, key: str) -> bool:
        return not self._anew and super().__contains__(key)

    def __setitem__(self, key: str, value: object) -> None:
        with contextlib.suppress(OSError):
            super().__setitem__(key, value)
