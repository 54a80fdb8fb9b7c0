"""The error of a request that a service refuses."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class RefusedError(ServiceException):
    """A refusal: the code of the service's model, and a message.

    moto looks for the model of an error's service by the error's module, and the module of its
    own base class leads nowhere; hence a class of ours.
    """
