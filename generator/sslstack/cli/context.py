"""What is known about a deployment while its change set is shown and executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sslstack.aws.client import Aws
    from sslstack.diff import Review
    from sslstack.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a deployment happens, and what its template declares.

    Commands in messages are for the account of `aws`. `compared` is the deployed template with
    the new one. `parameters` are those that this deployment sets; a template does not show their
    effects. `banner` marks an emulation: nothing is sent to AWS.
    """

    aws: Aws | None = None
    origins: Mapping[str, Location] = field(default_factory=dict)
    compared: Review | None = None
    parameters: Collection[str] = ()
    banner: str = ""

    def resume_command(self, arn: str) -> str:
        """Return the command that watches, or executes, a change set."""
        words = f"sslstack execute {arn}"
        return words if self.aws is None else self.aws.command(words)

    def complete(self, hint: str) -> str:
        """Return a hint whose commands name the region and the profile."""
        return hint if self.aws is None else self.aws.hint(hint)
