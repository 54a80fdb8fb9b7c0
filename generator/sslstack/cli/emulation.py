"""Deployments to an emulated account, marked as such on every screen."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sslstack import app
from sslstack.aws import regions
from sslstack.cli import reporting
from sslstack.cli.output import say
from sslstack.deploy.reporter import Interrupted
from sslstack.views.banner import EMULATION, styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.app.emulating import EmulatedAccount

ACCOUNT = "123456789012"
DELAY = 0.3
"""Seconds that a resource takes, so that there is something to watch."""


@contextlib.contextmanager
def start_account(
    region: str | None, *, delay: float = DELAY, account: str = ACCOUNT
) -> Iterator[EmulatedAccount]:
    """Run an emulated account for as long as the context lasts; `delay` is in seconds.

    Raises UsageError for an unknown region, UnavailableError where a package is not installed.
    """
    if region and not regions.is_known(region):
        raise click.UsageError(regions.describe_unknown(region))
    with app.emulating.start(
        region, delay=delay, account=account, notify=lambda words: say(f"{EMULATION} {words}")
    ) as started:
        yield started


@dataclass(kw_only=True)
class EmulationReporter(reporting.TerminalReporter):
    """Marks every screen as an emulation, which ends with the command."""

    banner: str = EMULATION

    def announce(self, arn: str) -> None:
        """Print that it executes; there is nothing to resume."""
        del arn
        self.settle()
        say(f"{styled(self.banner)} executing")

    def interrupted(self, arn: str) -> Interrupted:
        """Detach without a question: the emulation ends."""
        del arn
        self.settle()
        return Interrupted.DETACH

    def describe_detached(self, arn: str) -> str:
        """Describe that the emulation ends."""
        del arn
        return f"{self.banner} interrupted: the emulated account and everything in it is deleted"
