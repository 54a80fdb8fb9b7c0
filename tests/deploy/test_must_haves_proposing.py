"""What users of other tools miss until a change is agreed to, by the numbers of the design."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from sslstack.changes import (
    Action,
    PropertyChange,
    Replacement,
    ResourceChange,
    by_gravity,
)
from sslstack.deploy import deployment, describe, review, status
from sslstack.deploy.discard import discard
from sslstack.deploy.proposal import Proposal, choose_parameters
from sslstack.deploy.propose import propose
from sslstack.errors import InputError, SslstackError
from sslstack.redaction import HIDDEN, redact, redact_value
from sslstack.views.deployment.markdown import markdown
from sslstack.views.deployment.text import text
from sslstack.views.deployment.words import verb
from support.reporters import Watcher, proposal, template
from support.scripted_aws import ARN, STACK_ID, Scripted, change_set, resource, stack

if TYPE_CHECKING:
    from sslstack.aws.client import Aws
    from support.emulated import Cloud


_LOAD_BALANCER = "AWS::ElasticLoadBalancing::LoadBalancer"


@pytest.fixture
def aws(account: Cloud) -> Aws:
    return account.connect()


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
    _, changes = describe.read_changes(aws, ARN)
    expected = PropertyChange(path=path, before="a", after="b", replacement=Replacement.TRUE)
    assert [(c.logical_id, c.action, c.properties) for c in changes] == [
        ("A", Action.MODIFY, (expected,)),
        ("B", "Transmute", ()),
    ]
    assert verb(changes[1]) == "Transmute"


@pytest.mark.parametrize("action", botocore.session.get_session().get_service_model(
    "cloudformation").shape_for("ChangeAction").enum)  # fmt: skip
def test_must_have_1_every_action_of_the_api_has_words(action: str) -> None:
    change = describe.parse_change(resource("A", action)["ResourceChange"])
    assert isinstance(change.action, Action)
    assert verb(change).islower()


def test_must_have_2_named_by_content_and_nothing_of_others_deleted(
    aws: Aws, account: Cloud
) -> None:
    one = propose(aws, proposal())
    assert (one.name[:9], len(one.name), one.ours, one.stack_ours) == ("sslstack-", 41, True, True)
    again = propose(account.connect(), proposal())
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
    meaning = status.interpret(word)
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
    deployment.deploy(aws, proposal(), Watcher())
    failed = (account.stack("web") or {})["StackId"]
    with pytest.raises(SslstackError, match="ROLLBACK_COMPLETE"):
        deployment.deploy(aws, proposal(), Watcher())
    assert (account.stack("web") or {})["StackId"] == failed
    outcome = deployment.deploy(aws, proposal(), Watcher(), recreate=True)
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
    assert [c.logical_id for c in by_gravity(changes)] == ["D", "C", "B", "E", "A"]
    assert review.trace_causes(changes[2], changes) == ("D", "Name")
    assert [verb(c) for c in by_gravity(changes)][:2] == ["will replace", "may replace"]
    assert [c.logical_id for c in review.find_grave(changes)] == ["C"]
    assert review.find_grave(changes, ["C"]) == ()


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
    outcome = deployment.deploy(aws, given, watcher := Watcher())
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
    assert choose_parameters(_with({"Given": "1"}), deployed) == [
        {"ParameterKey": "Kept", "UsePreviousValue": True},
        {"ParameterKey": "Given", "ParameterValue": "1"},
    ]
    under_review = dataclasses.replace(deployed, status="REVIEW_IN_PROGRESS")
    for nothing_deployed in (None, under_review):
        with pytest.raises(InputError) as error:
            choose_parameters(_with({"Gaven": "1"}), nothing_deployed)
        said = [finding.message for finding in error.value.findings]
        assert said == [
            "parameter Given has no value",
            "parameter Kept has no value",
            "the template has no parameter Gaven",
        ]


def test_must_have_13_a_long_template_goes_to_the_bucket(aws: Aws, account: Cloud) -> None:
    text = template() + "#" * 52_000 + "\n"
    with pytest.raises(SslstackError, match="the limit is 51,200") as refused:
        deployment.deploy(aws, proposal(text), Watcher())
    assert "--bucket" in refused.value.hint
    assert account.stack("web") is None
    store = account.client("s3")
    store.create_bucket(Bucket="templates")
    for _ in range(2):
        deployment.deploy(aws, proposal(text, bucket="templates"), Watcher())
    held = store.list_objects_v2(Bucket="templates")["Contents"]
    named = f"sslstack/{hashlib.sha256(text.encode()).hexdigest()}.yaml"
    assert [(o["Key"], o["Size"]) for o in held] == [(named, len(text))]
    assert (account.stack("web") or {})["StackStatus"] == "CREATE_COMPLETE"
