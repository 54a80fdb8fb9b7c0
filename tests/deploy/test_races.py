"""Runs that get in each other's way between two calls: none takes, or tells, what is another's."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

import pytest

from sslstack.deploy import change_set as change_sets
from sslstack.deploy import deployment, execute, propose, protection
from sslstack.deploy.deployed import read_deployed
from sslstack.deploy.discard import discard
from sslstack.errors import SslstackError, UnavailableError
from support.fault_proxy import FAULTS, Request
from support.reporters import Watcher, proposal, template
from support.scripted_aws import Scripted, change_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from sslstack.aws.client import Aws
    from sslstack.deploy.change_set import ChangeSet
    from support.emulated import Cloud
    from support.fault_proxy import Fault, Proxy

pytest_plugins = ("support.scenario_runs",)

_ALWAYS = 100
_HIDDEN = template(parameter=True).replace("Type: String", "Type: String\n    NoEcho: true")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def aws(account: Cloud, proxy: Proxy, told: list[str]) -> Aws:
    """Give the way to the account that leads through the proxy; others have their own."""
    proxy.calm()  # a fault that an earlier test planned may not have struck
    return account.connect(told, endpoint_url=proxy.endpoint)


def _first(act: Callable[[], object], then: Fault) -> Fault:
    """Make a fault of what somebody else does before the request arrives, the first time."""
    done: list[object] = []

    def strike(request: Request) -> None:
        if not done:
            done.append(act())
        then(request)

    return strike


def _passed(request: Request) -> None:
    request.answer(request.forward())


@pytest.mark.parametrize("fault", ["throttled", "expired token", "reset before"])
def test_what_another_run_has_made_meanwhile_is_not_deleted(
    fault: str, aws: Aws, account: Cloud, proxy: Proxy
) -> None:
    """Whoever is not served at all gives up, and leaves the change set of the same name."""
    theirs: list[ChangeSet] = []
    made = _first(
        lambda: theirs.append(propose.propose(account.connect(), proposal())), FAULTS[fault]
    )
    proxy.plan("CreateChangeSet", 0, made, _ALWAYS)
    with pytest.raises(UnavailableError):
        propose.propose(aws, proposal())
    assert account.change_sets("web") == {theirs[0].arn}


def test_a_lost_request_makes_nothing_ours(aws: Aws, account: Cloud, proxy: Proxy) -> None:
    """It never arrived; the change set that is found instead is another run's, and stays."""
    theirs: list[ChangeSet] = []
    made = _first(
        lambda: theirs.append(propose.propose(account.connect(), proposal())),
        FAULTS["reset before"],
    )
    proxy.plan("CreateChangeSet", 0, made)
    outcome = deployment.deploy(aws, proposal(), Watcher(yes=False))
    assert (outcome.declined, outcome.change_set.ours) == (True, False)
    assert account.change_sets("web") == {theirs[0].arn}


def test_a_lost_answer_leaves_ours_ours(aws: Aws, account: Cloud, proxy: Proxy) -> None:
    proxy.plan("CreateChangeSet", 0, FAULTS["reset after"])
    outcome = deployment.deploy(aws, proposal(), Watcher(yes=False))
    assert (outcome.declined, outcome.change_set.ours) == (True, True)
    assert account.stack("web") is None


def test_one_that_was_replaced_by_another_run_is_not_deleted(aws: Aws, account: Cloud) -> None:
    """The same name, another change set: a name is what is proposed, not who has."""
    ours = propose.propose(aws, proposal())
    discard(account.connect(), ours)
    theirs = propose.propose(account.connect(), proposal())
    assert theirs.name == ours.name
    discard(aws, ours)
    assert account.change_sets("web") == {theirs.arn}


def test_hidden_values_of_another_run_are_not_executed(
    aws: Aws, account: Cloud, proxy: Proxy
) -> None:
    """Whether they are the same nobody can tell, also where both propose at once."""
    theirs = proposal(_HIDDEN, {"Label": "theirs"})
    meanwhile = _first(lambda: propose.propose(account.connect(), theirs), _passed)
    proxy.plan("CreateChangeSet", 0, meanwhile)
    outcome = deployment.deploy(aws, proposal(_HIDDEN, {"Label": "ours"}), Watcher())
    assert outcome.end
    assert outcome.end.succeeded
    topics = account.client("sns")
    arns = [one["TopicArn"] for one in topics.list_topics()["Topics"]]
    names = [topics.get_topic_attributes(TopicArn=one)["Attributes"]["DisplayName"] for one in arns]
    assert "ours" in names
    assert "theirs" not in names


def test_one_that_is_deleted_while_it_is_read_is_not_there() -> None:
    """Its changes are read after it was found."""
    gone = ("ChangeSetNotFound", "ChangeSet [x] does not exist")
    aws = Scripted(("describe_change_set", change_set()), ("describe_change_set", gone))
    assert change_sets.find(aws, "web", "sslstack-1") is None


def test_several_at_once_find_that_nothing_changes(account: Cloud) -> None:
    """Each deletes what it has made; the others are none the wiser."""
    deployment.deploy(account.connect(), proposal(), Watcher())
    found: list[object] = []

    def run() -> None:
        try:
            found.append(propose.propose(account.connect(), proposal()).empty)
        except SslstackError as error:
            found.append(error)

    for _ in range(3):
        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [True] * 9
    assert account.change_sets("web") == set()


def test_an_empty_stack_that_another_run_has_begun_is_named(
    aws: Aws, account: Cloud, told: list[str]
) -> None:
    """It is not ours to delete, and nobody else is left to do so."""
    theirs = propose.propose(account.connect(), proposal())
    ours = propose.propose(aws, proposal(template("Other")))
    discard(account.connect(), theirs)
    discard(aws, ours)
    assert (account.stack("web") or {})["StackStatus"] == "REVIEW_IN_PROGRESS"
    (line,) = told
    assert "'aws cloudformation delete-stack --stack-name web' deletes it" in line


def test_must_have_11_what_another_execution_has_taken_away_was_not_executed(
    aws: Aws, account: Cloud, proxy: Proxy
) -> None:
    """Two reviewed, one executes first: the other is refused, and tells no end that is not its."""
    deployment.deploy(account.connect(), proposal(), Watcher())
    other = proposal(template(label="theirs"))
    meanwhile = _first(
        lambda: deployment.deploy(account.connect(), other, Watcher()), FAULTS["throttled"]
    )
    proxy.plan("ExecuteChangeSet", 0, meanwhile)
    watcher = Watcher()
    with pytest.raises(SslstackError, match="change set not found") as refused:
        deployment.deploy(aws, proposal(template(label="ours")), watcher)
    assert "its stack was deployed since" in refused.value.hint
    assert watcher.begun == []
    assert account.change_sets("web") == set()


def _policy(account: Cloud) -> str:
    answer = account.stacks.get_stack_policy(StackName="web")
    return str(answer.get("StackPolicyBody", ""))


def test_what_is_refused_has_released_nothing(aws: Aws, account: Cloud) -> None:
    """The stack has moved since the review: its policy stays, nothing is announced."""
    keep = protection.Protection(keep_load_balancers=True)
    free = protection.Protection(keep_load_balancers=False)
    deployment.deploy(aws, proposal(protection=keep), Watcher())
    before = _policy(account)
    other = proposal(template(label="two"), protection=free)
    waiting = deployment.deploy(aws, other, Watcher(), execute_it=False).change_set
    account.stacks.update_stack(StackName="web", TemplateBody=template(label="three"))
    account.settled("web")
    watcher = Watcher()
    with pytest.raises(SslstackError):
        deployment.attach(aws, waiting.arn, watcher, confirm=True)
    assert (watcher.reviewed, watcher.announced) == ([], [])
    assert "Update:Replace" in before
    assert _policy(account) == before


def test_looking_at_an_old_change_set_takes_no_protection_away(aws: Aws, account: Cloud) -> None:
    """What was declared since is not undone; what a killed run has not set yet is."""
    off = protection.Protection(termination=False, keep_load_balancers=False)
    on = protection.Protection(termination=True, keep_load_balancers=True)
    first = deployment.deploy(aws, proposal(protection=off), Watcher()).change_set
    deployment.deploy(aws, proposal(protection=on), Watcher())
    deployment.attach(aws, first.arn, Watcher(), confirm=False)
    assert (account.stack("web") or {})["EnableTerminationProtection"]
    assert "Update:Replace" in _policy(account)


def test_the_token_is_the_change_sets(aws: Aws, proxy: Proxy) -> None:
    """Whoever executes it, and however often: one request for AWS."""
    proxy.plan("ExecuteChangeSet", 0, FAULTS["reset after"])
    outcome = deployment.deploy(aws, proposal(), Watcher())
    sent = proxy.parameters("ExecuteChangeSet")
    wanted = {
        "ChangeSetName": outcome.change_set.arn,
        "ClientRequestToken": execute.make_token(outcome.change_set.arn),
    }
    assert [{key: one[key] for key in wanted} for one in sent] == [wanted] * len(sent)


def _in_the_making(request: Request) -> None:
    reply = request.forward()
    body = reply.body.replace(b"<Status>CREATE_COMPLETE<", b"<Status>CREATE_IN_PROGRESS<")
    assert body != reply.body
    request.answer(dataclasses.replace(reply, body=body))


def test_what_is_in_the_making_is_deleted_once_it_is_made(
    aws: Aws, account: Cloud, proxy: Proxy
) -> None:
    """AWS deletes none before (InvalidChangeSetStatus): who gives up waits as long."""
    made = propose.propose(aws, proposal())
    proxy.plan("DescribeChangeSet", 0, _in_the_making, 2)
    discard(aws, made)
    assert proxy.calls[:4] == [*["DescribeChangeSet"] * 3, "DeleteChangeSet"]
    assert account.stack("web") is None


@pytest.mark.parametrize("operation", ["DeleteStack", "DeleteChangeSet", "ExecuteChangeSet"])
def test_a_login_page_is_no_answer(operation: str, aws: Aws, account: Cloud, proxy: Proxy) -> None:
    """It comes with 200, as everything in a hotel does, and nothing was carried out."""
    proxy.plan(operation, 0, FAULTS["login page"])
    declines = operation != "ExecuteChangeSet"
    outcome = deployment.deploy(aws, proposal(), Watcher(yes=not declines))
    assert outcome.declined == declines
    found: dict[str, Any] | None = account.stack("web")
    assert (found or {}).get("StackStatus") == (None if declines else "CREATE_COMPLETE")


def test_the_stack_is_read_once_before_a_change_set_is_created_and_once_before_it_is_executed(
    aws: Aws, account: Cloud, proxy: Proxy
) -> None:
    deployment.deploy(account.connect(), proposal(), Watcher())
    proxy.calm()
    known = read_deployed(aws, "web")
    keep = protection.Protection(keep_load_balancers=True)
    changed = proposal(template("Other"), protection=keep)
    deployment.deploy(aws, changed, Watcher(), deployed=known)
    executed = proxy.calls.index("ExecuteChangeSet")
    assert proxy.calls[:executed].count("DescribeStacks") == 2
    assert "SetStackPolicy" in proxy.calls


def test_a_stack_that_was_deleted_since_it_was_read_is_created(aws: Aws, account: Cloud) -> None:
    deployment.deploy(account.connect(), proposal(), Watcher())
    known = read_deployed(aws, "web")
    account.stacks.delete_stack(StackName="web")
    outcome = deployment.deploy(aws, proposal(), Watcher(), deployed=known)
    assert outcome.change_set.type == "CREATE"
    assert outcome.end
    assert outcome.end.succeeded


def test_a_stack_that_was_updated_since_it_was_read_is_updated(aws: Aws, account: Cloud) -> None:
    deployment.deploy(account.connect(), proposal(), Watcher())
    known = read_deployed(aws, "web")
    deployment.deploy(account.connect(), proposal(template("First")), Watcher())
    outcome = deployment.deploy(aws, proposal(template("Second")), Watcher(), deployed=known)
    assert outcome.end
    assert outcome.end.succeeded
