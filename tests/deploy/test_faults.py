"""Every call of every command that deploys, struck by every fault.

Nothing is lost, done twice, left behind unnamed, or told otherwise than it is. With
SSLSTACK_FAULTS=all every call meets every fault, which takes a quarter of an hour; without it
one pair in five is tried, with all calls and all faults among them. The summary says how many
were survived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
_WATCHING = ("created", "updated", "rolled back", "recreated", "adopted")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_fault_at_any_call_is_survived(
    name: str, fault: str, bench: Bench, tally: Tally
) -> None:
    """The command does and says what it does and says without the fault."""
    calm = bench.calm(name)
    for call, nth in bench.chosen(name, fault):
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


@pytest.mark.parametrize("fault", _OUTAGES)
@pytest.mark.parametrize("name", [one for one in SCENARIOS if one != "cancelled"])
def test_after_an_outage_at_any_call_one_goes_on(
    name: str, fault: str, bench: Bench, tally: Tally
) -> None:
    """What cannot be done is said with what is left; the same again makes it whole."""
    scenario, calm, site = SCENARIOS[name], bench.calm(name), bench.site
    for call, nth in bench.chosen(name, fault):
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


@pytest.mark.parametrize("fault", EVENT_FAULTS)
@pytest.mark.parametrize("name", _WATCHING)
def test_events_that_come_twice_late_or_in_disorder(
    name: str, fault: str, bench: Bench, tally: Tally
) -> None:
    """Each is shown once, and the verdict is the stack's; those too late are not waited for."""
    calm = bench.calm(name)
    command = bench.begin(SCENARIOS[name])
    bench.proxy.plan("DescribeStackEvents", 0, EVENT_FAULTS[fault], _ALWAYS)
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
