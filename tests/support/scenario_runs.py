"""A site behind the proxy, where a scenario is run past all faults or with one."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from sslstack.cli.reporting import TerminalReporter
from sslstack.deploy import execute
from sslstack.deploy.reporter import Interrupted
from support import fault_table
from support.deployment_site import IMPATIENCE, PATIENCE, Run, Site
from support.fault_proxy import FAULTS, HANGING, Proxy
from support.scenarios import SCENARIOS, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sslstack.deploy.events import StackEvent
    from support.emulated import Cloud

_EVENT = TerminalReporter.event
_LONG = 8.0
"""Seconds after which an update that is not cancelled goes on."""
_MOMENT = 0.02
_POLLS = {"DescribeChangeSet", "DescribeStacks", "DescribeStackEvents"}
"""How often these are called hangs on how long things take: the last may not come again."""


class Calm(NamedTuple):
    """A run in which nothing goes wrong: what came of it, and the calls to strike."""

    run: Run
    state: dict[str, Any]
    calls: list[tuple[str, int]]


class Prepared(NamedTuple):
    """A scenario before its command: the command, the files, and a checkpoint of the account."""

    command: tuple[str, ...]
    files: dict[str, bytes]
    account: int


_KNOWN: dict[str, Calm] = {}
_PREPARED: dict[str, Prepared] = {}


@dataclass
class Bench:
    """A site behind the proxy, where a scenario is run with a fault or without."""

    site: Site
    proxy: Proxy
    monkeypatch: pytest.MonkeyPatch

    def begin(self, name: str) -> tuple[str, ...]:
        """Make everything as it is before the command of a scenario, and give the command."""
        scenario = SCENARIOS[name]
        self.monkeypatch.setattr("sslstack.deploy.proposal.INLINE", scenario.inline)
        if name not in _PREPARED:
            _PREPARED[name] = self._prepare(scenario)
        prepared = _PREPARED[name]
        self.site.account.aws.restore(prepared.account)
        self.site.write_files(prepared.files)
        self.proxy.calm()
        if scenario.cancels:
            self._interrupt()
        return prepared.command

    def _prepare(self, scenario: Scenario) -> Prepared:
        command = scenario.begin(self.site)
        self.site.generate(command)
        return Prepared(command, self.site.files(), self.site.account.aws.checkpoint())

    def _interrupt(self) -> None:
        """At the first step somebody presses Ctrl-C, and chooses to cancel."""

        def event(reporter: TerminalReporter, event: StackEvent) -> None:
            self.monkeypatch.setattr(TerminalReporter, "event", _EVENT)
            _EVENT(reporter, event)
            threading.Thread(target=self._release).start()
            raise KeyboardInterrupt

        self.monkeypatch.setattr(TerminalReporter, "event", event)
        self.monkeypatch.setattr(TerminalReporter, "interrupted", lambda *_: Interrupted.CANCEL)

    def _release(self) -> None:
        """Let the update go on once its cancelling has arrived, or has not for long."""
        end = time.monotonic() + _LONG
        while time.monotonic() < end:
            if any(operation == "CancelUpdateStack" for operation, _ in [*self.proxy.replies]):
                break
            time.sleep(_MOMENT)
        self.site.account.aws.release("WebLoadBalancer")

    def calm(self, name: str) -> Calm:
        """Run a scenario past all faults, once in a process."""
        if name in _KNOWN:
            return _KNOWN[name]
        scenario = SCENARIOS[name]
        self.site.run(*self.begin(name))  # the first time more is judged than the second
        run = self.site.run(*self.begin(name))
        assert run.code == scenario.code, run
        seen = list(self.proxy.calls)
        first = seen.index(scenario.since) if scenario.since else 0
        last = seen.index(scenario.until, first) if scenario.until else len(seen)
        struck = [(one, seen[:at].count(one)) for at, one in enumerate(seen) if first <= at < last]
        operations = sorted({call for call, _ in struck})
        assert sorted(scenario.operations) == operations, f"the operations of {name!r} are others"
        return _KNOWN.setdefault(name, Calm(run, self.site.state(), struck))

    def calls(self, name: str, operations: tuple[str, ...]) -> list[tuple[str, int]]:
        """Give the calls of a scenario to strike: see `fault_table`."""
        return fault_table.calls(self.calm(name).calls, operations)

    def struck(
        self, name: str, call: str, nth: int, fault: str, times: int = 1
    ) -> tuple[tuple[str, ...], Run | None]:
        """Run a scenario with a fault; gives the command, and None where the call did not come.

        Only where an answer never comes it is given up soon: what is asked a second time
        because the first answer was slow is not what the fault has done.
        """
        command = self.begin(name)
        self.proxy.plan(call, nth, FAULTS[fault], times)
        self.site.patience = IMPATIENCE if fault in HANGING else PATIENCE
        run = self.site.run(*command)
        if nth and not self.came(call):
            return self.struck(name, call, 0, fault, times)
        return command, run if self.came(call) else None

    def check_asked_once(self) -> None:
        """However often a request was repeated, AWS could tell that it was the same one."""
        for one in self.proxy.parameters("ExecuteChangeSet"):
            assert one["ClientRequestToken"] == execute.make_token(one["ChangeSetName"])
        made = self.proxy.parameters("CreateChangeSet")
        requests = {(one["Description"], one["ClientToken"]) for one in made}
        assert len(requests) == len(dict(requests)) == len({token for _, token in requests})

    def came(self, call: str) -> bool:
        """Tell whether the fault has struck; only a poll may not have come."""
        assert self.proxy.struck or call in _POLLS, call
        return self.proxy.struck > 0


@pytest.fixture(scope="module")
def proxy(emulation: Cloud) -> Iterator[Proxy]:
    made = Proxy(emulation.aws.endpoint)
    yield made
    made.stop()


@pytest.fixture
def bench(workdir: Path, account: Cloud, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a folder, and an account that is reached through the proxy."""
    site = Site(workdir, account, proxy.endpoint)
    monkeypatch.setattr("sslstack.aws.client.connect", site.connect)
    return Bench(site, proxy, monkeypatch)
