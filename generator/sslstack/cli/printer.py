"""A deployment as it is printed: the change set, its consequences, each step, the live view."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sslstack import escaping
from sslstack.cli.json_writer import format_outcome, proposed_outcome
from sslstack.cli.output import say, screen, unguarded
from sslstack.diff import surprises
from sslstack.views.banner import styled
from sslstack.views.deployment.markdown import markdown
from sslstack.views.deployment.stack import step
from sslstack.views.deployment.text import text
from sslstack.views.deployment.words import verb
from sslstack.views.review.text import consequences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sslstack.changes import ResourceChange
    from sslstack.cli.context import Context
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import StackEvent
    from sslstack.views.deployment.live import Progress


@dataclass(kw_only=True)
class Printer:
    """Prints the change set on stdout, in a `form`, and everything else on stderr.

    A change set that is not executed (`execute_it`) exists even if nobody reads about it: `unread`
    is then set.
    """

    form: str
    execute_it: bool
    unread: bool = False
    progress: Progress | None = None

    def show_change_set(self, context: Context, change_set: ChangeSet) -> None:
        """Show what would change; where JSON comes later on stdout, as text on stderr."""
        if context.banner:
            say(styled(context.banner))
        if self.form == "markdown":
            compared = None if change_set.empty else context.compared
            self._print(markdown(change_set, context.origins, context.banner, compared))
        elif self.form == "json" and (change_set.empty or not self.execute_it):
            self._print(format_outcome(context, change_set, proposed_outcome(change_set)))
        else:
            aside = self.form == "json"
            self._print("".join(_consequences(context, change_set)), err=aside)
            self._print(text(change_set, context.origins), err=aside)
        _show_surprises(context, change_set)

    def _print(self, words: str, *, err: bool = False) -> None:
        if self.execute_it:
            click.echo(words, nl=False, err=err)
        else:
            self.unread |= not say(words, nl=False, err=err)

    def show_waiting(self, change_set: ChangeSet) -> None:
        """Print the ARN of a change set that waits to be executed, as the last line."""
        if self.form == "text":
            self._print(f"{change_set.arn}\n")
        if self.unread:
            say(f"not executed: {change_set.arn}")

    def begin_view(self, context: Context, change_set: ChangeSet | None, title: str) -> None:
        """Begin the live view, on a terminal that can move its cursor."""
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            return
        from sslstack.views.deployment.live import Progress  # noqa: PLC0415 - rich, 0.2 s

        name = f"{change_set.stack}: {title}" if change_set else title
        self.progress = Progress.of(change_set, name, context.banner)
        self.resume_view()

    def resume_view(self) -> None:
        """Show the live view again, if there was one."""
        if self.progress is None:
            return
        from sslstack.views.deployment.live import LiveView, console  # noqa: PLC0415 - rich, 0.2 s

        current = click.get_current_context(silent=True)
        plain = current is not None and current.color is False
        screen.begin(LiveView(self.progress, console(unguarded(sys.stderr), plain=plain)))

    @staticmethod
    def show_event(event: StackEvent, *, listed: bool) -> None:
        """Show one step in the live view; as a line as well, if it is `listed`."""
        screen.take(event)
        if listed:
            say(step(event))

    @staticmethod
    def end_view() -> None:
        """End the live view; what is printed afterwards stays."""
        screen.settle()


def warn_of_losses(losses: Iterable[str]) -> None:
    """Warn, in red, of load balancers whose DNS name changes or ends."""
    for words in losses:
        warning = escaping.style_text(f"{words}: its DNS name stops working", fg="red", bold=True)
        click.echo(warning, err=True)


def describe_losses(changes: Iterable[ResourceChange]) -> Iterator[str]:
    """Describe changes of load balancers: `will replace load balancer WebLoadBalancer`."""
    for change in changes:
        yield f"{verb(change)} load balancer {change.logical_id}"


def _consequences(context: Context, change_set: ChangeSet) -> Iterator[str]:
    if context.compared is not None and not change_set.empty:
        yield from consequences(context.compared.consequences, context.compared)


def _show_surprises(context: Context, change_set: ChangeSet) -> None:
    """Print where the change set has other changes than the templates' difference."""
    if context.compared is None or change_set.empty:
        return
    for line in surprises(context.compared.diff, change_set.changes, context.parameters):
        click.echo(f"{escaping.style_text('unexpected', fg='red', bold=True)}: {line}", err=True)
