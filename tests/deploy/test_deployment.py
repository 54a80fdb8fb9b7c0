"""Whole deployments against a CloudFormation on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from sslstack.aws.client import ATTEMPTS
from sslstack.deploy import deployment
from sslstack.deploy.reporter import Detached, Interrupted
from sslstack.views.deployment.data import Outcome, as_json
from support.reporters import Watcher, proposal, template
from support.scripted_aws import ARN, Scripted, stack

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from support.emulated import Cloud


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.connect()


def test_a_stack_is_created_updated_and_then_left_alone(aws: Aws, account: Cloud) -> None:
    first = deployment.deploy(aws, proposal(), watcher := Watcher())
    assert first.end
    assert (first.end.status, first.end.succeeded) == ("CREATE_COMPLETE", True)
    assert watcher.steps == [
        ("web", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_IN_PROGRESS"),  # "Resource creation Initiated"
        ("First", "CREATE_COMPLETE"),
        ("web", "CREATE_COMPLETE"),
    ]
    more = proposal(template("First", "Second"))
    second = deployment.deploy(aws, more, Watcher())
    assert second.end
    assert second.end.status == "UPDATE_COMPLETE"
    third = deployment.deploy(aws, more, watcher := Watcher())
    assert (third.change_set.empty, third.end, watcher.begun) == (True, None, [])
    begun = [one for one in account.events("web") if one[2] == "User Initiated"]
    assert [status for _, status, _ in begun] == [
        "REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS",
    ]  # fmt: skip
    assert account.change_sets("web") == set()


def test_a_failed_update_is_told_with_its_cause(aws: Aws, account: Cloud) -> None:
    deployment.deploy(aws, proposal(), Watcher())
    account.aws.fail("Third", "no such thing")
    outcome = deployment.deploy(aws, proposal(template("First", "Second", "Third")), Watcher())
    assert outcome.end
    assert (outcome.end.status, outcome.end.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert outcome.end.root_cause
    assert (outcome.end.root_cause.logical_id, outcome.end.root_cause.reason) == (
        "Third",
        "no such thing",
    )


def test_what_is_declined_leaves_nothing_behind(aws: Aws, account: Cloud) -> None:
    outcome = deployment.deploy(aws, proposal(), Watcher(yes=False))
    assert (outcome.declined, outcome.end) == (True, None)
    assert account.stack("web") is None


def test_somebody_elses_stack_under_review_stays(aws: Aws, account: Cloud) -> None:
    deployment.deploy(aws, proposal(), Watcher(), execute_it=False)
    deployment.deploy(aws, proposal(template("Other")), Watcher(yes=False))
    assert len(account.change_sets("web")) == 1
    assert (account.stack("web") or {})["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_after_ctrl_c_the_update_goes_on_and_is_found_again(aws: Aws, account: Cloud) -> None:
    account.aws.hold("First")
    with pytest.raises(Detached) as detached:
        deployment.deploy(aws, proposal(), Watcher(interrupt_after=1))
    assert (account.stack("web") or {})["StackStatus"] == "CREATE_IN_PROGRESS"
    account.aws.release("First")
    again = deployment.attach(aws, detached.value.arn, watcher := Watcher(), confirm=True)
    assert again.end
    assert again.end.status == "CREATE_COMPLETE"
    assert (watcher.reviewed, watcher.steps[-1]) == ([], ("web", "CREATE_COMPLETE"))
    begun = [one for one in account.events("web") if one[2] == "User Initiated"]
    assert [status for _, status, _ in begun] == ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"]


def test_after_ctrl_c_one_may_go_on_watching(aws: Aws) -> None:
    watcher = Watcher(interrupt_after=1, choice=Interrupted.WATCH)
    outcome = deployment.deploy(aws, proposal(), watcher)
    assert outcome.end
    assert outcome.end.status == "CREATE_COMPLETE"
    assert len(watcher.events) == len({event.id for event in watcher.events}) == 5


def test_what_cannot_be_cancelled_for_want_of_an_answer_goes_on(aws: Aws, account: Cloud) -> None:
    """Whoever chooses to cancel during an outage is told so, and sees the true end."""
    deployment.deploy(aws, proposal(), Watcher())
    told: list[str] = []
    deaf = account.connect(told)
    inner = deaf._connect  # noqa: SLF001 - the seam of the test
    watcher = Watcher(interrupt_after=1, choice=Interrupted.CANCEL)
    deaf._connect = lambda service: _Deaf(inner(service), watcher)  # noqa: SLF001
    outcome = deployment.deploy(deaf, proposal(template("A")), watcher)
    assert outcome.end
    assert outcome.end.status == "UPDATE_COMPLETE"
    assert [line for line in told if line.startswith("not cancelled: cloudformation:Describe")]


class _Deaf:
    """A client that has no answer about stacks from the interruption on, for one question."""

    def __init__(self, inner: Any, watcher: Watcher) -> None:
        self._inner, self._watcher, self._asked = inner, watcher, 0

    def __getattr__(self, name: str) -> Any:
        if name == "describe_stacks" and self._watcher.events and self._asked < ATTEMPTS:
            self._asked += 1
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
        return getattr(self._inner, name)


def test_what_is_left_of_an_executed_change_set_names_its_stack() -> None:
    """AWS tells of it no longer, nor of its changes: that is no list without any."""
    ended = stack("UPDATE_COMPLETE", ChangeSetId=ARN)
    gone = ("ChangeSetNotFound", "ChangeSet [x] does not exist")
    aws = Scripted(
        ("describe_change_set", gone), ("describe_stacks", ended), ("describe_stacks", ended),
        ("describe_stack_events", {"StackEvents": []}), ("describe_change_set", gone),
        *[("describe_stacks", ended), ("describe_stack_events", {"StackEvents": []}),
          ("describe_change_set", gone)] * 3,
        ("describe_change_set", gone),
    )  # fmt: skip
    outcome = deployment.attach(aws, ARN, Watcher(), confirm=True)
    assert outcome.change_set.stack == "web"
    told = json.loads(as_json(outcome.change_set, Outcome.SUCCEEDED, outcome.end))
    assert (told["stack"], told["changeSet"], told["changes"]) == ("web", ARN, None)
