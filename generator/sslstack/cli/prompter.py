"""The questions of a deployment; where no terminal can ask them, options answer."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sslstack.arn import parse_arn
from sslstack.cli.output import say
from sslstack.cli.printer import describe_losses, warn_of_losses
from sslstack.deploy import review
from sslstack.deploy.reporter import Interrupted
from sslstack.errors import SslstackError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.cli.context import Context
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.status import DeployedStack


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompter:
    """Asks for confirmation.

    `yes` confirms a change set, but not the replacement or deletion of a load balancer: that
    needs its logical ID in `allowed`. `agrees` are the options that confirm, `instead` is the
    hint where no terminal can ask.
    """

    yes: bool
    allowed: tuple[str, ...]
    agrees: tuple[str, ...]
    instead: str

    def confirm(self, change_set: ChangeSet) -> bool:
        """Ask whether to execute a change set, about its load balancers by the stack's name."""
        found = review.find_grave(change_set.changes, self.allowed)
        warn_of_losses(describe_losses(found))
        if found:
            kept = "" if change_set.ours else f" (change set {change_set.arn} is kept)"
            names = [one.logical_id for one in found]
            if not self._confirm_by_name(change_set.stack, names, kept):
                return False
        if self.yes:
            return True
        place = _place(change_set.arn)
        fate = "deleted" if change_set.ours else f"{change_set.arn} is kept"
        return _confirm(f"execute this change set in {place}?", f"change set {fate}", self.instead)

    def confirm_deletion(self, stack: DeployedStack, load_balancers: tuple[str, ...]) -> bool:
        """Ask whether to delete a stack whose creation failed."""
        say(
            f"stack {stack.name} in {_place(stack.id)} is {stack.status}: it must be deleted "
            "first, with all its resources"
        )
        left = [name for name in load_balancers if name not in self.allowed]
        warn_of_losses(f"will delete load balancer {name}" for name in left)
        if left and not self._confirm_by_name(stack.name, left):
            return False
        return self.yes or _confirm("delete it?", "stack not deleted", "use --yes to delete it")

    def _confirm_by_name(self, stack: str, load_balancers: Sequence[str], kept: str = "") -> bool:
        """Have the stack's name typed, because a load balancer's DNS name changes or ends."""
        if not sys.stdin.isatty():
            options = [f"--allow-replacement {name}" for name in load_balancers]
            raise SslstackError(
                f"the DNS name of {', '.join(load_balancers)} would stop working{kept}",
                hint="to confirm, add " + " ".join([*([] if self.yes else self.agrees), *options]),
            )
        typed = click.prompt(f"to continue, type the stack's name ({stack})", err=True)
        return bool(typed == stack)

    @staticmethod
    def choose_after_interrupt(context: Context, change_set: ChangeSet | None) -> Interrupted:
        """Ask what to do after Ctrl-C: detach, cancel, or watch again."""
        choices = [one.value for one in Interrupted]
        if change_set is not None and change_set.type != "UPDATE":
            choices.remove(Interrupted.CANCEL.value)  # CancelUpdateStack takes nothing else
            command = f"'aws cloudformation delete-stack --stack-name {change_set.stack}'"
            say(context.complete(f"only updates can be cancelled; to delete the stack: {command}"))
        choice = Interrupted.DETACH.value
        with contextlib.suppress(click.Abort):
            choice = click.prompt(
                "what next?", type=click.Choice(choices), default=choice, err=True
            )
        return Interrupted(choice)


def _confirm(question: str, unanswered: str, hint: str) -> bool:
    if not sys.stdin.isatty():
        raise SslstackError(f"not a terminal, cannot ask for confirmation: {unanswered}", hint=hint)
    return click.confirm(question, err=True)


def _place(arn: str) -> str:
    """Return the region and the account of an ARN, in words."""
    parsed = parse_arn(arn)
    return f"{parsed.region} of account {parsed.account}"
