"""The errors a user may meet, and the exit code each ends the program with.

    SslstackError              1   the answer is no
      InputError               2   a file is unreadable, invalid or contradicts another
        CheckFailed            1   a template can be written, and something is wrong with it
      UnavailableError         3   something outside is not there: network, AWS, credentials
      DeploymentFailed         4   the stack ended failed or rolled back

A class is here only if some code catches it or its exit code differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sslstack import redaction
from sslstack.findings import Finding, Location, sort_findings

if TYPE_CHECKING:
    from collections.abc import Iterable


class SslstackError(Exception):
    """Cannot go on; `hint` says what would help."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(redaction.hide_secrets(message))
        self.hint = redaction.hide_secrets(hint)


class InputError(SslstackError):
    """What was given is wrong: every finding, each with its place."""

    exit_code = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sort_findings(findings)
        super().__init__("\n".join(map(str, self.findings)))

    @classmethod
    def at(cls, location: Location, rule: str, message: str, *, hint: str = "") -> InputError:
        """Make the error of a single finding."""
        return cls([Finding(rule=rule, message=message, location=location, hint=hint)])


class CheckFailed(InputError):  # noqa: N818 - what users call it
    """A finding is an error, though a template can be written."""

    exit_code = 1


class UnavailableError(SslstackError):
    """Something outside this machine's files did not answer."""

    exit_code = 3


class DeploymentFailed(SslstackError):  # noqa: N818 - what users call it
    """A stack operation came to another end than was asked for."""

    exit_code = 4
