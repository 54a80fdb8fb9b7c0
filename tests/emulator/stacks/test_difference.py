"""What a change set says of each resource, property by property, in CloudFormation's words."""

from __future__ import annotations

import json

from support.emulated import (
    FIRST,
    SECOND,
    Cloud,
    balancer,
    changes,
    group,
    template,
    with_certificate,
)

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


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
