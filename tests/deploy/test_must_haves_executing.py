"""What users of other tools miss once a change is agreed to, by the numbers of the design."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from cloudformation_emulator import STAND_IN
from sslstack.deploy import deployment, execute, protection, status
from sslstack.deploy.events import End, StackEvent
from sslstack.deploy.reporter import Detached, Interrupted
from sslstack.errors import SslstackError
from sslstack.views.deployment.stack import conclusion
from support import pki
from support.reporters import Watcher, proposal, template
from support.scripted_aws import ARN, STACK_ID, TIME, Scripted, change_set, stack

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from sslstack.deploy.proposal import Proposal
    from support.emulated import Cloud


_BEGUN = "User Initiated"


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.connect()


def test_must_have_8_ctrl_c_before_deletes_the_change_set(aws: Aws, account: Cloud) -> None:
    with pytest.raises(KeyboardInterrupt):
        deployment.deploy(aws, proposal(), Watcher(interrupt_review=True))
    assert account.stack("web") is None


def test_must_have_8_ctrl_c_after_detaches_or_cancels(aws: Aws, account: Cloud) -> None:
    deployment.deploy(aws, proposal(), Watcher())
    account.aws.hold("A")
    with pytest.raises(Detached) as left:
        deployment.deploy(aws, proposal(template("A")), Watcher(interrupt_after=1))
    assert (account.stack("web") or {})["StackStatus"] == "UPDATE_IN_PROGRESS"
    account.aws.release("A")
    end = deployment.attach(aws, left.value.arn, Watcher(), confirm=False).end
    assert end
    assert end.status == "UPDATE_COMPLETE"
    account.aws.hold("B")
    aws.notify = lambda _: account.aws.release("B")  # once it is said to be cancelled
    watcher = Watcher(interrupt_after=1, choice=Interrupted.CANCEL)
    cancelled = deployment.deploy(aws, proposal(template("B")), watcher).end
    assert cancelled
    assert cancelled.root_cause
    assert (cancelled.status, cancelled.root_cause.reason) == (
        "UPDATE_ROLLBACK_COMPLETE",
        "User Initiated",
    )
    assert watcher.steps[-1] == ("web", "UPDATE_ROLLBACK_COMPLETE")
    begun = [one for one in account.events("web") if one[1:] == ("UPDATE_IN_PROGRESS", _BEGUN)]
    assert len(begun) == 2


def test_must_have_9_expired_credentials_are_renewed_while_it_runs(
    account: Cloud,
) -> None:
    told: list[str] = []
    aws = account.connect(told)
    inner, opened = aws._connect, [0]  # noqa: SLF001 - the seam of the test

    def counted(service: str) -> Any:
        opened[0] += 1
        return _Expiring(inner(service)) if opened[0] < 4 else inner(service)

    aws._connect = counted  # noqa: SLF001
    outcome = deployment.deploy(aws, proposal(), Watcher())
    assert outcome.end
    assert (outcome.end.status, opened[0]) == ("CREATE_COMPLETE", 4)
    assert "the stack is still updating, but AWS cannot be asked" in told[0]
    assert "aws sso login" in told[0]


class _Expiring:
    """A client whose credentials are good until the execution has begun."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        if name == "describe_stack_events":
            error = {"Error": {"Code": "ExpiredToken", "Message": "expired"}}
            raise botocore.exceptions.ClientError(error, name)
        return getattr(self._inner, name)


def _event(number: int, logical_id: str, word: str, reason: str = "") -> StackEvent:
    stack_itself = logical_id == "web"
    return StackEvent(
        id=str(number), time=TIME, stack_id="S", logical_id=logical_id,
        physical_id="S" if stack_itself else logical_id,
        type="AWS::CloudFormation::Stack" if stack_itself else "T", status=word, reason=reason,
    )  # fmt: skip


def test_must_have_10_the_root_cause_is_the_first_real_failure() -> None:
    events = (
        _event(1, "web", "UPDATE_IN_PROGRESS"),
        _event(2, "A", "UPDATE_FAILED", "Resource update cancelled"),
        _event(3, "B", "CREATE_FAILED", "no such policy"),
        _event(4, "C", "UPDATE_FAILED", "too late"),
        _event(5, "web", "UPDATE_FAILED", "The following resource(s) failed: [B]"),
    )
    end = End(status="UPDATE_ROLLBACK_COMPLETE", reason="", events=events)
    assert end.root_cause == events[2]
    shown = conclusion("web", end, {})
    assert shown.splitlines()[-1] == "B (T) CREATE_FAILED: no such policy"


def test_must_have_11_exactly_that_change_set_and_only_if_nothing_has_moved(
    aws: Aws, account: Cloud
) -> None:
    deployment.deploy(aws, proposal(), Watcher())
    waiting = deployment.deploy(aws, proposal(template("A")), Watcher(), execute_it=False)
    deployment.deploy(aws, proposal(template("B")), Watcher())
    before = account.events("web")
    with pytest.raises(SslstackError, match="change set not found"):
        execute.execute(aws, waiting.change_set.arn)
    assert account.events("web") == before
    later = stack("UPDATE_COMPLETE", LastUpdatedTime=TIME + datetime.timedelta(seconds=1))
    unnoticed = Scripted(("describe_change_set", change_set()), ("describe_stacks", later))
    with pytest.raises(SslstackError, match="has changed since"):
        execute.execute(unnoticed, ARN)


@pytest.mark.parametrize(
    ("word", "execution"),
    [("FAILED", "UNAVAILABLE"), ("CREATE_COMPLETE", "OBSOLETE"), ("CREATE_PENDING", "UNAVAILABLE")],
)
def test_must_have_11_a_stale_change_set_is_refused(word: str, execution: str) -> None:
    stale = change_set(Status=word, ExecutionStatus=execution)
    aws = Scripted(("describe_change_set", stale), ("describe_stacks", stack("UPDATE_COMPLETE")))
    with pytest.raises(SslstackError, match=f"{word}, {execution}"):
        execute.execute(aws, ARN)
    aws.stubber.assert_no_pending_responses()


def test_must_have_11_two_at_once_are_refused() -> None:
    aws = Scripted(
        ("describe_change_set", change_set()), ("describe_stacks", stack("UPDATE_IN_PROGRESS"))
    )
    with pytest.raises(SslstackError, match="is being updated"):
        execute.execute(aws, ARN)


_NOT_FOUND = "Server Certificate not found for the key: arn (CertificateNotFound)"


def _uploading(*topics: str) -> Proposal:
    """Give a proposal that uploads a certificate, too."""
    leaf = pki.issue("site.example", None, kind="p256").pem.decode()
    body = "".join(f"        {line}\n" for line in leaf.splitlines())
    return proposal(
        f"{template(*topics)}  Site:\n    Type: AWS::IAM::ServerCertificate\n    Properties:\n"
        f"      CertificateBody: |\n{body}      PrivateKey: {STAND_IN}\n"
    )


@pytest.mark.parametrize(("failures", "succeeds"), [(2, True), (3, True), (4, False)])
def test_must_have_12_a_certificate_not_known_yet_is_waited_for(
    account: Cloud, failures: int, *, succeeds: bool
) -> None:
    told: list[str] = []
    aws = account.connect(told)
    deployment.deploy(aws, proposal(), Watcher())
    account.aws.fail("Second", _NOT_FOUND, times=failures)
    outcome = deployment.deploy(aws, _uploading("First", "Second"), watcher := Watcher())
    assert outcome.end
    assert outcome.end.succeeded == succeeds
    assert (len(told), len(watcher.reviewed)) == (min(failures, 3), 1)
    assert all("eventually consistent" in line for line in told)


def test_must_have_12_one_that_is_not_there_is_not_waited_for(account: Cloud) -> None:
    """Nothing was uploaded: who has mistyped an ARN is told at once, and nothing else."""
    told: list[str] = []
    account.aws.fail("First", _NOT_FOUND)
    outcome = deployment.deploy(account.connect(told), proposal(), Watcher())
    assert outcome.end
    assert (outcome.end.succeeded, told) == (False, [])


def test_must_have_14_protection_is_set_where_declared() -> None:
    theirs = {"Effect": "Deny", "Action": "Update:*", "Resource": "LogicalResourceId/Database"}
    both = {"Statement": [theirs, protection.KEEP]}
    aws = Scripted(
        ("update_termination_protection", {"StackId": STACK_ID}),
        ("get_stack_policy", {"StackPolicyBody": json.dumps({"Statement": theirs})}),
        ("set_stack_policy", {}),
        ("get_stack_policy", {"StackPolicyBody": json.dumps(both)}),
    )
    declared = protection.Protection(termination=True, keep_load_balancers=True)
    (before,) = stack("UPDATE_COMPLETE")["Stacks"]
    assert len(protection.protect(aws, status.from_answer(before), declared)) == 2
    after = status.from_answer(before | {"EnableTerminationProtection": True})
    assert protection.protect(aws, after, declared) == ()
    aws.stubber.assert_no_pending_responses()


def test_must_have_14_somebody_elses_statements_stay(aws: Aws, account: Cloud) -> None:
    deployment.deploy(aws, proposal(), Watcher())
    theirs = [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*/Database"},
    ]
    body = json.dumps({"Statement": theirs})
    account.stacks.set_stack_policy(StackName="web", StackPolicyBody=body)

    def held() -> Any:
        answer = account.stacks.get_stack_policy(StackName="web")
        return json.loads(answer["StackPolicyBody"])["Statement"]

    found = status.read(aws, "web")
    assert found is not None
    protection.protect(aws, found, protection.Protection(keep_load_balancers=True))
    assert held() == [*theirs, protection.KEEP]
    protection.release(aws, found.id, "web", protection.Protection(keep_load_balancers=False))
    assert held() == theirs
