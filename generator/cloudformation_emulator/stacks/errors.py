"""Errors of the API, by the codes of its service model."""

from __future__ import annotations

from cloudformation_emulator.errors import RefusedError

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
INVALID = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To "
    "troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure "
    "information."
)
NO_UPDATES = "No updates are to be performed."


def invalid(message: str) -> RefusedError:
    """Give the error of a request that is wrong."""
    return RefusedError("ValidationError", message)


def missing_stack(name: str) -> RefusedError:
    """Give the error of a stack that does not exist."""
    return invalid(f"Stack with id {name} does not exist")
