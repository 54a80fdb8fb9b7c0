"""A running operation, followed through what AWS tells late, elsewhere, or not at all."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from sslstack.aws.client import Aws
from sslstack.deploy import deployment
from sslstack.deploy.events import End, Operation
from sslstack.deploy.watch import Watch
from sslstack.views.deployment.stack import conclusion
from support.reporters import Watcher, proposal, template
from support.scripted_aws import ARN, STACK_ID, TIME, Scripted, change_set, stack

if TYPE_CHECKING:
    from support.emulated import Cloud

_OURS = Operation(stack_id=STACK_ID, token="sslstack-0", since=TIME, change_set=ARN)  # noqa: S106
_DENIED = ("AccessDenied", "not authorized to perform: cloudformation:DescribeStackEvents")


def _event(number: int, status: str, token: str = "sslstack-0", **more: Any) -> dict[str, Any]:  # noqa: S107
    """Give an event of the stack itself, or of the resource that `more` names."""
    return {
        "EventId": str(number),
        "StackId": STACK_ID,
        "StackName": "web",
        "Timestamp": TIME + datetime.timedelta(seconds=number),
        "LogicalResourceId": "web",
        "PhysicalResourceId": STACK_ID,
        "ResourceType": "AWS::CloudFormation::Stack",
        "ResourceStatus": status,
        "ClientRequestToken": token,
    } | more


def _resource(number: int, status: str, **more: Any) -> dict[str, Any]:
    of = {"LogicalResourceId": "A", "PhysicalResourceId": "a", "ResourceType": "T"}
    return _event(number, status, **{**of, **more})


def _listed(*events: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give an answer with events, newest first as AWS has them."""
    return "describe_stack_events", {"StackEvents": [*reversed(events)]}


def _followed(aws: Scripted, operation: Operation = _OURS) -> Watch:
    watch = Watch(aws, operation)
    for _ in watch:
        pass
    aws.stubber.assert_no_pending_responses()
    return watch


def test_what_the_console_has_executed_is_told_with_its_cause(account: Cloud) -> None:
    """Its operation has another token than ours; it is the first since the change set."""
    aws = account.connect()
    waiting = deployment.deploy(aws, proposal(), Watcher(), execute_it=False).change_set
    account.aws.fail("First", "you may not")
    account.stacks.execute_change_set(
        ChangeSetName=waiting.arn,
        ClientRequestToken="Console-ExecuteChangeSet-1",
    )
    end = deployment.attach(aws, waiting.arn, watcher := Watcher(), confirm=False).end
    assert end
    assert (end.status, watcher.steps[0]) == ("ROLLBACK_COMPLETE", ("web", "CREATE_IN_PROGRESS"))
    assert end.root_cause
    assert end.root_cause.reason == "you may not"


def test_operations_of_others_are_none_of_ours() -> None:
    """Neither the one before our change set nor the one after it."""
    begun = [
        _event(1, "UPDATE_IN_PROGRESS", "console-1"),
        _resource(2, "UPDATE_FAILED", ClientRequestToken="console-1", ResourceStatusReason="no"),
        _event(3, "UPDATE_ROLLBACK_COMPLETE", "console-1"),
        _event(4, "UPDATE_IN_PROGRESS", "console-2"),
        _event(5, "UPDATE_COMPLETE", "console-2"),
    ]
    aws = Scripted(("describe_stacks", stack("UPDATE_COMPLETE")), _listed(*begun))
    end = _followed(aws).end
    assert (end.status, end.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert [event.id for event in end.events] == ["1", "2", "3"]


def test_the_end_is_told_without_its_steps() -> None:
    """Who may not read events is told so once, and a good deployment stays a good one."""
    looks = [("describe_stacks", stack("UPDATE_COMPLETE")), ("describe_stack_events", _DENIED),
             ("describe_change_set", change_set(ExecutionStatus="EXECUTE_COMPLETE"))]  # fmt: skip
    aws = Scripted(*looks * 13, looks[-1])
    assert _followed(aws).end.succeeded
    assert len(aws.told) == 1
    assert sum(aws.slept) < 90


def test_what_failed_is_no_success_because_of_another_operation() -> None:
    """Without any step the change set says how it ended, whatever the stack has become since."""
    looks = [("describe_stacks", stack("UPDATE_COMPLETE")), _listed(),
             ("describe_change_set", change_set(ExecutionStatus="EXECUTE_FAILED"))]  # fmt: skip
    end = _followed(Scripted(*looks * 4, looks[-1])).end
    assert (end.status, end.succeeded) == ("EXECUTE_FAILED", False)


def test_a_status_that_cannot_be_read_is_asked_for_about_an_hour() -> None:
    """Then it is said that nobody knows; nothing is concluded."""
    aws = Scripted(*[("describe_stacks", _DENIED)] * 720)
    with pytest.raises(Exception, match="it is unknown whether the stack is still updating"):
        _followed(aws)
    assert 3500 <= sum(aws.slept) <= 4000


@pytest.mark.parametrize(("mode", "failed"), [("FAIL", True), ("WARN", False)])
def test_must_have_10_a_hook_that_fails_gives_its_reason(mode: str, *, failed: bool) -> None:
    """It stands in events of the hook alone; one hook may tell several under one id."""
    hook = {"HookType": "My::Hook", "HookFailureMode": mode, "HookInvocationPoint": "PRE_PROVISION"}
    steps = [
        _event(1, "UPDATE_IN_PROGRESS"),
        _resource(2, "UPDATE_IN_PROGRESS", HookStatus="HOOK_IN_PROGRESS", **hook),
        _resource(2, "UPDATE_IN_PROGRESS", HookStatus="HOOK_COMPLETE_FAILED",
                  HookStatusReason="port 23 is open", **hook),
        _resource(4, "UPDATE_FAILED", ResourceStatusReason="The following hook(s) failed: [H]"),
        _event(5, "UPDATE_ROLLBACK_COMPLETE"),
    ]  # fmt: skip
    aws = Scripted(("describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE")), _listed(*steps))
    end = _followed(aws).end
    assert len(end.events) == 5
    assert end.root_cause
    assert (end.root_cause.reason == "port 23 is open") == failed


def test_a_hook_of_the_stack_ends_no_operation() -> None:
    """What it says stands in an event of the stack itself, beside the stack's status."""
    hook = {"HookType": "My::Hook", "HookFailureMode": "FAIL"}
    steps = [
        _event(1, "UPDATE_IN_PROGRESS"),
        _event(2, "UPDATE_IN_PROGRESS", HookStatus="HOOK_COMPLETE_SUCCEEDED", **hook),
        _event(3, "UPDATE_IN_PROGRESS", HookStatus="HOOK_COMPLETE_FAILED",
               HookStatusReason="no listener may be plaintext", **hook),
    ]  # fmt: skip
    ended = [*steps, _event(4, "UPDATE_ROLLBACK_COMPLETE")]
    aws = Scripted(
        ("describe_stacks", stack("UPDATE_IN_PROGRESS")), _listed(*steps),
        ("describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE")), _listed(*ended),
    )  # fmt: skip
    end = _followed(aws).end
    assert end.root_cause
    assert (end.status, end.root_cause.reason) == (
        "UPDATE_ROLLBACK_COMPLETE",
        "no listener may be plaintext",
    )


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("Parameter validation failed: parameter value x does not exist", None),
        ("User Initiated", "cancelled by a user"),
    ],
)
def test_must_have_10_a_cause_that_only_the_stack_tells_is_told(
    reason: str, shown: str | None
) -> None:
    steps = [
        _event(1, "UPDATE_IN_PROGRESS", ResourceStatusReason="User Initiated"),
        _event(2, "UPDATE_ROLLBACK_IN_PROGRESS", ResourceStatusReason=reason),
        _event(3, "UPDATE_ROLLBACK_COMPLETE"),
    ]
    aws = Scripted(("describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE")), _listed(*steps))
    end = _followed(aws).end
    assert conclusion("web", end, {}).splitlines()[-1] == (
        f"web (AWS::CloudFormation::Stack) UPDATE_ROLLBACK_IN_PROGRESS: {shown or reason}"
    )


def test_what_would_help_means_the_account_that_was_meant() -> None:
    """A stack that could not be rolled back is gone on with by a command of the AWS CLI."""
    aws = Aws(lambda _: None, sleep=lambda _: None, profile="prod", region="eu-west-1")
    end = End(status="UPDATE_ROLLBACK_FAILED", reason="", events=())
    command = "continue-update-rollback --stack-name web --profile prod --region eu-west-1'"
    assert command in conclusion("web", end, {}, completed=aws.hint)


def test_what_could_not_be_cleaned_up_is_named(account: Cloud) -> None:
    """The update is a good one; what it has left behind is said, and nothing failed."""
    aws = account.connect()
    deployment.deploy(aws, proposal(template("First", "Old")), Watcher())
    account.aws.fail("Old", "it is in use", operation="DELETE", times=3)
    end = deployment.deploy(aws, proposal(), Watcher()).end
    assert end
    assert (end.status, end.root_cause) == ("UPDATE_COMPLETE", None)
    assert "  left behind: Old (AWS::SNS::Topic): it is in use" in conclusion("web", end, {})


def test_the_status_of_before_is_not_the_end() -> None:
    """Right after the request nothing has begun: the change set says that it is under way."""
    running = change_set(ExecutionStatus="EXECUTE_IN_PROGRESS")
    before = [("describe_stacks", stack("UPDATE_COMPLETE")), _listed(),
              ("describe_change_set", running)]  # fmt: skip
    steps = [_event(1, "UPDATE_IN_PROGRESS"), _event(2, "UPDATE_ROLLBACK_COMPLETE")]
    after = [("describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE")), _listed(*steps)]
    end = _followed(Scripted(*before * 6, *after)).end
    assert (end.status, end.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)


def test_who_cancels_from_elsewhere_has_another_token() -> None:
    """The end of the operation is ours all the same; that of the next one is not."""
    steps = [
        _event(1, "UPDATE_IN_PROGRESS"),
        _event(2, "UPDATE_ROLLBACK_IN_PROGRESS", "console-cancel"),
        _event(3, "UPDATE_ROLLBACK_COMPLETE", "console-cancel"),
        _event(4, "UPDATE_IN_PROGRESS", "next"),
        _event(5, "UPDATE_COMPLETE", "next"),
    ]
    aws = Scripted(("describe_stacks", stack("UPDATE_COMPLETE")), _listed(*steps))
    assert _followed(aws).end.status == "UPDATE_ROLLBACK_COMPLETE"
