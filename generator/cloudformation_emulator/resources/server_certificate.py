"""AWS::IAM::ServerCertificate: Ref gives the name, GetAtt the ARN."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, iam_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ReplacementNeededError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.iam.models import Certificate

NAME_LENGTH = 128


class ServerCertificate:
    """Everything but the tags is fixed when the certificate is made.

    Path can be changed according to the documentation, but the handler lacks the permission,
    so it is left as it was.
    """

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Upload a certificate."""
        made = _iam(context).upload_server_certificate(
            properties.get("ServerCertificateName") or context.name(NAME_LENGTH),
            properties.get("CertificateBody", ""),
            properties.get("PrivateKey", ""),
            properties.get("CertificateChain"),
            properties.get("Path"),
        )
        return _provisioned(made)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Take other tags only."""
        name = properties.get("ServerCertificateName", old.physical_id)
        if name != old.physical_id:
            raise ReplacementNeededError
        return _provisioned(_iam(context).get_server_certificate(old.physical_id))

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a certificate; refused while a listener uses it."""
        with contextlib.suppress(NotFoundException):
            _iam(context).delete_server_certificate(old.physical_id)

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a certificate by its name."""
        return _provisioned(
            _iam(context).get_server_certificate(identifier["ServerCertificateName"])
        )


def _iam(context: Context) -> IAMBackend:
    return iam_backends[context.account]["aws"]


def _provisioned(certificate: Certificate) -> Provisioned:
    return Provisioned(physical_id=certificate.cert_name, attributes={"Arn": certificate.arn})
