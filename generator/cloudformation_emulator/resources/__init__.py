"""The types of resources a stack may hold, and how each is made, changed and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudformation_emulator.resources.certificate import Certificate
from cloudformation_emulator.resources.classic import ClassicLoadBalancer
from cloudformation_emulator.resources.listener_certificate import ListenerCertificate
from cloudformation_emulator.resources.model import (
    Context,
    Kind,
    Properties,
    Provisioned,
    ProvisioningError,
    ReplacementNeededError,
)
from cloudformation_emulator.resources.secret import Secret
from cloudformation_emulator.resources.security_group import SecurityGroup
from cloudformation_emulator.resources.server_certificate import ServerCertificate
from cloudformation_emulator.resources.stock import Stock

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Context",
    "Kind",
    "Properties",
    "Provisioned",
    "ProvisioningError",
    "ReplacementNeededError",
    "kind_of",
]

_KINDS: Mapping[str, Kind] = {
    "AWS::CertificateManager::Certificate": Certificate(),
    "AWS::EC2::SecurityGroup": SecurityGroup(),
    "AWS::ElasticLoadBalancing::LoadBalancer": ClassicLoadBalancer(),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": ListenerCertificate(),
    "AWS::IAM::ServerCertificate": ServerCertificate(),
    "AWS::SecretsManager::Secret": Secret(),
}


def kind_of(type_name: str) -> Kind:
    """Give the handlers of a type: ours, or moto's where we have none."""
    return _KINDS.get(type_name) or Stock(type_name)
