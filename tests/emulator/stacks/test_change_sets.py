"""Change sets say what an execution would do, in CloudFormation's words, and then do it once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

import pki
from emulated import Cloud, balancer, changes, listed, template, until, with_certificate
from sslstack import emulator

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = pki.issue("first.example.com", None, domains=["first.example.com"])
SECOND = pki.issue("second.example.com", None, domains=["second.example.com"])
NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


def group(description: str = "clients", port: int = 443) -> dict[str, Any]:
    """Give a security group of the default VPC with one open port."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"}
    properties = {"GroupDescription": description, "SecurityGroupIngress": [rule]}
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}


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


def test_a_renewed_certificate_is_a_replacement_and_moves_the_listener(cloud: Cloud) -> None:
    """What is static, what is dynamic, and each property before and after."""
    cloud.deploy("renewed", with_certificate(FIRST))
    (name,) = cloud.certificates
    found = changes(cloud.propose("renewed", with_certificate(SECOND)))
    renewed, moved = found["Certificate"], found["Balancer"]
    assert (renewed["Action"], renewed["Replacement"]) == ("Modify", "True")
    assert (renewed["Scope"], renewed["PolicyAction"]) == (["Properties"], "ReplaceAndDelete")
    assert renewed["PhysicalResourceId"] == name
    assert renewed["Details"][0] == {
        "Target": {
            "Attribute": "Properties",
            "Name": "CertificateBody",
            "RequiresRecreation": "Always",
            "Path": "/Properties/CertificateBody",
            "AttributeChangeType": "Modify",
            "BeforeValue": FIRST.pem.decode(),
            "AfterValue": SECOND.pem.decode(),
        },
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
    }
    assert (moved["Action"], moved["Replacement"]) == ("Modify", "False")
    assert moved["Details"] == [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": "Listeners",
                "RequiresRecreation": "Never",
                "Path": "/Properties/Listeners/0/SSLCertificateId",
                "AttributeChangeType": "Modify",
                "BeforeValue": f"arn:aws:iam::123456789012:server-certificate/{name}",
                "AfterValue": UNKNOWN,
            },
            "Evaluation": "Dynamic",
            "ChangeSource": "ResourceAttribute",
            "CausingEntity": "Certificate.Arn",
        }
    ]


def test_property_values_are_told_only_when_asked_for(cloud: Cloud) -> None:
    """Without IncludePropertyValues: names, no paths, no values, no contexts."""
    cloud.deploy("terse", with_certificate(FIRST))
    proposed = cloud.propose("terse", with_certificate(SECOND))
    terse = cloud.stacks.describe_change_set(ChangeSetName=proposed["ChangeSetId"])
    found = changes(terse)["Certificate"]
    assert "BeforeContext" not in found
    assert [one["Target"] for one in found["Details"]] == [
        {"Attribute": "Properties", "Name": "CertificateBody", "RequiresRecreation": "Always"},
        {"Attribute": "Properties", "Name": "PrivateKey", "RequiresRecreation": "Always"},
    ]
    full = changes(proposed)["Certificate"]
    before = json.loads(full["BeforeContext"])["Properties"]
    assert before["CertificateBody"] == FIRST.pem.decode()


def test_a_changed_parameter_is_named_as_the_cause(cloud: Cloud) -> None:
    """ParameterReference, static, with both values."""
    wanted = {
        "Parameters": {"Scheme": {"Type": "String"}},
        **template(Balancer=balancer(Scheme={"Ref": "Scheme"})),
    }
    cloud.deploy("inside", wanted, parameters={"Scheme": "internal"})
    proposed = cloud.propose("inside", wanted, parameters={"Scheme": "internet-facing"})
    found = changes(proposed)["Balancer"]
    assert found["Replacement"] == "True"
    (detail,) = found["Details"]
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ParameterReference", "Scheme")
    assert (detail["Evaluation"], detail["Target"]["BeforeValue"]) == ("Static", "internal")


def test_a_change_in_place_makes_dependants_uncertain(cloud: Cloud) -> None:
    """GetAtt of a resource that changes in place is dynamic; executing finds no difference."""
    users = {"SecurityGroups": [{"Fn::GetAtt": ["Group", "GroupId"]}]}
    cloud.deploy("port", template(Group=group(), Balancer=balancer(**users)))
    proposed = cloud.propose("port", template(Group=group(port=8443), Balancer=balancer(**users)))
    found = changes(proposed)
    assert found["Group"]["Replacement"] == "False"
    assert found["Balancer"]["Details"][0]["Evaluation"] == "Dynamic"
    assert cloud.execute(proposed, ClientRequestToken="port")["StackStatus"] == "UPDATE_COMPLETE"
    changed = {name for name, _, _ in cloud.events("port", "port")}
    assert changed == {"port", "Group"}


def test_a_replacement_may_or_will_be(cloud: Cloud) -> None:
    """A health check whose fields change may replace a load balancer; a scheme will."""
    cloud.deploy("maybe", template(Balancer=balancer()))
    check = {**balancer()["Properties"]["HealthCheck"], "Target": "TCP:3001"}
    maybe = changes(cloud.propose("maybe", template(Balancer=balancer(HealthCheck=check))))
    assert maybe["Balancer"]["Replacement"] == "Conditional"
    surely = changes(cloud.propose("maybe", template(Balancer=balancer(Scheme="internal"))))
    assert surely["Balancer"]["Replacement"] == "True"


def test_a_removed_resource_says_what_becomes_of_it(cloud: Cloud) -> None:
    """Delete, or Retain by its deletion policy."""
    kept = {**group("kept"), "DeletionPolicy": "Retain"}
    cloud.deploy("less", template(Balancer=balancer(), Group=group(), Kept=kept))
    found = changes(cloud.propose("less", template(Balancer=balancer())))
    assert {name: (one["Action"], one["PolicyAction"]) for name, one in found.items()} == {
        "Group": ("Remove", "Delete"),
        "Kept": ("Remove", "Retain"),
    }


def test_other_attributes_than_properties_are_in_the_scope(cloud: Cloud) -> None:
    """Metadata changes nothing on AWS, but it is a change."""
    cloud.deploy("scope", template(Group=group()))
    found = changes(cloud.propose("scope", template(Group={**group(), "Metadata": {"a": "b"}})))
    assert found["Group"]["Scope"] == ["Metadata"]
    assert found["Group"]["Replacement"] == "False"


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


def test_an_existing_load_balancer_is_imported(cloud: Cloud) -> None:
    """IMPORT takes it in as it is; the stack's history says so."""
    cloud.client("elb").create_load_balancer(
        LoadBalancerName="by-hand",
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25}],
        AvailabilityZones=["us-east-1a"],
    )
    wanted = template(Mail={**balancer(), "DeletionPolicy": "Retain"})
    proposed = cloud.propose(
        "adopted",
        wanted,
        "IMPORT",
        ResourcesToImport=[
            {
                "ResourceType": "AWS::ElasticLoadBalancing::LoadBalancer",
                "LogicalResourceId": "Mail",
                "ResourceIdentifier": {"LoadBalancerName": "by-hand"},
            }
        ],
    )
    assert changes(proposed)["Mail"]["Action"] == "Import"
    assert cloud.execute(proposed)["StackStatus"] == "IMPORT_COMPLETE"
    assert ("Mail", "IMPORT_COMPLETE", "") in cloud.events("adopted")
    (resource,) = cloud.stacks.describe_stack_resources(StackName="adopted")["StackResources"]
    assert resource["PhysicalResourceId"] == "by-hand"
    cloud.delete("adopted")
    cloud.client("elb").delete_load_balancer(LoadBalancerName="by-hand")


def test_an_import_does_nothing_else(cloud: Cloud) -> None:
    """Other resources, outputs, what is in the stack or in another: refused with the reason."""
    make = cloud.client("elb").create_load_balancer
    listener = {"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25}
    make(LoadBalancerName="alone", Listeners=[listener], AvailabilityZones=["us-east-1a"])
    kept = {**balancer(), "DeletionPolicy": "Retain"}

    def refusal(wanted: dict[str, Any], stack: str = "strict", name: str = "Mail") -> str:
        identifier = {
            "ResourceType": "AWS::ElasticLoadBalancing::LoadBalancer",
            "LogicalResourceId": name,
            "ResourceIdentifier": {"LoadBalancerName": "alone"},
        }
        try:
            proposed = cloud.propose(stack, wanted, "IMPORT", ResourcesToImport=[identifier])
        except ClientError as error:
            return str(error)
        ended = cloud.execute(proposed)
        return f"{ended['StackStatus']} {cloud.events(stack)}"

    assert "must have a DeletionPolicy" in refusal(template(Mail=balancer()))
    assert "other resources: ['Group']" in refusal(template(Mail=kept, Group=group()))
    outputs = {"Outputs": {"Name": {"Value": {"Ref": "Mail"}}}}
    assert "cannot modify or add [Outputs]" in refusal({**template(Mail=kept), **outputs})
    assert "IMPORT_COMPLETE" in refusal(template(Mail=kept))
    assert "in the stack already" in refusal(template(Mail=kept))
    said = refusal(template(Other=kept), stack="second", name="Other")
    assert "alone already belongs to stack" in said
    assert "IMPORT_ROLLBACK_COMPLETE" in said
    cloud.delete("strict")
    cloud.client("elb").delete_load_balancer(LoadBalancerName="alone")


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
