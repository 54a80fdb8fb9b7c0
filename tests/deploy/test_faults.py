"""Every call of every command that deploys, struck by every fault.

Nothing is lost, done twice, left behind unnamed, or told otherwise than it is. With
SSLSTACK_FAULTS=all (`make test-faults`) every call meets every fault; without it each operation
meets each fault once, see `support.fault_table`. The summary says how many were survived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import fault_table
from support.fault_proxy import EVENT_FAULTS, FAULTS
from support.scenarios import SCENARIOS, check_nothing_is_left_unnamed, go_on, resume

if TYPE_CHECKING:
    from support.fault_count import Tally
    from support.scenario_runs import Bench

pytest_plugins = ("support.scenario_runs",)

_OUTAGE = 25
"""Strikes in a row: more than a call is repeated, so that it fails."""
_OUTAGES = ("throttled", "error after", "reset before", "reset after", "expired token")
_ALWAYS = 10**6


def _strikes_once(operation: str, fault: str) -> bool:
    """Tell whether a fault that may last is to strike once, with this commit."""
    return fault_table.ALL or fault not in _OUTAGES or fault_table.alternates(operation, fault)


def _lasts(operation: str, fault: str) -> bool:
    return fault_table.ALL or not fault_table.alternates(operation, fault)


_WATCHING = ("created", "updated", "rolled back", "recreated", "adopted")


@pytest.mark.parametrize(
    ("name", "fault", "operations"), fault_table.parameters(FAULTS, only=_strikes_once)
)
def test_one_fault_at_any_call_is_survived(
    name: str, fault: str, operations: tuple[str, ...], bench: Bench, tally: Tally
) -> None:
    """The command does and says what it does and says without the fault."""
    calm = bench.calm(name)
    for call, nth in bench.calls(name, operations):
        _, run = bench.struck(name, call, nth, fault)
        if run is None:
            continue
        with tally.attempt(f"{fault} at {call} {nth}"):
            assert run.code == calm.run.code, run
            assert run.events == calm.run.events
            assert not [line for line in calm.run.verdict if line not in run.verdict], run
            assert bench.site.state() == calm.state
            bench.check_asked_once()
    tally.conclude()


@pytest.mark.parametrize(
    ("name", "fault", "operations"),
    fault_table.parameters(_OUTAGES, [one for one in SCENARIOS if one != "cancelled"], _lasts),
)
def test_after_an_outage_at_any_call_one_goes_on(
    name: str, fault: str, operations: tuple[str, ...], bench: Bench, tally: Tally
) -> None:
    """What cannot be done is said with what is left; the same again makes it whole."""
    scenario, calm, site = SCENARIOS[name], bench.calm(name), bench.site
    for call, nth in bench.calls(name, operations):
        command, run = bench.struck(name, call, nth, fault, _OUTAGE)
        if run is None:
            continue
        with tally.attempt(f"{fault} at {call} {nth} and on"):
            assert run.code in (scenario.code, 1, 3), run
            bench.check_asked_once()
            check_nothing_is_left_unnamed(site, run, command)
            codes = resume(site, run)
            assert scenario.code in codes or not codes, run
            again = go_on(site, scenario, run, command, calm.state)
            if scenario.executes:
                assert site.state() == calm.state, run
            else:  # what an earlier run has left is not the second's to take away
                check_nothing_is_left_unnamed(site, again, command)
    tally.conclude()


@pytest.mark.xdist_group("cancelled")
@pytest.mark.parametrize("fault", ["throttled", "error before", "reset before", "expired token"])
def test_what_cannot_be_cancelled_is_said_to_go_on(fault: str, bench: Bench, tally: Tally) -> None:
    """And is watched to its end."""
    bench.calm("cancelled")
    _, run = bench.struck("cancelled", "CancelUpdateStack", 0, fault, _OUTAGE)
    with tally.attempt(fault):
        assert run
        assert "not cancelled: cloudformation:CancelUpdateStack" in run.said
        assert (run.code, bench.site.state()["stack"]) == (0, "UPDATE_COMPLETE")
    tally.conclude()


@pytest.mark.parametrize(
    ("name", "fault", "operations"),
    fault_table.parameters(EVENT_FAULTS, _WATCHING, lambda one, _: one == "DescribeStackEvents"),
)
def test_events_that_come_twice_late_or_in_disorder(
    name: str, fault: str, operations: tuple[str, ...], bench: Bench, tally: Tally
) -> None:
    """Each is shown once, and the verdict is the stack's; those too late are not waited for."""
    calm = bench.calm(name)
    command = bench.begin(name)
    (operation,) = operations
    bench.proxy.plan(operation, 0, EVENT_FAULTS[fault], _ALWAYS)
    run = bench.site.run(*command)
    with tally.attempt(fault):
        assert bench.proxy.struck
        assert run.code == calm.run.code, run
        assert run.events <= calm.run.events
        if fault != "late by ten polls":
            assert run.events == calm.run.events
            assert run.verdict == calm.run.verdict
        assert bench.site.state() == calm.state
    tally.conclude()
