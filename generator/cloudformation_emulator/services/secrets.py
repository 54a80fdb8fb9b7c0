"""Secrets whose versions keep their labels when another one becomes current, as AWS's do.

Source: the API reference of PutSecretValue: only the labels that are given, AWSCURRENT and
AWSPREVIOUS move. moto takes every label from the version that was current, and has times in whole
seconds. A secret has 20 labels at most (quotas, in the guide of Secrets Manager).
"""

from __future__ import annotations

import json
import time

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.models import SecretsManagerBackend

_MOVING = frozenset({"AWSCURRENT", "AWSPREVIOUS"})
_LABELS = 20


class SecretBackend(SecretsManagerBackend):
    """moto's secrets, with labels that stay, and are counted."""

    def put_secret_value(
        self,
        secret_id: str,
        secret_string: str,
        secret_binary: str,
        client_request_token: str,
        version_stages: list[str],
    ) -> str:
        """Add a version, and give the others back the labels that do not move."""
        known = self.secrets.get(secret_id)
        self._counted(secret_id, version_stages)
        before = {
            version: [one for one in value["version_stages"] if one not in _MOVING]
            for version, value in (known.versions.items() if known else ())
        }
        answer = super().put_secret_value(
            secret_id, secret_string, secret_binary, client_request_token, version_stages
        )
        versions = self.secrets[secret_id].versions
        for version in versions.keys() - before.keys():
            versions[version]["createdate"] = time.time()
        for version, labels in before.items():
            there = versions[version]["version_stages"]
            there += [one for one in labels if one not in there and one not in version_stages]
        return answer

    def list_secret_version_ids(self, secret_id: str) -> str:
        """Tell when each version was made; moto says that all were just now."""
        answer = json.loads(super().list_secret_version_ids(secret_id))
        versions = self.secrets[secret_id].versions
        for one in answer["Versions"]:
            one["CreatedDate"] = versions[one["VersionId"]]["createdate"]
        return json.dumps(answer)

    def update_secret_version_stage(
        self,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str,
        move_to_version_id: str,
    ) -> tuple[str, str]:
        """Move a label, if there is room for it."""
        if move_to_version_id:
            self._counted(secret_id, [version_stage])
        return super().update_secret_version_stage(
            secret_id, version_stage, remove_from_version_id, move_to_version_id
        )

    def _counted(self, secret_id: str, more: list[str]) -> None:
        known = self.secrets.get(secret_id)
        versions = known.versions.values() if known else ()
        labels = {label for version in versions for label in version["version_stages"]}
        if len(labels | set(more)) > _LABELS:
            raise SecretsManagerClientError(
                "LimitExceededException",
                "The request failed because it would exceed one of the Secrets Manager quotas.",
            )


SecretBackend.__module__ = SecretsManagerBackend.__module__
