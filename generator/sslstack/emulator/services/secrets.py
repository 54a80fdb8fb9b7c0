"""Secrets whose versions keep their labels when another one becomes current, as AWS's do.

Source: the API reference of PutSecretValue: only the labels that are given, AWSCURRENT and
AWSPREVIOUS move. moto takes every label from the version that was current.
"""

from __future__ import annotations

from moto.secretsmanager.models import SecretsManagerBackend

_MOVING = frozenset({"AWSCURRENT", "AWSPREVIOUS"})


class SecretBackend(SecretsManagerBackend):
    """moto's secrets, with labels that stay."""

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
        before = {
            version: [one for one in value["version_stages"] if one not in _MOVING]
            for version, value in (known.versions.items() if known else ())
        }
        answer = super().put_secret_value(
            secret_id, secret_string, secret_binary, client_request_token, version_stages
        )
        versions = self.secrets[secret_id].versions
        for version, labels in before.items():
            there = versions[version]["version_stages"]
            there += [one for one in labels if one not in there and one not in version_stages]
        return answer


SecretBackend.__module__ = SecretsManagerBackend.__module__
