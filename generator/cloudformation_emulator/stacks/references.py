"""Dynamic references: resolved when a resource is made or changed, remembered nowhere.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from cloudformation_emulator.resources import ProvisioningError

_REFERENCE = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):([^{}]+)\}\}")
_ARN_PARTS = 7
"""arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME"""
_SERVICE = "(Service: AWSSecretsManager; Status Code: 400; Error Code: {})"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves the references of one resource, and can take the values out of messages."""

    account: str
    region: str
    _values: set[str] = field(default_factory=set)

    def resolve(self, value: Any) -> Any:
        """Give a value with the references in it replaced by what they name."""
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if isinstance(value, str):
            return _REFERENCE.sub(self._replacement, value)
        return value

    def censored(self, message: str) -> str:
        """Give a message without the values that were resolved."""
        for value in self._values:
            message = message.replace(value, "****")
        return message

    def _replacement(self, match: re.Match[str]) -> str:
        service, argument = match.groups()
        value = self._parameter(argument) if service == "ssm" else self._secret(service, argument)
        if value:
            self._values.add(value)
        return value

    def _parameter(self, argument: str) -> str:
        found = ssm_backends[self.account][self.region].get_parameter(argument)
        if found is None:
            raise ProvisioningError(
                f"Unable to fetch parameters [{argument}] from parameter store for this account."
            )
        return str(found.value)

    def _secret(self, service: str, argument: str) -> str:
        if service == "ssm-secure":
            raise ProvisioningError("SSM Secure reference is not supported in this property")
        name, key, stage, version = _parts(argument)
        text = self._secret_string(name, stage, version)
        if not key:
            return text
        try:
            return str(json.loads(text)[key])
        except (ValueError, KeyError, TypeError) as error:
            raise ProvisioningError(
                "Could not find a value associated with JSONKey in SecretString"
            ) from error

    def _secret_string(self, name: str, stage: str, version: str) -> str:
        backend = secretsmanager_backends[self.account][self.region]
        if name not in backend.secrets or backend.secrets[name].is_deleted():
            raise _absent("Secrets Manager can't find the specified secret.")
        label = f"VersionId: {version}" if version else f"staging label: {stage or 'AWSCURRENT'}"
        found: dict[str, Any]
        try:
            found = backend.get_secret_value(
                name,
                version or None,  # type: ignore[arg-type] # moto passes None for "not given"
                stage or (None if version else "AWSCURRENT"),  # type: ignore[arg-type] # as above
            )
        except (JsonRESTError, ServiceException) as error:
            raise _absent(
                f"Secrets Manager can't find the specified secret value for {label}"
            ) from error
        return str(found.get("SecretString", ""))


def _parts(argument: str) -> tuple[str, str, str, str]:
    """Split `SECRET:SecretString:KEY:STAGE:VERSION`, in which SECRET may be an ARN."""
    parts = argument.split(":")
    length = _ARN_PARTS if parts[0] == "arn" else 1
    name, rest = ":".join(parts[:length]), parts[length:]
    kind, key, stage, version = [*rest, "", "", "", ""][:4]
    if kind not in ("", "SecretString"):
        raise ProvisioningError(f"Invalid secret reference: {kind} is not SecretString")
    return name, key, stage, version


def _absent(message: str) -> ProvisioningError:
    return ProvisioningError(f"{message} {_SERVICE.format('ResourceNotFoundException')}")
