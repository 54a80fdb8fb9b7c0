"""What came of a change set, as JSON on stdout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.cli.output import say
from sslstack.views.deployment.data import Outcome, as_json

if TYPE_CHECKING:
    from sslstack.cli.context import Context
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End


@dataclass(frozen=True, slots=True)
class JsonWriter:
    """Writes JSON if that format was chosen."""

    enabled: bool

    def write(
        self, context: Context, change_set: ChangeSet, outcome: Outcome, end: End | None = None
    ) -> None:
        """Write an outcome; that nobody reads it does not end the command."""
        if self.enabled:
            say(format_outcome(context, change_set, outcome, end), err=False, nl=False)


def format_outcome(
    context: Context, change_set: ChangeSet, outcome: Outcome, end: End | None = None
) -> str:
    """Return an outcome as a JSON document."""
    return as_json(
        change_set, outcome, end,
        origins=context.origins, compared=context.compared, emulated=bool(context.banner),
    )  # fmt: skip


def proposed_outcome(change_set: ChangeSet) -> Outcome:
    """Return the outcome of a change set that is not executed."""
    return Outcome.EMPTY if change_set.empty else Outcome.PROPOSED
