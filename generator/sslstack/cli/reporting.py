"""A deployment at a terminal or in a pipe: printed, confirmed, and as JSON."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from sslstack.cli.context import Context
from sslstack.cli.json_writer import JsonWriter
from sslstack.cli.output import notify, say, screen
from sslstack.cli.printer import Printer, describe_losses, warn_of_losses
from sslstack.cli.prompter import Prompter
from sslstack.cli.signals import Terminated
from sslstack.deploy import review
from sslstack.deploy.change_set import build_empty
from sslstack.deploy.reporter import Interrupted
from sslstack.errors import DeploymentFailed
from sslstack.views import findings as findings_view
from sslstack.views.deployment.data import Outcome
from sslstack.views.deployment.stack import conclusion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, Operation, StackEvent
    from sslstack.deploy.status import DeployedStack
    from sslstack.findings import Finding

INTERRUPTED = 128 + signal.SIGINT
"""Exit code of a command that Ctrl-C ended."""
_INSTEAD = "use --yes to execute it, or --no-execute to keep it for 'sslstack execute'"


@dataclass(kw_only=True)
class TerminalReporter:
    """Shows a deployment with a printer, a prompter and a JSON writer.

    The options are those of `Printer` and `Prompter`. `running` is the change set that executes.
    """

    form: str = "text"
    banner: str = ""
    yes: bool = False
    allowed: tuple[str, ...] = ()
    execute_it: bool = True
    agrees: tuple[str, ...] = ("--yes",)
    instead: str = _INSTEAD
    context: Context = field(init=False)
    printer: Printer = field(init=False)
    prompter: Prompter = field(init=False)
    json: JsonWriter = field(init=False)
    running: ChangeSet | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Make the three parts."""
        self.context = Context(banner=self.banner)
        self.printer = Printer(form=self.form, execute_it=self.execute_it)
        self.prompter = Prompter(
            yes=self.yes, allowed=self.allowed, agrees=self.agrees, instead=self.instead
        )
        self.json = JsonWriter(self.form == "json")

    def prepare(self, **known: Any) -> None:
        """Take what is known about the deployment: fields of `Context`."""
        self.context = replace(self.context, **known)

    def review(self, change_set: ChangeSet) -> bool:
        """Show what would change, and ask whether to execute it."""
        self.settle()
        self.printer.show_change_set(self.context, change_set)
        if change_set.empty or not self.execute_it:
            warn_of_losses(describe_losses(review.find_grave(change_set.changes)))
            return False
        return self.prompter.confirm(change_set)

    def removes(self, stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
        """Ask whether to delete a stack whose creation failed."""
        self.settle()
        agreed = self.prompter.confirm_deletion(stack, load_balancers)
        if not agreed:
            self.json.write(self.context, build_empty(stack), Outcome.DECLINED)
        return agreed

    def announce(self, arn: str) -> None:
        """Print how to resume watching."""
        self.settle()
        say(f"executing; to resume watching: {self.context.resume_command(arn)}")

    def begin(self, change_set: ChangeSet, operation: Operation) -> None:
        """Begin the live view, on a terminal."""
        del operation
        self.running = change_set
        self.printer.begin_view(self.context, change_set, "deploying")

    def event(self, event: StackEvent) -> None:
        """Show one step: in the live view, in a pipe as a line."""
        self.printer.show_event(event, listed=self.is_listed(event))

    def is_listed(self, event: StackEvent) -> bool:
        """Whether a step has a line of its own."""
        del event
        return screen.live is None

    def settle(self) -> None:
        """End the live view; what is printed afterwards stays."""
        self.printer.end_view()

    def describe_detached(self, arn: str) -> str:
        """Describe what happens after Ctrl-C, and how to resume."""
        command = self.context.resume_command(arn)
        return f"the deployment continues at AWS; to resume watching: {command}"

    def interrupted(self, arn: str) -> Interrupted:
        """Ask whether to detach or to cancel; detach where no terminal can ask."""
        self.settle()
        if isinstance(sys.exception(), Terminated) or not sys.stdin.isatty():
            return Interrupted.DETACH
        click.echo(f"\n{self.describe_detached(arn)}", err=True)
        choice = self.prompter.choose_after_interrupt(self.context, self.running)
        if choice is not Interrupted.DETACH:
            self.printer.resume_view()
        return choice

    def notify(self, text: str) -> None:
        """Print a line on stderr."""
        notify(text)

    def show(self, text: str) -> None:
        """Print data on stdout."""
        click.echo(text, nl=False)

    def show_findings(self, findings: Iterable[Finding]) -> None:
        """Print findings that do not stop the deployment."""
        findings_view.show(findings, err=True)

    def conclude_waiting(self, change_set: ChangeSet) -> None:
        """Print which change set waits to be executed."""
        self.printer.show_waiting(change_set)

    def conclude_detached(self, arn: str) -> int:
        """Print how to resume watching, after Ctrl-C; returns the exit code."""
        self.settle()
        if self.running is not None:
            self.json.write(self.context, self.running, Outcome.DETACHED)
        say(self.describe_detached(arn))
        return INTERRUPTED

    def conclude_declined(self, change_set: ChangeSet, fate: str) -> int:
        """Print that a change set was declined, and its fate; returns the exit code."""
        self.json.write(self.context, change_set, Outcome.DECLINED)
        say(f"declined; {fate}")
        return 1

    def conclude(self, stack: str, end: End, change_set: ChangeSet) -> None:
        """Print how a deployment ended; raises DeploymentFailed with the root cause."""
        self.settle()
        outcome = Outcome.SUCCEEDED if end.succeeded else Outcome.FAILED
        self.json.write(self.context, change_set, outcome, end)
        context = self.context
        shown = conclusion(stack, end, context.origins, context.banner, context.complete)
        if end.succeeded:
            say(shown, nl=False)
            return
        *before, last = shown.splitlines()
        for line in before:
            say(line)
        raise DeploymentFailed(last)
