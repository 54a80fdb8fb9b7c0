"""Errors of the API, by the codes of its service model."""

from __future__ import annotations

from moto.core.exceptions import ServiceException

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
NO_UPDATES = "No updates are to be performed."


def invalid(message: str) -> ServiceException:
    """Give the error of a request that is wrong."""
    return ServiceException("ValidationError", message)


def missing_stack(name: str) -> ServiceException:
    """Give the error of a stack that does not exist."""
    return invalid(f"Stack with id {name} does not exist")
