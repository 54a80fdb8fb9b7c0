"""How a template gets at a private key that it does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.cloudformation.limits import RESOLVE
from sslstack.cloudformation.names import logical_id

if TYPE_CHECKING:
    from sslstack.stack.model import FileCertificate, Stack


def secret_name(stack_name: str, certificate: str) -> str:
    """Name the secret that holds a certificate's private key, a version for each key pair."""
    return f"sslstack/{stack_name}/{certificate}"


def parameter_name(certificate: FileCertificate) -> str:
    """Name the NoEcho parameter by which a private key arrives where that is asked for."""
    return logical_id(certificate.name, "PrivateKey")


def secret_reference(certificate: FileCertificate, stack: Stack) -> str:
    """Refer to the key by the fingerprint of its public half.

    Secrets Manager takes a ClientRequestToken of 32 to 64 characters as version id
    (PutSecretValue), so the reference names content: a new key pair changes the template.
    """
    secret = secret_name(stack.name, certificate.name)
    version = certificate.chain.public_key_fingerprint
    return f"{RESOLVE}secretsmanager:{secret}:SecretString:private_key::{version}}}}}"
