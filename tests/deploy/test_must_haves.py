"""What users of other tools miss, each by the number it has in the design (1 to 14)."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

import pki
from scripts import ARN, STACK_ID, TIME, Scripted, change_set, resource, stack
from sslstack.aws.redaction import HIDDEN, redact, redact_value
from sslstack.changes import Action, PropertyChange, Replacement, ResourceChange
from sslstack.deploy import describe, execute, protection, review, sequence, status
from sslstack.deploy.discard import discard
from sslstack.deploy.events import End, StackEvent
from sslstack.deploy.proposal import Proposal, parameters
from sslstack.deploy.propose import propose
from sslstack.deploy.reporter import Detached, Interrupted
from sslstack.emulator import STAND_IN
from sslstack.errors import InputError, SslstackError
from sslstack.views.deployment.markdown import markdown
from sslstack.views.deployment.stack import conclusion
from sslstack.views.deployment.text import text
from sslstack.views.deployment.words import verb
from watchers import Watcher, proposal, template

if TYPE_CHECKING:
    from emulated import Cloud
    from sslstack.aws.door import Aws

_BEGUN = "User Initiated"
_LOAD_BALANCER = "AWS::ElasticLoadBalancing::LoadBalancer"


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.door()


def test_must_have_1_all_pages_merged_and_unknown_actions_shown() -> None:
    path = "/Properties/DisplayName"
    detail = {
        "Target": {"Path": path, "BeforeValue": "a", "AfterValue": "b",
                   "RequiresRecreation": "Always", "Attribute": "Properties"},
        "Evaluation": "Static", "ChangeSource": "DirectModification",
    }  # fmt: skip
    aws = Scripted(
        ("describe_change_set", change_set(Changes=[resource("A", "Modify")], NextToken="2")),
        ("describe_change_set", change_set(Changes=[resource("B", "Transmute")])),
        ("describe_change_set", change_set(Changes=[resource("A", "Modify", Details=[detail])])),
    )
    _, changes = describe.described(aws, ARN)
    expected = PropertyChange(path=path, before="a", after="b", replacement=Replacement.TRUE)
    assert [(c.logical_id, c.action, c.properties) for c in changes] == [
        ("A", Action.MODIFY, (expected,)),
        ("B", "Transmute", ()),
    ]
    assert verb(changes[1]) == "Transmute"


@pytest.mark.parametrize("action", botocore.session.get_session().get_service_model(
    "cloudformation").shape_for("ChangeAction").enum)  # fmt: skip
def test_must_have_1_every_action_of_the_api_has_words(action: str) -> None:
    change = describe.change(resource("A", action)["ResourceChange"])
    assert isinstance(change.action, Action)
    assert verb(change).islower()


def test_must_have_2_named_by_content_and_nothing_of_others_deleted(
    aws: Aws, account: Cloud
) -> None:
    one = propose(aws, proposal())
    assert (one.name[:9], len(one.name), one.ours, one.stack_ours) == ("sslstack-", 41, True, True)
    again = propose(account.door(), proposal())
    assert (again.arn, again.ours) == (one.arn, False)
    other = propose(aws, proposal(template("Other")))
    assert other.name != one.name
    discard(aws, again)
    discard(aws, dataclasses.replace(other, name="theirs"))
    assert account.change_sets("web") == {one.arn, other.arn}
    discard(aws, other)
    assert account.change_sets("web") == {one.arn}
    discard(aws, one)
    assert account.stack("web") is None


def test_must_have_2_a_failed_set_of_ours_is_deleted() -> None:
    nothing: dict[str, Any] = {}
    absent = ("ValidationError", "Stack with id web does not exist")
    failed = change_set(Status="FAILED", ExecutionStatus="UNAVAILABLE", StatusReason="no such type")
    aws = Scripted(
        ("describe_stacks", absent),
        ("create_change_set", {"Id": ARN, "StackId": STACK_ID}),
        ("describe_change_set", failed),
        ("describe_change_set", failed),
        ("describe_events", {"OperationEvents": [
            {"LogicalResourceId": "First", "ValidationPath": "/Resources/First/Properties/X",
             "ValidationStatusReason": "must be a number"}]}),
        ("describe_change_set", failed),
        ("delete_change_set", nothing),
        ("describe_stacks", stack("REVIEW_IN_PROGRESS")),
        ("list_change_sets", {"Summaries": []}),
        ("delete_stack", nothing),
    )  # fmt: skip
    with pytest.raises(SslstackError, match="no such type; First/Properties/X: must be a number"):
        propose(aws, proposal())
    aws.stubber.assert_no_pending_responses()


_STATUSES = (
    botocore.session.get_session().get_service_model("cloudformation").shape_for("StackStatus").enum
)


@pytest.mark.parametrize("word", _STATUSES)
def test_must_have_3_every_status_has_a_meaning(word: str) -> None:
    meaning = status.meaning(word)
    assert meaning == status.STATUSES[word]
    proposes = meaning.course in (status.Course.CREATE, status.Course.UPDATE)
    assert proposes == (meaning.words == "")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("ROLLBACK_COMPLETE", "--recreate"),
        ("CREATE_FAILED", "--recreate"),
        ("UPDATE_IN_PROGRESS", f"watch it: 'sslstack execute {ARN}'"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name web"),
        ("UPDATE_FAILED", "'aws cloudformation rollback-stack --stack-name web'"),
        ("SOMETHING_NEW", ""),
    ],
)
def test_must_have_3_a_stack_that_takes_no_change_set_is_explained(word: str, hint: str) -> None:
    aws = Scripted(
        (
            "describe_stacks",
            stack(word, StackStatusReason="[Web] failed to update", ChangeSetId=ARN),
        )
    )
    with pytest.raises(SslstackError, match=word) as refused:
        propose(aws, proposal())
    assert "([Web] failed to update)" in str(refused.value)
    assert hint in refused.value.hint
    aws.stubber.assert_no_pending_responses()


def test_must_have_3_recreate_only_by_flag(aws: Aws, account: Cloud) -> None:
    account.aws.fail("First", "no")
    sequence.deploy(aws, proposal(), Watcher())
    failed = (account.stack("web") or {})["StackId"]
    with pytest.raises(SslstackError, match="ROLLBACK_COMPLETE"):
        sequence.deploy(aws, proposal(), Watcher())
    assert (account.stack("web") or {})["StackId"] == failed
    outcome = sequence.deploy(aws, proposal(), Watcher(), recreate=True)
    assert outcome.end
    assert outcome.end.status == "CREATE_COMPLETE"
    assert account.settled(failed)["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information ...",
        "No updates are to be performed.",
    ],
)
def test_must_have_4_no_changes_is_no_error_in_both_wordings(reason: str) -> None:
    empty = change_set(Status="FAILED", ExecutionStatus="UNAVAILABLE", StatusReason=reason)
    aws = Scripted(
        ("describe_stacks", stack("CREATE_COMPLETE")),
        ("describe_change_set", ("ChangeSetNotFound", "ChangeSet [x] does not exist")),
        ("create_change_set", {"Id": ARN, "StackId": STACK_ID}),
        ("describe_change_set", empty),
        ("describe_change_set", empty),
        ("describe_change_set", empty),
        ("delete_change_set", {}),
    )
    assert propose(aws, proposal()).empty
    aws.stubber.assert_no_pending_responses()


def test_a_change_set_just_made_may_not_be_known_yet() -> None:
    unknown = ("ChangeSetNotFound", "ChangeSet [x] does not exist")
    aws = Scripted(
        ("describe_stacks", stack("CREATE_COMPLETE")),
        ("describe_change_set", unknown),
        ("create_change_set", {"Id": ARN, "StackId": STACK_ID}),
        ("describe_change_set", unknown),
        ("describe_change_set", change_set(Changes=[])),
        ("describe_change_set", change_set(Changes=[])),
    )
    assert propose(aws, proposal()).executable


def test_must_have_4_tags_only() -> None:
    aws = Scripted(
        ("describe_stacks", stack("CREATE_COMPLETE")),
        ("describe_change_set", ("ChangeSetNotFound", "ChangeSet [x] does not exist")),
        ("create_change_set", {"Id": ARN, "StackId": STACK_ID}),
        ("describe_change_set", change_set(Changes=[])),
        ("describe_change_set", change_set(Changes=[])),
    )
    found = propose(aws, proposal(tags={"team": "web"}))
    assert (found.empty, found.executable, found.changes) == (False, True, ())
    for shown in (text(found, {}), markdown(found, {})):
        assert "ags of the stack only" in shown
        assert "team: nothing -> web" in shown
    without = dataclasses.replace(found, tags=())
    assert "outputs or settings of the stack only" in text(without, {})


def _change(logical_id: str, type_: str, **more: Any) -> ResourceChange:
    given: dict[str, Any] = {"action": Action.MODIFY} | more
    return ResourceChange(logical_id=logical_id, type=type_, **given)


def test_must_have_5_what_replaces_or_removes_stands_first_with_its_cause() -> None:
    def caused(by: str, how: Replacement) -> tuple[PropertyChange, ...]:
        return (PropertyChange(path="/Properties/X", cause=by, replacement=how),)

    changes = [
        _change("A", "T", action=Action.ADD),
        _change("B", "T", action=Action.REMOVE),
        _change("C", _LOAD_BALANCER, replacement=Replacement.CONDITIONAL,
                properties=caused("D.Arn", Replacement.CONDITIONAL)),
        _change("D", "T", replacement=Replacement.TRUE,
                properties=caused("Name", Replacement.TRUE)),
        _change("E", _LOAD_BALANCER, replacement=Replacement.FALSE),
    ]  # fmt: skip
    assert [c.logical_id for c in review.by_gravity(changes)] == ["D", "C", "B", "E", "A"]
    assert review.chain(changes[2], changes) == ("D", "Name")
    assert [verb(c) for c in review.by_gravity(changes)][:2] == ["will replace", "may replace"]
    assert [c.logical_id for c in review.grave(changes)] == ["C"]
    assert review.grave(changes, ["C"]) == ()


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("/Properties/PrivateKey", "-----BEGIN", HIDDEN),
        ("/Properties/PrivateKey", "{{resolve:secretsmanager:a:SecretString:b::c}}", None),
        ("/Properties/MasterUserPassword", "x", HIDDEN),
        ("/Properties/AuthToken", "****", None),
        ("/Properties/Note", "at -----BEGIN RSA PRIVATE KEY-----\nMII", f"at {HIDDEN}"),
        ("/Properties/Environment", {"API_KEY": "x", "Size": 3}, {"API_KEY": HIDDEN, "Size": 3}),
        ("/Properties/DisplayName", "a hunter2", f"a {HIDDEN}"),
    ],
)
def test_must_have_6_secrets_are_never_shown(path: str, value: object, shown: object) -> None:
    assert redact_value(path, value, ["hunter2", "a"]) == (value if shown is None else shown)


def test_must_have_6_noecho_values_are_in_no_event_and_no_name(aws: Aws, account: Cloud) -> None:
    text = template(parameter=True).replace("Type: String", "Type: String\n    NoEcho: true")
    account.aws.fail("First", "cannot take s3cret as a name")
    given = proposal(text, {"Label": "s3cret"})
    outcome = sequence.deploy(aws, given, watcher := Watcher())
    assert outcome.end
    assert outcome.end.root_cause
    assert outcome.end.root_cause.reason == f"cannot take {HIDDEN} as a name"
    assert "s3cret" not in f"{watcher} {outcome} {given}"
    account.aws.invalidate("First", "s3cret is no name")
    with pytest.raises(SslstackError, match="CloudFormation refuses") as refused:
        propose(aws, proposal(text, {"Label": "s3cret"}, stack="other"))
    assert HIDDEN in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert redact("nothing to hide") == "nothing to hide"


_DECLARED = {"Kept": {}, "Given": {}, "Fallback": {"Default": "d"}}


def _with(given: dict[str, str]) -> Proposal:
    return Proposal(stack="web", template="", declared=_DECLARED, file="t", parameters=given)


def test_must_have_7_previous_values_only_of_what_the_stack_has() -> None:
    kept = {"ParameterKey": "Kept", "ParameterValue": "****"}
    deployed = status.from_answer(stack("UPDATE_COMPLETE", Parameters=[kept])["Stacks"][0])
    assert parameters(_with({"Given": "1"}), deployed) == [
        {"ParameterKey": "Kept", "UsePreviousValue": True},
        {"ParameterKey": "Given", "ParameterValue": "1"},
    ]
    under_review = dataclasses.replace(deployed, status="REVIEW_IN_PROGRESS")
    for nothing_deployed in (None, under_review):
        with pytest.raises(InputError) as error:
            parameters(_with({"Gaven": "1"}), nothing_deployed)
        said = [finding.message for finding in error.value.findings]
        assert said == [
            "parameter Given has no value",
            "parameter Kept has no value",
            "the template has no parameter Gaven",
        ]


def test_must_have_8_ctrl_c_before_deletes_the_change_set(aws: Aws, account: Cloud) -> None:
    with pytest.raises(KeyboardInterrupt):
        sequence.deploy(aws, proposal(), Watcher(interrupt_review=True))
    assert account.stack("web") is None


def test_must_have_8_ctrl_c_after_detaches_or_cancels(aws: Aws, account: Cloud) -> None:
    sequence.deploy(aws, proposal(), Watcher())
    account.aws.hold("A")
    with pytest.raises(Detached) as left:
        sequence.deploy(aws, proposal(template("A")), Watcher(interrupt_after=1))
    assert (account.stack("web") or {})["StackStatus"] == "UPDATE_IN_PROGRESS"
    account.aws.release("A")
    end = sequence.attach(aws, left.value.arn, Watcher(), confirm=False).end
    assert end
    assert end.status == "UPDATE_COMPLETE"
    account.aws.hold("B")
    aws.tell = lambda _: account.aws.release("B")  # once it is said to be cancelled
    watcher = Watcher(interrupt_after=1, choice=Interrupted.CANCEL)
    cancelled = sequence.deploy(aws, proposal(template("B")), watcher).end
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
    aws = account.door(told)
    inner, opened = aws._connect, [0]  # noqa: SLF001 - the seam of the test

    def counted(service: str) -> Any:
        opened[0] += 1
        return _Expiring(inner(service)) if opened[0] < 4 else inner(service)

    aws._connect = counted  # noqa: SLF001
    outcome = sequence.deploy(aws, proposal(), Watcher())
    assert outcome.end
    assert (outcome.end.status, opened[0]) == ("CREATE_COMPLETE", 4)
    assert "the stack is still updating, but it cannot be seen" in told[0]
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
    sequence.deploy(aws, proposal(), Watcher())
    waiting = sequence.deploy(aws, proposal(template("A")), Watcher(), execute_it=False)
    sequence.deploy(aws, proposal(template("B")), Watcher())
    before = account.events("web")
    with pytest.raises(SslstackError, match="there is no change set"):
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
    with pytest.raises(SslstackError, match="is being updated, by this tool or another"):
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
    aws = account.door(told)
    sequence.deploy(aws, proposal(), Watcher())
    account.aws.fail("Second", _NOT_FOUND, times=failures)
    outcome = sequence.deploy(aws, _uploading("First", "Second"), watcher := Watcher())
    assert outcome.end
    assert outcome.end.succeeded == succeeds
    assert (len(told), len(watcher.reviewed)) == (min(failures, 3), 1)
    assert all("eventually consistent" in line for line in told)


def test_must_have_12_one_that_is_not_there_is_not_waited_for(account: Cloud) -> None:
    """Nothing was uploaded: who has mistyped an ARN is told at once, and nothing else."""
    told: list[str] = []
    account.aws.fail("First", _NOT_FOUND)
    outcome = sequence.deploy(account.door(told), proposal(), Watcher())
    assert outcome.end
    assert (outcome.end.succeeded, told) == (False, [])


def test_must_have_13_a_long_template_goes_to_the_bucket(aws: Aws, account: Cloud) -> None:
    text = template() + "#" * 52_000 + "\n"
    with pytest.raises(SslstackError, match="CloudFormation takes 51,200") as refused:
        sequence.deploy(aws, proposal(text), Watcher())
    assert "--bucket" in refused.value.hint
    assert account.stack("web") is None
    store = account.client("s3")
    store.create_bucket(Bucket="templates")
    for _ in range(2):
        sequence.deploy(aws, proposal(text, bucket="templates"), Watcher())
    held = store.list_objects_v2(Bucket="templates")["Contents"]
    named = f"sslstack/{hashlib.sha256(text.encode()).hexdigest()}.yaml"
    assert [(o["Key"], o["Size"]) for o in held] == [(named, len(text))]
    assert (account.stack("web") or {})["StackStatus"] == "CREATE_COMPLETE"


def test_must_have_14_protection_is_set_where_declared() -> None:
    theirs = {"Effect": "Deny", "Action": "Update:*", "Resource": "LogicalResourceId/Database"}
    both = {"Statement": [theirs, protection.KEEP]}
    aws = Scripted(
        ("describe_stacks", stack("UPDATE_COMPLETE")),
        ("update_termination_protection", {"StackId": STACK_ID}),
        ("get_stack_policy", {"StackPolicyBody": json.dumps({"Statement": theirs})}),
        ("set_stack_policy", {}),
        ("describe_stacks", stack("UPDATE_COMPLETE", EnableTerminationProtection=True)),
        ("get_stack_policy", {"StackPolicyBody": json.dumps(both)}),
    )
    declared = protection.Protection(termination=True, keep_load_balancers=True)
    assert len(protection.protect(aws, "web", declared)) == 2
    assert protection.protect(aws, "web", declared) == ()
    aws.stubber.assert_no_pending_responses()


def test_must_have_14_somebody_elses_statements_stay(aws: Aws, account: Cloud) -> None:
    sequence.deploy(aws, proposal(), Watcher())
    theirs = [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*/Database"},
    ]
    body = json.dumps({"Statement": theirs})
    account.stacks.set_stack_policy(StackName="web", StackPolicyBody=body)

    def held() -> Any:
        answer = account.stacks.get_stack_policy(StackName="web")
        return json.loads(answer["StackPolicyBody"])["Statement"]

    protection.protect(aws, "web", protection.Protection(keep_load_balancers=True))
    assert held() == [*theirs, protection.KEEP]
    protection.release(aws, "web", protection.Protection(keep_load_balancers=False))
    assert held() == theirs
