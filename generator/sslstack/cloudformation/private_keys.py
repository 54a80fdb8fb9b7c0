"""How a template refers to a private key that it does not contain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.cloudformation.limits import RESOLVE
from sslstack.cloudformation.names import logical_id

if TYPE_CHECKING:
    from sslstack.stack.model import FileCertificate, Stack


def secret_name(stack_name: str, certificate: str) -> str:
    """Return the name of the secret with a certificate's private key, a version per key pair."""
    return f"sslstack/{stack_name}/{certificate}"


def parameter_name(certificate: FileCertificate) -> str:
    """Return the name of the NoEcho parameter for a private key, if parameters are used."""
    return logical_id(certificate.name, "PrivateKey")


def secret_reference(certificate: FileCertificate, stack: Stack) -> str:
    """Return a dynamic reference to the key by the fingerprint of its public key.

    Secrets Manager accepts a ClientRequestToken of 32 to 64 characters as version id
    (PutSecretValue), so the reference names content: a new key pair changes the template.
    """
    secret = secret_name(stack.name, certificate.name)
    version = certificate.chain.public_key_fingerprint
    return f"{RESOLVE}secretsmanager:{secret}:SecretString:private_key::{version}}}}}"
