"""A command that is ended at any of its calls, by Ctrl-C, SIGTERM or SIGKILL.

The signal comes before AWS hears of the call, or after it has carried it out and before the
answer arrives. The command that was printed, or the same again, makes it whole.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from support import child_processes, fault_table
from support.deployment_site import Run
from support.scenarios import SCENARIOS, check_nothing_is_left_unnamed, go_on, resume

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.fault_count import Tally
    from support.fault_proxy import Request
    from support.scenario_runs import Bench

pytest_plugins = ("support.scenario_runs",)

_INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
_ENDS = {
    f"{number.name} {moment}": (number, moment)
    for number in _SIGNALS
    for moment in ("before", "after")
}
_ENDED = (
    "created", "updated", "unchanged", "released", "failed", "not agreed to", "recreated",
    "refused", "executed", "proposed", "by parameter", "renamed", "pruned", "adopted",
)  # fmt: skip


def _is_tried(operation: str, end: str) -> bool:
    """Tell whether this end is tried: of Ctrl-C and SIGTERM, which end alike, only one."""
    number, moment = _ENDS[end]
    if fault_table.ALL or number is signal.SIGKILL:
        return True
    return fault_table.alternates(operation, moment) == (number is signal.SIGINT)


class Shot:
    """A fault: a signal to the process that makes the request, which is then left alone."""

    def __init__(self, number: signal.Signals, moment: str) -> None:
        self._number, self._moment = number, moment
        self._aimed = threading.Event()
        self._process = 0

    def aim(self, process: int) -> None:
        """Say which process it is for; the request waits as long."""
        self._process = process
        self._aimed.set()

    def __call__(self, request: Request) -> None:
        """Strike."""
        if self._moment == "after":
            request.forward()
        self._aimed.wait(child_processes.PATIENCE)
        os.kill(self._process, self._number)
        request.hang()


def _ended(bench: Bench, command: tuple[str, ...], aim: Callable[[int], None]) -> Run:
    """Run a command in a process of its own; gives what it printed until its end."""
    bench.site.generate(command)
    output = bench.site.folder / "output"
    process = child_processes.start(command, bench.site, output)
    assert process.pid
    aim(process.pid)
    process.join(child_processes.PATIENCE)
    assert process.exitcode is not None, "it does not end"
    return Run(process.exitcode, "", output.read_text("utf-8"))


def _went_too_far(bench: Bench, call: str, *, polite: bool) -> bool:
    """Tell whether the change set was, or is still to be, executed: one can only come back."""
    reached = "ExecuteChangeSet" in bench.proxy.calls
    return reached and not (polite and call == "ExecuteChangeSet")


@pytest.mark.parametrize(
    ("name", "end", "operations"), fault_table.parameters(_ENDS, _ENDED, _is_tried)
)
def test_a_command_that_is_ended_at_any_call_is_resumed(
    name: str, end: str, operations: tuple[str, ...], bench: Bench, tally: Tally
) -> None:
    """A polite end leaves nothing unnamed; after any end one can go on."""
    scenario, calm, site = SCENARIOS[name], bench.calm(name), bench.site
    number, moment = _ENDS[end]
    for call, nth in bench.calls(name, operations):
        command, shot = bench.begin(name), Shot(number, moment)
        bench.proxy.plan(call, nth, shot)
        run = _ended(bench, command, shot.aim)
        if not bench.came(call):
            continue
        with tally.attempt(f"{end} {call} {nth}"):
            polite = number is not signal.SIGKILL
            assert run.code == (_INTERRUPTED if polite else -number), run
            if polite:
                check_nothing_is_left_unnamed(site, run, command)
            codes = resume(site, run)
            if scenario.resumes and _went_too_far(bench, call, polite=polite):
                assert codes == [scenario.code], run
                assert site.state() == calm.state, run
            again = go_on(site, scenario, run, command, calm.state)
            if scenario.executes:
                assert site.state() == calm.state, run
            else:
                check_nothing_is_left_unnamed(site, again, command, killed=not polite)
    tally.conclude()
