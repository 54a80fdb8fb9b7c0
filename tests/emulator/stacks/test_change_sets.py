"""Change sets say what an execution would do, and then do it once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

import cloudformation_emulator as emulator
from support.emulated import (
    FIRST,
    SECOND,
    Cloud,
    balancer,
    changes,
    group,
    listed,
    template,
    until,
    with_certificate,
)

if TYPE_CHECKING:
    from collections.abc import Callable


NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


def test_a_new_stack_is_under_review_until_it_is_executed(cloud: Cloud) -> None:
    """The stack exists, empty; deleting the change set leaves it there."""
    proposed = cloud.propose("review", with_certificate(FIRST), "CREATE")
    assert (proposed["Status"], proposed["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    added = changes(proposed)
    assert {name: one["Action"] for name, one in added.items()} == {
        "Balancer": "Add",
        "Certificate": "Add",
    }
    assert status(cloud, "review") == "REVIEW_IN_PROGRESS"
    assert cloud.certificates == []
    cloud.stacks.delete_change_set(ChangeSetName=proposed["ChangeSetId"])
    assert cloud.stacks.list_change_sets(StackName="review")["Summaries"] == []
    assert status(cloud, "review") == "REVIEW_IN_PROGRESS"


def test_nothing_changed_is_a_failed_change_set(cloud: Cloud) -> None:
    """Status FAILED with CloudFormation's sentence; it cannot be executed."""
    cloud.deploy("same", with_certificate(FIRST))
    proposed = cloud.propose("same", with_certificate(FIRST))
    assert (proposed["Status"], proposed["StatusReason"]) == ("FAILED", NO_CHANGES)
    assert proposed["ExecutionStatus"] == "UNAVAILABLE"
    execute = cloud.stacks.execute_change_set
    assert refused(lambda: execute(ChangeSetName=proposed["ChangeSetId"])) == (
        "InvalidChangeSetStatus"
    )


def test_tags_and_outputs_alone_can_be_changed(cloud: Cloud) -> None:
    """A change set without Changes that can be executed."""
    cloud.deploy("words", template(Group=group()))
    tagged = cloud.propose("words", template(Group=group()), Tags=[{"Key": "a", "Value": "b"}])
    assert (tagged["Status"], tagged["Changes"]) == ("CREATE_COMPLETE", [])
    assert cloud.execute(tagged)["Tags"] == [{"Key": "a", "Value": "b"}]
    wanted = {**template(Group=group()), "Outputs": {"Id": {"Value": {"Ref": "Group"}}}}
    output = cloud.propose("words", wanted)
    assert (output["Status"], output["Changes"]) == ("CREATE_COMPLETE", [])
    assert cloud.execute(output)["Outputs"][0]["OutputValue"].startswith("sg-")


def test_executing_deletes_the_other_change_sets(cloud: Cloud) -> None:
    """What was proposed for a stack as it no longer is cannot be executed."""
    cloud.deploy("moved", template(Group=group()))
    stale = cloud.propose("moved", template(Group=group(port=1)))
    cloud.execute(cloud.propose("moved", template(Group=group(port=2))))
    describe = cloud.stacks.describe_change_set
    assert refused(lambda: describe(ChangeSetName=stale["ChangeSetId"])) == "ChangeSetNotFound"


def test_an_update_without_a_change_set_makes_them_obsolete(cloud: Cloud) -> None:
    """ExecutionStatus OBSOLETE, and executing is refused."""
    cloud.deploy("overtaken", template(Group=group()))
    stale = cloud.propose("overtaken", template(Group=group(port=1)))["ChangeSetId"]
    body = json.dumps(template(Group=group(port=2)))
    cloud.stacks.update_stack(StackName="overtaken", TemplateBody=body)
    cloud.settled("overtaken")
    found = cloud.stacks.describe_change_set(ChangeSetName=stale)
    assert found["ExecutionStatus"] == "OBSOLETE"
    execute = cloud.stacks.execute_change_set
    assert refused(lambda: execute(ChangeSetName=stale)) == "InvalidChangeSetStatus"


def test_a_change_set_is_executed_once(cloud: Cloud) -> None:
    """EXECUTE_COMPLETE afterwards; EXECUTE_FAILED where it was rolled back."""
    proposed = cloud.propose("once", template(Group=group()), "CREATE")
    cloud.execute(proposed)
    done = until(
        lambda: cloud.stacks.describe_change_set(ChangeSetName=proposed["ChangeSetId"]),
        lambda one: one["ExecutionStatus"] != "EXECUTE_IN_PROGRESS",
    )
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    execute = cloud.stacks.execute_change_set
    again = {"ChangeSetName": proposed["ChangeSetId"]}
    assert refused(lambda: execute(**again)) == "InvalidChangeSetStatus"


def test_a_repeated_execution_with_the_same_token_is_the_same(cloud: Cloud) -> None:
    """A retry after a lost answer is no error, and nothing is done twice."""
    proposed = cloud.propose("retried", template(Group=group()), "CREATE")
    execute = cloud.stacks.execute_change_set
    for _ in range(2):
        execute(ChangeSetName=proposed["ChangeSetId"], ClientRequestToken="token")
    cloud.settled("retried")
    execute(ChangeSetName=proposed["ChangeSetId"], ClientRequestToken="token")
    statuses = [status for name, status, _ in cloud.events("retried") if name == "retried"]
    assert statuses == ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    other = {"ChangeSetName": proposed["ChangeSetId"], "ClientRequestToken": "other"}
    assert refused(lambda: execute(**other)) == "InvalidChangeSetStatus"


def test_the_same_request_made_twice_is_one_change_set(cloud: Cloud) -> None:
    """By its ClientToken; the same name with another token is refused."""
    request = {
        "StackName": "twice",
        "ChangeSetName": "named",
        "ChangeSetType": "CREATE",
        "TemplateBody": json.dumps(template(Group=group())),
        "ClientToken": "token",
    }
    create = cloud.stacks.create_change_set
    assert create(**request)["Id"] == create(**request)["Id"]
    other = {**request, "ClientToken": "another"}
    assert refused(lambda: create(**other)) == "AlreadyExistsException"


@pytest.mark.parametrize(
    ("kind", "stack", "reason"),
    [
        ("UPDATE", "absent", "Stack [absent] does not exist"),
        ("CREATE", "present", "Stack [present] already exists and cannot be created again"),
        ("UPDATE", "broken", "is in ROLLBACK_COMPLETE state and can not be updated"),
        ("UPDATE", "busy", "is in UPDATE_IN_PROGRESS state and can not be updated"),
    ],
)
def test_the_type_must_fit_the_stack(cloud: Cloud, kind: str, stack: str, reason: str) -> None:
    """By the stack's status; the message is CloudFormation's."""
    cloud.deploy("present", template(Group=group()))
    cloud.deploy("busy", template(Group=group()))
    cloud.aws.fail("Lost", "lost")
    cloud.deploy("broken", template(Lost=group()))
    proposed = cloud.propose("busy", template(Group=group(port=1)))
    cloud.aws.hold("Group")
    cloud.stacks.execute_change_set(ChangeSetName=proposed["ChangeSetId"])
    try:
        with pytest.raises(ClientError, match="An error occurred \\(ValidationError\\)") as caught:
            cloud.propose(stack, template(Group=group(port=3)), kind)
        assert reason in caught.value.response["Error"]["Message"]
    finally:
        cloud.aws.release("Group")
        cloud.settled("busy")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{]", "Template format error"),
        ("Resources: {}", "At least one Resources member must be defined"),
        ("Resources: {A: {}}", "Every Resources object must contain a Type member"),
        ("Resources: {A: {Type: T, DependsOn: B}}", "Unresolved resource dependencies [B]"),
        ("#" * 51_201, "Member must have length less than or equal to 51200"),
    ],
)
def test_a_wrong_template_is_refused_at_once(cloud: Cloud, body: str, reason: str) -> None:
    """No change set and no stack come of it."""
    with pytest.raises(ClientError) as caught:
        cloud.stacks.create_change_set(
            StackName="wrong", ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=body
        )
    assert reason in caught.value.response["Error"]["Message"]
    assert cloud.stacks.describe_stacks()["Stacks"] == []


def test_a_type_cannot_change_under_its_name(cloud: Cloud) -> None:
    """The change set fails with the reason."""
    cloud.deploy("typed", template(Thing=group()))
    proposed = cloud.propose("typed", template(Thing=balancer()))
    assert proposed["Status"] == "FAILED"
    assert proposed["StatusReason"].startswith("Update of resource type is not permitted.")


def test_a_large_template_comes_by_url(cloud: Cloud) -> None:
    """From the emulated S3."""
    client = cloud.client("s3")
    client.create_bucket(Bucket="templates")
    wanted = json.dumps({**template(Group=group()), "Metadata": {"large": "x" * 60_000}})
    client.put_object(Bucket="templates", Key="a/b.json", Body=wanted)
    made = cloud.stacks.create_change_set(
        StackName="large",
        ChangeSetName="c",
        ChangeSetType="CREATE",
        TemplateURL="https://templates.s3.us-east-1.amazonaws.com/a/b.json",
    )
    assert cloud.execute(cloud.settled_change_set(made["Id"]))["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.stacks.get_template(StackName="large")["TemplateBody"] == json.loads(wanted)


def test_changes_and_events_come_in_pages() -> None:
    """NextToken leads on; the order is that of one long answer."""
    with emulator.start(delay=0, page_size=2) as aws:
        cloud = Cloud(aws)
        names = [f"Group{letter}" for letter in "ABCDE"]
        proposed = cloud.propose(
            "paged", template(**{name: group(name) for name in names}), "CREATE"
        )
        assert list(changes(proposed)) == names[:2]
        paginator = cloud.stacks.get_paginator("describe_change_set")
        pages = list(paginator.paginate(ChangeSetName=proposed["ChangeSetId"]))
        assert [name for page in pages for name in changes(page)] == names
        cloud.execute(proposed)
        assert cloud.events("paged")[-1] == ("paged", "CREATE_COMPLETE", "")


def test_a_secret_parameter_is_shown_as_asterisks(cloud: Cloud) -> None:
    """NoEcho: in parameters, events, contexts and details."""
    wanted = {
        "Parameters": {"Key": {"Type": "String", "NoEcho": True}},
        **template(
            Secret={
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"SecretString": {"Ref": "Key"}},
            }
        ),
    }
    cloud.deploy("hidden", wanted, parameters={"Key": "first-canary"})
    proposed = cloud.propose("hidden", wanted, parameters={"Key": "second-canary"})
    stack = cloud.execute(proposed)
    assert stack["Parameters"] == listed({"Key": "****"})
    (detail,) = changes(proposed)["Secret"]["Details"]
    assert (detail["Target"]["BeforeValue"], detail["Target"]["AfterValue"]) == ("****", "****")
    events = cloud.stacks.describe_stack_events(StackName="hidden")
    resources = cloud.stacks.describe_stack_resources(StackName="hidden")
    assert "canary" not in str([proposed, stack, events, resources])
    secrets = cloud.client("secretsmanager")
    (resource,) = resources["StackResources"]
    value = secrets.get_secret_value(SecretId=resource["PhysicalResourceId"])
    assert value["SecretString"] == "second-canary"


def test_previous_values_are_used_only_when_asked_for(cloud: Cloud) -> None:
    """UsePreviousValue, a value, a default; none of them is an error."""
    wanted = {
        "Parameters": {"Words": {"Type": "String"}},
        **template(Group=group({"Ref": "Words"})),  # type: ignore[arg-type] # a template's value
    }
    cloud.deploy("kept", wanted, parameters={"Words": "as before"})
    create = cloud.stacks.create_change_set
    request = {"StackName": "kept", "ChangeSetName": "c", "TemplateBody": json.dumps(wanted)}
    missing = refused_message(lambda: create(**request))
    assert missing == "Parameters: [Words] must have values"
    previous = [{"ParameterKey": "Words", "UsePreviousValue": True}]
    made = create(**request, Parameters=previous)
    assert cloud.settled_change_set(made["Id"])["StatusReason"] == NO_CHANGES


def status(cloud: Cloud, stack: str) -> str:
    """Give the status of a stack."""
    found: str = cloud.stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    return found


def refused(call: Callable[[], object]) -> str:
    """Give the code of the error a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call()
    code: str = caught.value.response["Error"]["Code"]
    return code


def refused_message(call: Callable[[], object]) -> str:
    """Give the message of the error a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call()
    message: str = caught.value.response["Error"]["Message"]
    return message


def test_early_validation_is_told_by_describe_events_alone(cloud: Cloud) -> None:
    """And of this change set only, whatever else has failed on the stack."""
    cloud.deploy("valid", with_certificate(FIRST))
    cloud.aws.fail("Balancer", "no room")
    cloud.deploy("valid", with_certificate(SECOND))
    cloud.aws.invalidate("Certificate", "Required property [PrivateKey] not found")
    refused = cloud.propose("valid", with_certificate(SECOND))
    assert (refused["Status"], refused["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "[AWS::EarlyValidation::PropertyValidation]" in refused["StatusReason"]
    told = cloud.stacks.describe_events(ChangeSetName=refused["ChangeSetId"])["OperationEvents"]
    wanted = ["VALIDATION_ERROR", "/Resources/Certificate/Properties"]
    assert [[one["EventType"], one["ValidationPath"]] for one in told] == [wanted]
    assert told[0]["ValidationStatusReason"] == "Required property [PrivateKey] not found"
    cloud.aws.relent()
    assert cloud.propose("valid", with_certificate(SECOND))["Status"] == "CREATE_COMPLETE"
