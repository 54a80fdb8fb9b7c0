"""Whole deployments against a CloudFormation on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack.deploy import sequence
from sslstack.deploy.sequence import Detached, Interrupted
from watchers import Watcher, proposal, template

if TYPE_CHECKING:
    from cloud import Cloud
    from sslstack.deploy.aws import Aws

pytest_plugins = ("cloud_fixtures",)


def test_a_stack_is_created_updated_and_then_left_alone(aws: Aws, cloud: Cloud) -> None:
    first = sequence.deploy(aws, proposal(), watcher := Watcher())
    assert first.end
    assert (first.end.status, first.end.succeeded) == ("CREATE_COMPLETE", True)
    assert watcher.steps == [
        ("web", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_COMPLETE"),
        ("web", "CREATE_COMPLETE"),
    ]
    more = proposal(template("First", "Second"))
    second = sequence.deploy(aws, more, Watcher())
    assert second.end
    assert second.end.status == "UPDATE_COMPLETE"
    third = sequence.deploy(aws, more, watcher := Watcher())
    assert third.change_set
    assert (third.change_set.empty, third.end, watcher.begun) == (True, None, [])
    assert len(cloud.done("execute")) == 2
    assert [c.execution_status for c in cloud.backend.change_sets.values()] == ["EXECUTE_COMPLETE"]


def test_a_failed_update_is_told_with_its_cause(aws: Aws, cloud: Cloud) -> None:
    sequence.deploy(aws, proposal(), Watcher())
    cloud.fail("Third", "no such thing")
    outcome = sequence.deploy(aws, proposal(template("First", "Second", "Third")), Watcher())
    assert outcome.end
    assert (outcome.end.status, outcome.end.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert outcome.end.root_cause
    assert (outcome.end.root_cause.logical_id, outcome.end.root_cause.reason) == (
        "Third",
        "no such thing",
    )


def test_what_is_declined_leaves_nothing_behind(aws: Aws, cloud: Cloud) -> None:
    outcome = sequence.deploy(aws, proposal(), Watcher(yes=False))
    assert (outcome.declined, outcome.end) == (True, None)
    assert (dict(cloud.backend.change_sets), cloud.stack("web")) == ({}, None)
    assert cloud.done("execute") == []


def test_somebody_elses_stack_under_review_stays(aws: Aws, cloud: Cloud) -> None:
    sequence.deploy(aws, proposal(), Watcher(), execute_it=False)
    sequence.deploy(aws, proposal(template("Other")), Watcher(yes=False))
    assert len(cloud.backend.change_sets) == 1
    assert cloud.stack("web").status == "REVIEW_IN_PROGRESS"
    assert cloud.done("delete-stack") == []


def test_after_ctrl_c_the_update_goes_on_and_is_found_again(aws: Aws, cloud: Cloud) -> None:
    with pytest.raises(Detached) as detached:
        sequence.deploy(aws, proposal(), Watcher(interrupt_after=1))
    assert cloud.stack("web").status == "CREATE_IN_PROGRESS"
    again = sequence.attach(aws, detached.value.arn, watcher := Watcher(), confirm=True)
    assert again.end
    assert again.end.status == "CREATE_COMPLETE"
    assert (watcher.reviewed, watcher.steps[-1]) == ([], ("web", "CREATE_COMPLETE"))
    assert len(cloud.done("execute")) == 1


def test_after_ctrl_c_one_may_go_on_watching(aws: Aws) -> None:
    watcher = Watcher(interrupt_after=1, choice=Interrupted.WATCH)
    outcome = sequence.deploy(aws, proposal(), watcher)
    assert outcome.end
    assert outcome.end.status == "CREATE_COMPLETE"
    assert len(watcher.steps) == len(set(watcher.steps)) == 4
