"""AWS::SecretsManager::Secret: Ref gives the ARN."""

from __future__ import annotations

import contextlib
import json
import secrets
import string
import uuid
from typing import TYPE_CHECKING, Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ProvisioningError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_LENGTH = 200
_PASSWORD_LENGTH = 32
"""What GenerateSecretString makes unless PasswordLength says otherwise: its reference page."""


class Secret:
    """A secret, given or generated."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Make a secret with its first version."""
        name = properties.get("Name") or context.name(NAME_LENGTH)
        tags = context.all_tags(properties.get("Tags", []))
        backend = _backend(context)
        backend.create_secret(
            name,
            _value(properties),
            None,
            properties.get("Description"),
            [{"Key": key, "Value": value} for key, value in tags.items()],
            properties.get("KmsKeyId"),
            None,
            [],
            False,  # noqa: FBT003 - moto names it force_overwrite
        )
        return _provisioned(backend.secrets[name].arn)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Store the value the template has now as another version."""
        _backend(context).update_secret(
            old.physical_id,
            secret_string=properties.get("SecretString"),
            client_request_token=str(uuid.uuid4()),  # without one moto takes any for the same
            description=properties.get("Description"),
            kms_key_id=properties.get("KmsKeyId"),
        )
        return old

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a secret, without a time in which it could be restored."""
        with contextlib.suppress(SecretNotFoundException):
            _backend(context).delete_secret(
                old.physical_id, None, force_delete_without_recovery=True
            )

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a secret by its ARN."""
        secret_id = identifier["Id"]
        if secret_id not in _backend(context).secrets:
            raise ProvisioningError("Secrets Manager can't find the specified secret.")
        return _provisioned(_backend(context).secrets[secret_id].arn)


def _value(properties: Properties) -> str | None:
    """Give the value of the template, or a generated one."""
    rules: dict[str, Any] | None = properties.get("GenerateSecretString")
    if rules is None:
        return properties.get("SecretString")
    length = int(rules.get("PasswordLength", _PASSWORD_LENGTH))
    password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))
    if "GenerateStringKey" not in rules:
        return password
    template = json.loads(rules.get("SecretStringTemplate", "{}"))
    return json.dumps({**template, rules["GenerateStringKey"]: password})


def _backend(context: Context) -> SecretsManagerBackend:
    return secretsmanager_backends[context.account][context.region]


def _provisioned(arn: str) -> Provisioned:
    return Provisioned(physical_id=arn, attributes={"Id": arn})
