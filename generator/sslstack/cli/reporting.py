"""Who watches a deployment at a terminal, or in a pipe, and decides."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from sslstack import escaping
from sslstack.arn import parse_arn
from sslstack.cli.output import say, screen, unguarded
from sslstack.cli.signals import Terminated
from sslstack.deploy import review
from sslstack.deploy.reporter import Interrupted
from sslstack.errors import DeploymentFailed, SslstackError
from sslstack.views.banner import styled
from sslstack.views.deployment.data import Outcome, as_json
from sslstack.views.deployment.markdown import markdown
from sslstack.views.deployment.stack import conclusion, step
from sslstack.views.deployment.text import text
from sslstack.views.deployment.words import verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sslstack.aws.client import Aws
    from sslstack.changes import ResourceChange
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, Operation, StackEvent
    from sslstack.deploy.status import DeployedStack
    from sslstack.diff import Review
    from sslstack.findings import Location
    from sslstack.views.deployment.live import Progress

INTERRUPTED = 128 + signal.SIGINT
"""Exit code of a command that Ctrl-C ended."""


@dataclass(kw_only=True)
class TerminalReporter:
    """Plain lines on stderr; the change set itself on stdout.

    Commands that it prints mean the account of `aws`. `compared` is the deployed template against
    the proposed one: its consequences are said first, and what CloudFormation proposes otherwise.
    `parameters` are those that this deployment sets, whose effects no template shows.
    `banner` is seen on every screen, and told to programs: where there is one, nothing is sent to
    AWS. `yes` answers the question, but not the one about load balancers: for these `allowed` has
    to hold the logical ID. `agrees` are the options that answer the question, `instead` says what
    helps where nobody can be asked.
    """

    aws: Aws | None = None
    origins: Mapping[str, Location] = field(default_factory=dict)
    form: str = "text"
    compared: Review | None = None
    parameters: Collection[str] = ()
    banner: str = ""
    yes: bool = False
    allowed: tuple[str, ...] = ()
    execute_it: bool = True
    progress: Progress | None = None
    running: ChangeSet | None = None
    unread: bool = False
    agrees: tuple[str, ...] = ("--yes",)
    instead: str = "--yes takes it as reviewed; --no-execute leaves it for 'sslstack execute'"

    def review(self, change_set: ChangeSet) -> bool:
        """Show what would change, and ask.

        With JSON to come on stdout, a terminal is shown the text on stderr.
        """
        self.settle()
        if self.banner:
            say(styled(self.banner))
        final = change_set.empty or not self.execute_it
        if self.form == "markdown":
            compared = None if change_set.empty else self.compared
            self._show(markdown(change_set, self.origins, self.banner, compared))
        elif self.form == "json" and final:
            self._show(self.as_json(change_set, self._proposed(change_set)))
        else:
            aside = self.form == "json"
            self._show("".join(self._consequences(change_set)), err=aside)
            self._show(text(change_set, self.origins), err=aside)
        self._surprises(change_set)
        if final:
            self._warn_of(_losing(review.grave(change_set.changes)))
            return False
        return self._grave(change_set) and (self.yes or self._asked(change_set))

    def _show(self, words: str, *, err: bool = False) -> None:
        """Print; what is not executed stands there even if nobody reads of it."""
        if self.execute_it:
            click.echo(words, nl=False, err=err)
        else:
            self.unread |= not say(words, nl=False, err=err)

    def as_json(self, change_set: ChangeSet, outcome: Outcome, end: End | None = None) -> str:
        """Give what came of a change set, for programs."""
        return as_json(
            change_set, outcome, end,
            origins=self.origins, compared=self.compared, emulated=bool(self.banner),
        )  # fmt: skip

    @staticmethod
    def _proposed(change_set: ChangeSet) -> Outcome:
        return Outcome.EMPTY if change_set.empty else Outcome.PROPOSED

    def waits(self, change_set: ChangeSet) -> None:
        """Say which change set waits to be executed, last."""
        if self.form == "text":
            self._show(f"{change_set.arn}\n")
        if self.unread:
            say(f"not executed: {change_set.arn}")

    def declined(self, change_set: ChangeSet, fate: str) -> int:
        """Say what becomes of a change set that nobody wants; gives the exit code."""
        if self.form == "json":
            say(self.as_json(change_set, Outcome.DECLINED), err=False, nl=False)
        say(f"declined; the change set {fate}")
        return 1

    def _consequences(self, change_set: ChangeSet) -> Iterator[str]:
        from sslstack.views.review.text import consequences  # noqa: PLC0415 - only for these

        if self.compared is not None and not change_set.empty:
            yield from consequences(self.compared.consequences, self.compared)

    def _surprises(self, change_set: ChangeSet) -> None:
        """Say where CloudFormation proposes other things than the templates' difference."""
        from sslstack.diff import surprises  # noqa: PLC0415 - only for these

        if self.compared is None or change_set.empty:
            return
        for line in surprises(self.compared.diff, change_set.changes, self.parameters):
            click.echo(
                f"{escaping.style_text('unexpected', fg='red', bold=True)}: {line}", err=True
            )

    def removes(self, stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
        """Ask whether a stack that failed may go."""
        self.settle()
        say(
            f"stack {stack.name} in {_place(stack.id)} is {stack.status}: it is deleted first, "
            "with all that is in it"
        )
        left = [name for name in load_balancers if name not in self.allowed]
        self._warn_of(f"will delete load balancer {name}" for name in left)
        agreed = not left or self._named(stack.name, left)
        agreed = agreed and (
            self.yes or self._confirmed("delete it?", "delete it", "--yes agrees to that")
        )
        if not agreed and self.form == "json":
            from sslstack.deploy.change_set import nothing  # noqa: PLC0415 - it imports botocore

            say(self.as_json(nothing(stack), Outcome.DECLINED), err=False, nl=False)
        return agreed

    def _grave(self, change_set: ChangeSet) -> bool:
        """Have the stack's name typed where a load balancer would get another DNS name."""
        found = review.grave(change_set.changes, self.allowed)
        self._warn_of(_losing(found))
        kept = "" if change_set.ours else change_set.arn
        return not found or self._named(change_set.stack, [one.logical_id for one in found], kept)

    def _named(self, stack: str, load_balancers: Sequence[str], kept: str = "") -> bool:
        """Have the stack's name typed; where nobody can, name the options that stand for it.

        `kept` is a change set of another run, which stays.
        """
        if not sys.stdin.isatty():
            options = [f"--allow-replacement {name}" for name in load_balancers]
            raise SslstackError(
                "a load balancer's DNS name would stop working: confirm it by name"
                + (f" (change set {kept} is kept)" if kept else ""),
                hint=" ".join([*([] if self.yes else self.agrees), *options]),
            )
        return bool(click.prompt(f"type the stack's name ({stack}) to go on", err=True) == stack)

    @staticmethod
    def _warn_of(losses: Iterable[str]) -> None:
        for words in losses:
            click.echo(
                escaping.style_text(f"{words}: its DNS name stops working", fg="red", bold=True),
                err=True,
            )

    def _asked(self, change_set: ChangeSet) -> bool:
        which = "it, so it is deleted" if change_set.ours else change_set.arn
        return self._confirmed(
            f"execute this change set in {_place(change_set.arn)}?",
            f"execute {which}",
            self.instead,
        )

    @staticmethod
    def _confirmed(question: str, what: str, hint: str) -> bool:
        if not sys.stdin.isatty():
            raise SslstackError(f"nobody can be asked whether to {what}", hint=hint)
        return click.confirm(question, err=True)

    def announce(self, arn: str) -> None:
        """Say how to come back."""
        self.settle()
        say(f"executing; to come back: {self._resume(arn)}")

    def _resume(self, arn: str) -> str:
        words = f"sslstack execute {arn}"
        return words if self.aws is None else self.aws.command(words)

    def begin(self, change_set: ChangeSet, operation: Operation) -> None:
        """On a terminal begin the live view."""
        del operation
        self.running = change_set
        self.watch(change_set, "deploying")

    def watch(self, change_set: ChangeSet | None, title: str) -> None:
        """Begin the live view, on a terminal that can take back what it shows."""
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            return
        from sslstack.views.deployment.live import Progress  # noqa: PLC0415 - rich

        name = f"{change_set.stack}: {title}" if change_set else title
        self.progress = Progress.of(change_set, name, self.banner)
        self._go_on()

    def _go_on(self) -> None:
        """Show how far it is, where there is a live view to be shown."""
        if self.progress is None:
            return
        from sslstack.views.deployment.live import LiveView, console  # noqa: PLC0415 - rich

        context = click.get_current_context(silent=True)
        plain = context is not None and context.color is False
        screen.begin(LiveView(self.progress, console(unguarded(sys.stderr), plain=plain)))

    def event(self, event: StackEvent) -> None:
        """Show one step: in the live view, in a pipe as a line."""
        screen.take(event)
        if self.listed(event):
            say(step(event))

    def listed(self, event: StackEvent) -> bool:
        """Tell whether a step has a line of its own."""
        del event
        return screen.live is None

    @staticmethod
    def settle() -> None:
        """End the live view; what is printed from here on stays."""
        screen.settle()

    def detached(self, arn: str) -> int:
        """Say what becomes of it, after Ctrl-C; gives the exit code."""
        self.settle()
        if self.form == "json" and self.running is not None:
            say(self.as_json(self.running, Outcome.DETACHED), err=False, nl=False)
        say(self.fate(arn))
        return INTERRUPTED

    def fate(self, arn: str) -> str:
        """Say how to come back to what nobody watches any more."""
        return f"the stack goes on by itself; watch it with: {self._resume(arn)}"

    def interrupted(self, arn: str) -> Interrupted:
        """Ask whether to leave or to cancel; where nobody can be asked, leave."""
        self.settle()
        if isinstance(sys.exception(), Terminated) or not sys.stdin.isatty():
            return Interrupted.DETACH
        choice = Interrupted.DETACH
        click.echo(f"\n{self.fate(arn)}", err=True)
        choices = [one.value for one in Interrupted]
        if self.running is not None and self.running.type != "UPDATE":
            choices.remove(Interrupted.CANCEL.value)  # CancelUpdateStack takes nothing else
            ends = f"'aws cloudformation delete-stack --stack-name {self.running.stack}' ends it"
            say(f"it cannot be cancelled: {self.aws.hint(ends) if self.aws else ends}")
        options = click.Choice(choices)
        with contextlib.suppress(click.Abort):
            choice = Interrupted(click.prompt("and now", type=options, default="detach", err=True))
        if choice is not Interrupted.DETACH:
            self._go_on()
        return choice


def _place(arn: str) -> str:
    """Say the region and the account of an ARN."""
    parsed = parse_arn(arn)
    return f"{parsed.region} of account {parsed.account}"


def _losing(changes: Iterable[ResourceChange]) -> Iterator[str]:
    for change in changes:
        yield f"{verb(change)} load balancer {change.logical_id}"


def conclude(stack: str, end: End, change_set: ChangeSet, reporter: TerminalReporter) -> None:
    """Show how it ended; raises DeploymentFailed, its message the root cause, last."""
    reporter.settle()
    if reporter.form == "json":
        outcome = Outcome.SUCCEEDED if end.succeeded else Outcome.FAILED
        say(reporter.as_json(change_set, outcome, end), err=False, nl=False)
    completed = str if reporter.aws is None else reporter.aws.hint
    shown = conclusion(stack, end, reporter.origins, reporter.banner, completed)
    if end.succeeded:
        say(shown, nl=False)
        return
    *before, last = shown.splitlines()
    for line in before:
        say(line)
    raise DeploymentFailed(last)
