"""AWS::CertificateManager::Certificate: issued at once, no record need be made."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import AWSCertificateManagerBackend, acm_backends

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.resources.model import Context, Properties, Provisioned

if TYPE_CHECKING:
    from collections.abc import Mapping


class Certificate:
    """A certificate of ACM; Ref gives its ARN."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Request a certificate, which is issued by the time it is returned."""
        _refuse_double_records(properties)
        own = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        arn = _acm(context).request_certificate(
            properties["DomainName"],
            None,  # type: ignore[arg-type] # as moto's own handler of the call passes it
            properties.get("SubjectAlternativeNames", []),
            [{"Key": key, "Value": value} for key, value in {**context.tags, **own}.items()],
        )
        _acm(context).get_certificate(arn).status = "ISSUED"
        return Provisioned(physical_id=arn, attributes={"CertificateArn": arn})

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Take what may change in place: options and tags, which nothing here reads."""
        del context, properties
        return old

    def delete(self, context: Context, old: Provisioned) -> None:
        """Delete a certificate."""
        with contextlib.suppress(CertificateNotFound):
            _acm(context).delete_certificate(old.physical_id)

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Find a certificate by its ARN."""
        found = _acm(context).get_certificate(identifier["CertificateArn"])
        return Provisioned(physical_id=found.arn, attributes={"CertificateArn": found.arn})


def _refuse_double_records(properties: Properties) -> None:
    """Refuse two options whose domains have one CNAME record, as Route 53 does.

    A wildcard is validated by the record of the name behind it (ACM guide, dns-validation).
    """
    options = properties.get("DomainValidationOptions", [])
    names = [one["DomainName"].lower() for one in options if "HostedZoneId" in one]
    counted = Counter(name.removesuffix(".").removeprefix("*.") for name in names)
    for name, count in counted.items():
        if count > 1:
            raise RefusedError(
                "InvalidChangeBatch",
                "The request contains an invalid set of changes for a resource record set "
                f"'CNAME _validation.{name}.'",
            )


def _acm(context: Context) -> AWSCertificateManagerBackend:
    return acm_backends[context.account][context.region]
