"""Every other type, as far as moto has a model of its own for it."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from moto.core.common_models import CloudFormationModel
from moto.elbv2.models import elbv2_backends

from cloudformation_emulator.resources.model import (
    Context,
    Properties,
    Provisioned,
    ProvisioningError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME_LENGTH = 32
_PACKAGES = {
    "EC2": "ec2", "ElasticLoadBalancingV2": "elbv2", "Route53": "route53", "S3": "s3",
    "Logs": "logs", "SNS": "sns", "SSM": "ssm", "IAM": "iam", "KMS": "kms",
}  # fmt: skip
_DELETIONS = {
    "AWS::ElasticLoadBalancingV2::Listener": "delete_listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "delete_rule",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "delete_target_group",
}
"""Calls of the backend for types whose models do nothing when they are deleted."""


class Stock:
    """A type that moto models: its class is found by the type's name."""

    def __init__(self, type_name: str) -> None:
        self._type = type_name

    def create(self, context: Context, properties: Properties) -> Provisioned:
        """Have moto make the resource."""
        model = self._model()
        name_property = model.cloudformation_name_type()
        name = properties.get(name_property) or context.name(NAME_LENGTH)
        made = model.create_from_cloudformation_json(
            name, self._json(properties), context.account, context.region
        )
        return Provisioned(physical_id=str(made.physical_resource_id), model=made)

    def update(self, context: Context, old: Provisioned, properties: Properties) -> Provisioned:
        """Have moto change the resource; it may come back under another physical ID."""
        made = self._model().update_from_cloudformation_json(
            old.model, old.physical_id, self._json(properties), context.account, context.region
        )
        return Provisioned(physical_id=str(made.physical_resource_id), model=made)

    def delete(self, context: Context, old: Provisioned) -> None:
        """Have moto delete the resource."""
        if call := _DELETIONS.get(self._type):
            getattr(elbv2_backends[context.account][context.region], call)(old.physical_id)
            return
        delete: Any = getattr(old.model, "delete", None)
        if delete is None:
            self._model().delete_from_cloudformation_json(
                old.physical_id, self._json({}), context.account, context.region
            )
            return
        arguments = (context.account, context.region)
        delete(*arguments[: len(inspect.signature(delete).parameters)])

    def read(self, context: Context, identifier: Mapping[str, str]) -> Provisioned:
        """Refuse: moto's models cannot be looked up by their identifier."""
        del context, identifier
        raise ProvisioningError(f"Resource type {self._type} is not supported for import")

    def _json(self, properties: Properties) -> dict[str, Any]:
        return {"Type": self._type, "Properties": properties}

    def _model(self) -> type[CloudFormationModel]:
        package = _PACKAGES.get(self._type.split("::")[1])
        if package:
            importlib.import_module(f"moto.{package}.models")
        for model in CloudFormationModel.__subclasses__():
            if model.cloudformation_type() == self._type:
                return model
        raise ProvisioningError(f"Resource type {self._type} is not part of the local emulation")
