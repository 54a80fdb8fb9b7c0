"""Doing things to resources, with failures and delays as asked for, and AWS's reasons."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from cloudformation_emulator.resources import (
    Context,
    ProvisioningError,
    ReplacementNeededError,
    kind_of,
)
from cloudformation_emulator.stacks import schemas
from cloudformation_emulator.stacks.references import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cloudformation_emulator.resources import Provisioned
    from cloudformation_emulator.stacks.model import Resource, Stack
    from cloudformation_emulator.stacks.region import Region

Result = TypeVar("Result")

ATTEMPTS = 3
"""How often a deletion is tried: repost.aws, "cloudformation-stack-cleanup-stuck"."""
_HANDLER_CODES = {
    "CertificateNotFound": "NotFound",
    "CertificateNotFoundException": "NotFound",
    "DeleteConflict": "ResourceConflict",
    "EntityAlreadyExists": "AlreadyExists",
    "LimitExceeded": "ServiceLimitExceeded",
    "LoadBalancerNotFound": "NotFound",
    "NoSuchEntity": "NotFound",
    "PolicyNotFound": "NotFound",
}
"""HandlerErrorCode for an error code of a service; GeneralServiceException for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What may be done to the resources of one stack."""

    region: Region
    stack: Stack

    def pause(self, logical_id: str) -> None:
        """Take the time a resource takes, and wait where the resource is held."""
        self.region.control.wait(logical_id)
        if self.region.delay:
            threading.Event().wait(self.region.delay)

    def create(self, resource: Resource) -> Provisioned:
        """Make a resource."""
        return self._apply(resource, "CREATE", kind_of(resource.type).create)

    def update(self, resource: Resource) -> Provisioned:
        """Change a resource in place; raises ReplacementNeededError where that cannot be."""
        made = resource.provisioned
        assert made is not None  # noqa: S101 - only what exists is changed
        update = kind_of(resource.type).update
        return self._apply(
            resource, "UPDATE", lambda context, properties: update(context, made, properties)
        )

    def adopt(self, resource: Resource, identifier: dict[str, str]) -> Provisioned:
        """Take a resource that exists into the stack, unless it is another's: resource-import."""
        name = next(iter(identifier.values()))
        owner = self.region.owner(name)
        if owner is not None and owner.deleted is None:
            raise ProvisioningError(f"{name} already belongs to stack {owner.arn}")
        read = kind_of(resource.type).read
        return self._attempt(
            resource, "IMPORT", lambda: read(self._context(resource.logical_id), identifier)
        )

    def delete(self, resource: Resource) -> None:
        """Delete a resource, as its deletion policy says; each step is an event.

        Raises ProvisioningError once it failed too often.
        """
        if resource.definition.get("DeletionPolicy") == "Retain":
            self.note(resource, "DELETE_SKIPPED")
            return
        for attempt in range(1, ATTEMPTS + 1):
            self.note(resource, "DELETE_IN_PROGRESS")
            self.pause(resource.logical_id)
            try:
                self._delete(resource)
            except ProvisioningError as error:
                self.note(resource, "DELETE_FAILED", str(error))
                if attempt == ATTEMPTS:
                    raise
            else:
                self.note(resource, "DELETE_COMPLETE")
                return

    def delete_all(self, resources: Iterable[Resource]) -> list[str]:
        """Delete resources one after the other; give the names of those that stay."""
        left = []
        for resource in resources:
            try:
                self.delete(resource)
            except ProvisioningError:
                left.append(resource.logical_id)
        return left

    def note(self, resource: Resource, status: str, reason: str = "") -> None:
        """Record an event of a resource."""
        with self.region.lock:
            self.stack.note(resource, status, reason)

    def _delete(self, resource: Resource) -> None:
        made = resource.provisioned
        if made is None:
            return
        delete = kind_of(resource.type).delete
        with self.region.lock:
            self._attempt(
                resource, "DELETE", lambda: delete(self._context(resource.logical_id), made)
            )

    def _apply(
        self, resource: Resource, operation: str, act: Callable[[Context, Any], Provisioned]
    ) -> Provisioned:
        """Make or change a resource with its dynamic references resolved, for this call only."""
        resolver = Resolver(self.region.account, self.region.name)
        context = self._context(resource.logical_id)
        if problem := schemas.refusal(resource.type, resource.properties):
            raise ProvisioningError(
                f"Properties validation failed for resource {resource.logical_id} with "
                f"message: #: {problem}"
            )
        try:
            return self._attempt(
                resource, operation, lambda: act(context, resolver.resolve(resource.properties))
            )
        except ProvisioningError as error:
            raise ProvisioningError(resolver.censored(str(error))) from None

    def _attempt(self, resource: Resource, operation: str, act: Callable[[], Result]) -> Result:
        """Do it, unless a failure was asked for; every error becomes a ProvisioningError."""
        if reason := self.region.control.take_failure(resource.logical_id, operation):
            raise ProvisioningError(reason)
        try:
            return act()
        except (ProvisioningError, ReplacementNeededError):
            raise
        except (ServiceException, HTTPException) as error:
            raise ProvisioningError(_handler_message(resource.type, error)) from None
        except Exception as error:  # noqa: BLE001 - moto's models raise anything for odd input
            # The text of an unforeseen error may quote a property, which may be a private key.
            raise ProvisioningError(f"Internal Failure ({type(error).__name__})") from None

    def _context(self, logical_id: str) -> Context:
        return Context(
            account=self.region.account,
            region=self.region.name,
            stack_name=self.stack.name,
            stack_id=self.stack.arn,
            logical_id=logical_id,
            tags=self.stack.tags,
        )


def _handler_message(type_name: str, error: ServiceException | HTTPException) -> str:
    """Word the refusal of a service as the handlers of resources do."""
    code = error.code if isinstance(error, ServiceException) else getattr(error, "error_type", "")
    message = getattr(error, "message", "") or type(error).__name__
    service = type_name.split("::")[1]
    return (
        f'Resource handler returned message: "{message} (Service: {service}, Status Code: 400, '
        f'Error Code: {code})" (RequestToken: {uuid.uuid4()}, '
        f"HandlerErrorCode: {_HANDLER_CODES.get(str(code), 'GeneralServiceException')})"
    )
