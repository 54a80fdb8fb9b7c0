"""Stacks deleted, protected, updated without a change set, and described."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from support.emulated import (
    FIRST,
    SECOND,
    Cloud,
    balancer,
    certificate,
    template,
    until,
    with_certificate,
)

if TYPE_CHECKING:
    from typing import Any


def test_deleting_goes_backwards(cloud: Cloud) -> None:
    """The listener first, then its certificate; the ARN still tells, the name does not."""
    cloud.deploy("backwards", with_certificate(FIRST))
    gone = cloud.delete("backwards")
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert cloud.events(gone["StackId"])[-6:] == [
        ("backwards", "DELETE_IN_PROGRESS", "User Initiated"),
        ("Balancer", "DELETE_IN_PROGRESS", ""),
        ("Balancer", "DELETE_COMPLETE", ""),
        ("Certificate", "DELETE_IN_PROGRESS", ""),
        ("Certificate", "DELETE_COMPLETE", ""),
        ("backwards", "DELETE_COMPLETE", ""),
    ]
    with pytest.raises(ClientError, match="Stack with id backwards does not exist"):
        cloud.stacks.describe_stacks(StackName="backwards")
    cloud.stacks.delete_stack(StackName="backwards")


def test_a_deletion_that_fails_can_be_repeated(cloud: Cloud) -> None:
    """DELETE_FAILED names the resource; it may be retained then, not before."""
    cloud.deploy("sticky", with_certificate(FIRST))
    with pytest.raises(ClientError, match="DELETE_FAILED"):
        cloud.stacks.delete_stack(StackName="sticky", RetainResources=["Certificate"])
    cloud.aws.fail("Certificate", "in use", operation="DELETE", times=3)
    stack = cloud.delete("sticky")
    assert stack["StackStatus"] == "DELETE_FAILED"
    reason = "The following resource(s) failed to delete: [Certificate]. "
    assert stack["StackStatusReason"] == reason
    cloud.stacks.delete_stack(StackName="sticky", RetainResources=["Certificate"])
    assert cloud.settled(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    (left,) = cloud.certificates
    cloud.client("iam").delete_server_certificate(ServerCertificateName=left)


def test_termination_protection_refuses_the_deletion(cloud: Cloud) -> None:
    """Until it is taken off."""
    cloud.deploy("safe", template(Balancer=balancer()))
    protect = cloud.stacks.update_termination_protection
    protect(StackName="safe", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloud.stacks.delete_stack(StackName="safe")
    protect(StackName="safe", EnableTerminationProtection=False)
    assert cloud.delete("safe")["StackStatus"] == "DELETE_COMPLETE"


def test_a_stack_policy_denies_replacements(cloud: Cloud) -> None:
    """A change in place is allowed; a replacement fails the update."""
    policy = {
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "Update:Replace",
                "Resource": "LogicalResourceId/Bal*",
                "Condition": {
                    "StringEquals": {"ResourceType": ["AWS::ElasticLoadBalancing::LoadBalancer"]}
                },
            },
        ]
    }
    cloud.deploy("ruled", template(Balancer=balancer()))
    cloud.stacks.set_stack_policy(StackName="ruled", StackPolicyBody=json.dumps(policy))
    told = cloud.stacks.get_stack_policy(StackName="ruled")["StackPolicyBody"]
    assert json.loads(told) == policy
    stack = cloud.deploy("ruled", template(Balancer=balancer(CrossZone=True)))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    stack = cloud.deploy("ruled", template(Balancer=balancer(Scheme="internal")))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    (failed,) = [one[2] for one in cloud.events("ruled") if one[1] == "UPDATE_FAILED"]
    assert "Action denied by stack policy" in failed


def test_what_failed_without_a_rollback_takes_no_update_with_one(cloud: Cloud) -> None:
    """UpdateStack and ExecuteChangeSet say so, in the same words."""
    body = json.dumps(template(Balancer=balancer()))
    cloud.stacks.create_stack(StackName="half", TemplateBody=body)
    cloud.settled("half")
    cloud.aws.fail("Balancer", "no room")
    body = json.dumps(template(Balancer=balancer(CrossZone=True)))
    proposed = cloud.propose("half", json.loads(body))
    cloud.execute(proposed, DisableRollback=True)
    assert cloud.settled("half")["StackStatus"] == "UPDATE_FAILED"
    with pytest.raises(ClientError, match="in a non-terminal \\[UPDATE_FAILED\\] state"):
        cloud.stacks.update_stack(StackName="half", TemplateBody=body)
    again = cloud.propose("half", json.loads(body))
    with pytest.raises(ClientError, match="use the rollback-stack API"):
        cloud.stacks.execute_change_set(ChangeSetName=again["ChangeSetId"])
    cloud.execute(again, DisableRollback=True)
    assert cloud.settled("half")["StackStatus"] == "UPDATE_COMPLETE"


def test_a_policy_denies_a_removal_whatever_becomes_of_the_resource(cloud: Cloud) -> None:
    """Retained, it leaves the stack as well."""
    kept = balancer() | {"DeletionPolicy": "Retain"}
    cloud.deploy("held", template(Balancer=kept, Other=balancer()))
    every = {"Principal": "*", "Resource": "*"}
    policy = [{"Effect": "Allow", "Action": "Update:*", **every},
              {"Effect": "Deny", "Action": "Update:Delete", **every}]  # fmt: skip
    cloud.stacks.set_stack_policy(
        StackName="held", StackPolicyBody=json.dumps({"Statement": policy})
    )
    stack = cloud.deploy("held", template(Other=balancer()))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "not allow [Update:Delete] for resource [Balancer]" in str(cloud.events("held"))
    assert len(cloud.balancers) == 2


def test_a_policy_without_a_permission_denies(cloud: Cloud) -> None:
    """What is not allowed is denied; NotResource and NotAction are read."""
    cloud.deploy("shut", template(Balancer=balancer()))
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "NotAction": "Update:Delete",
        "NotResource": "LogicalResourceId/Balancer",
    }
    policy = json.dumps({"Statement": [statement]})
    cloud.stacks.set_stack_policy(StackName="shut", StackPolicyBody=policy)
    stack = cloud.deploy("shut", template(Balancer=balancer(CrossZone=True)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_can_be_made_and_changed_without_change_sets(cloud: Cloud) -> None:
    """CreateStack and UpdateStack, whose "no changes" is an error."""
    body = json.dumps(template(Balancer=balancer()))
    cloud.stacks.create_stack(StackName="direct", TemplateBody=body)
    assert cloud.settled("direct")["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloud.stacks.update_stack(StackName="direct", TemplateBody=body)
    with pytest.raises(cloud.stacks.exceptions.AlreadyExistsException):
        cloud.stacks.create_stack(StackName="direct", TemplateBody=body)


def test_operations_and_their_events_are_told_apart(cloud: Cloud) -> None:
    """LastOperations has the id by which DescribeEvents finds an operation's events."""
    cloud.deploy("asked", with_certificate(FIRST))
    cloud.aws.fail("Balancer", "no room")
    stack = cloud.deploy("asked", with_certificate(SECOND))
    operation = stack["LastOperations"][0]
    assert operation["OperationType"] == "UPDATE_STACK"
    describe = cloud.stacks.describe_events
    events = describe(OperationId=operation["OperationId"])["OperationEvents"]
    assert [one["ResourceStatus"] for one in events][-1] == "UPDATE_IN_PROGRESS"
    assert {one["OperationType"] for one in events} == {"UPDATE_STACK"}
    failed = describe(StackName="asked", Filters={"FailedEvents": True})["OperationEvents"]
    assert [(one["LogicalResourceId"], one["EventType"]) for one in failed] == [
        ("Balancer", "PROVISIONING_ERROR")
    ]


def test_resources_say_what_they_are(cloud: Cloud) -> None:
    """DescribeStackResource, and an error for one that is not there."""
    cloud.deploy("listed", with_certificate(FIRST))
    describe = cloud.stacks.describe_stack_resource
    found = describe(StackName="listed", LogicalResourceId="Certificate")["StackResourceDetail"]
    assert found["ResourceStatus"] == "CREATE_COMPLETE"
    assert found["PhysicalResourceId"] == cloud.certificates[0]
    with pytest.raises(ClientError, match="Resource Other does not exist for stack listed"):
        describe(StackName="listed", LogicalResourceId="Other")


def test_a_template_can_be_asked_about(cloud: Cloud) -> None:
    """GetTemplateSummary and ValidateTemplate."""
    wanted: dict[str, Any] = {
        "Description": "words",
        "Parameters": {"Key": {"Type": "String", "NoEcho": True, "Default": "x"}},
        **template(Balancer=balancer()),
    }
    summary = cloud.stacks.get_template_summary(TemplateBody=json.dumps(wanted))
    assert summary["ResourceTypes"] == ["AWS::ElasticLoadBalancing::LoadBalancer"]
    assert summary["Parameters"][0]["NoEcho"] is True
    told = cloud.stacks.validate_template(TemplateBody=json.dumps(wanted))
    assert told["Description"] == "words"


def test_what_is_not_emulated_is_refused(cloud: Cloud) -> None:
    """Calls and types: the answer says so."""
    with pytest.raises(ClientError, match="DetectStackDrift is not part of the local emulation"):
        cloud.stacks.detect_stack_drift(StackName="any")
    unknown = {"Type": "AWS::AppStream::Fleet", "Properties": {"Name": "a", "InstanceType": "b"}}
    cloud.deploy("unknown", template(Fleet=unknown))
    (failed,) = [one[2] for one in cloud.events("unknown") if one[1] == "CREATE_FAILED"]
    assert failed == "Resource type AWS::AppStream::Fleet is not part of the local emulation"


def test_a_resource_can_be_held(cloud: Cloud) -> None:
    """A demonstration can stop where it wants to be looked at."""
    proposed = cloud.propose("held", template(Certificate=certificate(FIRST)), "CREATE")
    cloud.aws.hold("Certificate")
    cloud.stacks.execute_change_set(ChangeSetName=proposed["ChangeSetId"])
    until(lambda: cloud.events("held")[-1][0], lambda name: name == "Certificate")
    status = cloud.stacks.describe_stacks(StackName="held")["Stacks"][0]["StackStatus"]
    assert status == "CREATE_IN_PROGRESS"
    with pytest.raises(ClientError, match="cannot be deleted while in status CREATE_IN_PROGRESS"):
        cloud.stacks.delete_stack(StackName="held")
    cloud.aws.release("Certificate")
    assert cloud.settled("held")["StackStatus"] == "CREATE_COMPLETE"
