"""Stacks made, changed, rolled back: what happens, in which order, and what is there after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.emulated import (
    FIRST,
    SECOND,
    balancer,
    certificate,
    changes,
    secure_listener,
    template,
    until,
    with_certificate,
)

if TYPE_CHECKING:
    from support.emulated import Cloud

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def test_a_stack_is_created_by_a_change_set(cloud: Cloud) -> None:
    """Certificate first, then the listener that names it; each step is an event."""
    stack = cloud.deploy("made", with_certificate(FIRST))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.events("made") == [
        ("made", "REVIEW_IN_PROGRESS", "User Initiated"),
        ("made", "CREATE_IN_PROGRESS", "User Initiated"),
        ("Certificate", "CREATE_IN_PROGRESS", ""),
        ("Certificate", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Certificate", "CREATE_COMPLETE", ""),
        ("Balancer", "CREATE_IN_PROGRESS", ""),
        ("Balancer", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Balancer", "CREATE_COMPLETE", ""),
        ("made", "CREATE_COMPLETE", ""),
    ]
    (found,) = cloud.balancers
    (listener,) = found["ListenerDescriptions"]
    (name,) = cloud.certificates
    assert name.startswith("made-Certificate-")
    assert listener["Listener"]["SSLCertificateId"].endswith(f":server-certificate/{name}")


def test_a_certificate_is_replaced_before_the_old_one_goes(cloud: Cloud) -> None:
    """Create the new, move the listener, delete the old in the clean-up."""
    cloud.deploy("rotated", with_certificate(FIRST))
    (old,) = cloud.certificates
    proposed = cloud.propose("rotated", with_certificate(SECOND))
    stack = cloud.execute(proposed, ClientRequestToken="rotation")
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.events("rotated", "rotation") == [
        ("rotated", "UPDATE_IN_PROGRESS", "User Initiated"),
        (
            "Certificate",
            "UPDATE_IN_PROGRESS",
            REPLACING,
        ),
        ("Certificate", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Certificate", "UPDATE_COMPLETE", ""),
        ("Balancer", "UPDATE_IN_PROGRESS", ""),
        ("Balancer", "UPDATE_COMPLETE", ""),
        ("rotated", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Certificate", "DELETE_IN_PROGRESS", ""),
        ("Certificate", "DELETE_COMPLETE", ""),
        ("rotated", "UPDATE_COMPLETE", ""),
    ]
    (new,) = cloud.certificates
    assert new != old
    listener = cloud.balancers[0]["ListenerDescriptions"][0]["Listener"]
    assert listener["SSLCertificateId"].endswith(f"/{new}")


def test_a_failing_update_is_rolled_back(cloud: Cloud) -> None:
    """The listener gets its old certificate back, the new certificate is deleted.

    What failed in place is updated once more, to what it was.
    """
    cloud.deploy("failing", with_certificate(FIRST))
    (old,) = cloud.certificates
    proposed = cloud.propose("failing", with_certificate(SECOND))
    cloud.aws.fail("Balancer", "no room", operation="UPDATE")
    stack = cloud.execute(proposed, ClientRequestToken="failing")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.events("failing", "failing")[4:] == [
        ("Balancer", "UPDATE_IN_PROGRESS", ""),
        ("Balancer", "UPDATE_FAILED", "no room"),
        (
            "failing",
            "UPDATE_ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to update: [Balancer]. ",
        ),
        ("Balancer", "UPDATE_IN_PROGRESS", ""),
        ("Balancer", "UPDATE_COMPLETE", ""),
        ("Certificate", "UPDATE_COMPLETE", ""),
        ("failing", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Certificate", "DELETE_IN_PROGRESS", ""),
        ("Certificate", "DELETE_COMPLETE", ""),
        ("failing", "UPDATE_ROLLBACK_COMPLETE", ""),
    ]
    assert cloud.certificates == [old]
    assert cloud.execute(cloud.propose("failing", with_certificate(SECOND)))["StackStatus"] == (
        "UPDATE_COMPLETE"
    )


def test_what_was_changed_before_the_failure_is_changed_back(cloud: Cloud) -> None:
    """The load balancer had its new certificate already when a later resource failed."""
    cloud.deploy("late", with_certificate(FIRST))
    (old,) = cloud.certificates
    later = {
        "Type": "AWS::SecretsManager::Secret",
        "DependsOn": "Balancer",
        "Properties": {"SecretString": "later"},
    }
    proposed = cloud.propose(
        "late", {"Resources": {**with_certificate(SECOND)["Resources"], "Later": later}}
    )
    cloud.aws.fail("Later", "too late")
    assert cloud.execute(proposed)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    listener = cloud.balancers[0]["ListenerDescriptions"][0]["Listener"]
    assert listener["SSLCertificateId"].endswith(f"/{old}")
    assert cloud.certificates == [old]


def test_a_failed_creation_leaves_an_empty_stack(cloud: Cloud) -> None:
    """ROLLBACK_COMPLETE: it can be looked at and deleted, not updated."""
    cloud.aws.fail("Balancer", "quota reached")
    stack = cloud.deploy("empty", with_certificate(FIRST))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert ("Balancer", "CREATE_FAILED", "quota reached") in cloud.events("empty")
    assert cloud.certificates == []
    assert cloud.stacks.describe_stack_resources(StackName="empty")["StackResources"] == []


def test_a_failed_creation_can_take_the_stack_with_it(cloud: Cloud) -> None:
    """OnStackFailure=DELETE: the stack is gone by its name, its ARN tells why."""
    cloud.aws.fail("Balancer", "quota reached")
    stack = cloud.deploy("gone", with_certificate(FIRST), OnStackFailure="DELETE")
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert ("Balancer", "CREATE_FAILED", "quota reached") in cloud.events(stack["StackId"])


def test_a_failed_creation_can_be_left_as_it_is(cloud: Cloud) -> None:
    """OnStackFailure=DO_NOTHING: what was made stays."""
    cloud.aws.fail("Balancer", "quota reached")
    stack = cloud.deploy("kept", with_certificate(FIRST), OnStackFailure="DO_NOTHING")
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert len(cloud.certificates) == 1


def test_resources_begun_together_are_cancelled_together(cloud: Cloud) -> None:
    """Only the first failure is a cause; the others say so."""
    cloud.aws.fail("A", "the cause")
    cloud.deploy("two", template(A=balancer(), B=balancer()))
    failed = [event for event in cloud.events("two") if event[1] == "CREATE_FAILED"]
    assert failed == [
        ("A", "CREATE_FAILED", "the cause"),
        ("B", "CREATE_FAILED", "Resource creation cancelled"),
    ]


def test_an_update_can_be_cancelled(cloud: Cloud) -> None:
    """CancelUpdateStack while a resource is at work: rolled back as soon as it is done.

    From then on the events have the token of whoever has cancelled it.
    """
    cloud.deploy("halted", with_certificate(FIRST))
    (old,) = cloud.certificates
    proposed = cloud.propose("halted", with_certificate(SECOND))
    cloud.aws.hold("Balancer")
    cloud.stacks.execute_change_set(
        ChangeSetName=proposed["ChangeSetId"], ClientRequestToken="begun"
    )
    until(lambda: cloud.events("halted")[-1][0], lambda name: name == "Balancer")
    cloud.stacks.cancel_update_stack(StackName="halted", ClientRequestToken="halt")
    cloud.aws.release("Balancer")
    assert cloud.settled("halted")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.events("halted", "begun")[-1] == ("Balancer", "UPDATE_COMPLETE", "")
    rollback = cloud.events("halted", "halt")
    assert rollback[0] == ("halted", "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    assert rollback[-1] == ("halted", "UPDATE_ROLLBACK_COMPLETE", "")
    assert cloud.certificates == [old]


def test_a_failing_rollback_can_be_continued(cloud: Cloud) -> None:
    """UPDATE_ROLLBACK_FAILED names the resource; ContinueUpdateRollback takes up there."""
    cloud.deploy("stuck", with_certificate(FIRST))
    (old,) = cloud.certificates
    later = {"Type": "AWS::SecretsManager::Secret", "DependsOn": "Balancer"}
    wanted = {"Resources": {**with_certificate(SECOND)["Resources"], "Later": later}}
    proposed = cloud.propose("stuck", wanted)
    cloud.aws.hold("Later")
    cloud.stacks.execute_change_set(ChangeSetName=proposed["ChangeSetId"])
    until(lambda: cloud.events("stuck")[-1][0], lambda name: name == "Later")
    cloud.aws.fail("Later", "too late")
    cloud.aws.fail("Balancer", "still busy")
    cloud.aws.release("Later")
    stack = cloud.settled("stuck")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stack["StackStatusReason"] == "The following resource(s) failed to update: [Balancer]. "
    cloud.stacks.continue_update_rollback(StackName="stuck")
    assert cloud.settled("stuck")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.certificates == [old]


def test_what_the_template_drops_is_deleted_last(cloud: Cloud) -> None:
    """After the listener let the certificate go."""
    cloud.deploy("dropped", with_certificate(FIRST))
    stack = cloud.deploy("dropped", template(Balancer=balancer()))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.events("dropped")[-4:] == [
        ("dropped", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Certificate", "DELETE_IN_PROGRESS", ""),
        ("Certificate", "DELETE_COMPLETE", ""),
        ("dropped", "UPDATE_COMPLETE", ""),
    ]
    assert cloud.certificates == []


def test_what_cannot_be_cleaned_up_is_left_behind(cloud: Cloud) -> None:
    """Three attempts, then the update is complete all the same."""
    cloud.deploy("litter", with_certificate(FIRST))
    (old,) = cloud.certificates
    cloud.aws.fail("Certificate", "in use elsewhere", operation="DELETE", times=3)
    stack = cloud.deploy("litter", with_certificate(SECOND))
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "UPDATE_COMPLETE",
        "Update successful. One or more resources could not be deleted.",
    )
    failed = [event for event in cloud.events("litter") if event[1] == "DELETE_FAILED"]
    assert failed == [("Certificate", "DELETE_FAILED", "in use elsewhere")] * 3
    assert old in cloud.certificates
    cloud.client("iam").delete_server_certificate(ServerCertificateName=old)


def test_a_retained_resource_outlives_its_stack(cloud: Cloud) -> None:
    """DeletionPolicy: Retain."""
    kept = {**certificate(FIRST), "DeletionPolicy": "Retain"}
    cloud.deploy("retained", template(Certificate=kept))
    assert cloud.delete("retained")["StackStatus"] == "DELETE_COMPLETE"
    (name,) = cloud.certificates
    cloud.client("iam").delete_server_certificate(ServerCertificateName=name)


def test_a_load_balancer_moves_to_another_certificate_of_the_stack(cloud: Cloud) -> None:
    """The listener changes in place; nothing is replaced, the load balancer keeps its name."""
    both = {"Certificate": certificate(FIRST), "Other": certificate(SECOND)}
    cloud.deploy("moved", template(**both, Balancer=balancer([secure_listener()])))
    before = cloud.balancers[0]["DNSName"]
    arn = {"SSLCertificateId": {"Fn::GetAtt": ["Other", "Arn"]}}
    proposed = cloud.propose("moved", template(**both, Balancer=balancer([secure_listener(**arn)])))
    assert changes(proposed)["Balancer"]["Replacement"] == "False"
    assert cloud.execute(proposed)["StackStatus"] == "UPDATE_COMPLETE"
    (found,) = cloud.balancers
    assert found["DNSName"] == before
    assert "moved-Other-" in found["ListenerDescriptions"][0]["Listener"]["SSLCertificateId"]


def test_what_has_a_name_of_its_own_is_not_replaced(cloud: Cloud) -> None:
    """The new one would need the name that the old one has; with another one it goes."""
    cloud.deploy("named", template(Balancer=balancer(LoadBalancerName="mine")))
    stack = cloud.deploy(
        "named", template(Balancer=balancer(LoadBalancerName="mine", Scheme="internal"))
    )
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = [one[2] for one in cloud.events("named") if one[1] == "UPDATE_FAILED"]
    assert reason == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename mine and update the stack again."
    )
    stack = cloud.deploy(
        "named", template(Balancer=balancer(LoadBalancerName="other", Scheme="internal"))
    )
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert [one["LoadBalancerName"] for one in cloud.balancers] == ["other"]
