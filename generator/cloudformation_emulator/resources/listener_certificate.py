"""AWS::ElasticLoadBalancingV2::ListenerCertificate: further certificates of a listener."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from moto.elbv2.models import ELBv2Backend, elbv2_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ProvisioningError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class ListenerCertificate:
    """The certificates that one resource adds to a listener's list."""

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Add the certificates."""
        listener, certificates = properties["ListenerArn"], properties["Certificates"]
        _elb(context).add_listener_certificates(listener, certificates)
        text = ",".join(one["CertificateArn"] for one in certificates)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return Provisioned(physical_id=f"{listener}/certificates/{digest}", model=properties)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Take the old certificates away and add the new ones."""
        self.delete(context, old)
        return self.create(context, properties)

    def delete(self, context: Context, old: Provisioned) -> None:
        """Take away the certificates this resource added."""
        _elb(context).remove_listener_certificates(
            old.model["ListenerArn"], old.model["Certificates"]
        )

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Refuse: CloudFormation cannot import the type."""
        del context, identifier
        raise ProvisioningError("Resource type ListenerCertificate is not supported for import")


def _elb(context: Context) -> ELBv2Backend:
    return elbv2_backends[context.account][context.region]
