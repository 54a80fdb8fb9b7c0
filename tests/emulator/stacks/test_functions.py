"""Functions, conditions and parameters of templates, seen in outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from support.emulated import balancer, changes, template

if TYPE_CHECKING:
    from support.emulated import Cloud

RESOURCES = template(Balancer=balancer(LoadBalancerName="named"))
DECLARED = {
    "Parameters": {
        "Text": {"Type": "String", "Default": "text"},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Number": {"Type": "Number", "Default": 5},
    },
    "Mappings": {"Map": {"first": {"second": "found"}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Text"}, "text"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
        "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
    },
}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"Ref": "Text"}, "text"),
        ({"Ref": "Number"}, "5"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "Balancer"}, "named"),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, "a-b"),
        ({"Fn::Join": ["", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "ab"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": ["|", "x|y"]}]}, "x"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
        ({"Fn::Sub": "${Text}/${AWS::StackName}/${!Literal}"}, "text/functions/${Literal}"),
        ({"Fn::Sub": ["${A}-${Balancer}", {"A": {"Ref": "Text"}}]}, "text-named"),
        ({"Fn::FindInMap": ["Map", "first", "second"]}, "found"),
        ({"Fn::If": ["Yes", "then", "else"]}, "then"),
        ({"Fn::If": ["No", "then", "else"]}, "else"),
        ({"Fn::If": ["Both", "then", "else"]}, "else"),
        ({"Fn::If": ["Either", "then", "else"]}, "then"),
        ({"Fn::Base64": "text"}, "dGV4dA=="),
    ],
)
def test_functions_give_what_cloudformation_gives(cloud: Cloud, value: Any, result: str) -> None:
    """As the intrinsic function reference describes them."""
    outputs = {"Outputs": {"Out": {"Value": value}}}
    stack = cloud.deploy("functions", {**DECLARED, **RESOURCES, **outputs})
    assert [one["OutputValue"] for one in stack["Outputs"]] == [result]


def test_a_condition_decides_whether_a_resource_is_there(cloud: Cloud) -> None:
    """Changing the parameter adds and removes it."""
    extra = {**balancer(LoadBalancerName="extra"), "Condition": "Yes"}
    wanted = {
        **DECLARED,
        **template(Balancer=balancer(), Extra=extra),
        "Outputs": {"Extra": {"Condition": "Yes", "Value": {"Ref": "Extra"}}},
    }
    stack = cloud.deploy("conditional", wanted, parameters={"Text": "other"})
    assert stack.get("Outputs", []) == []
    proposed = cloud.propose("conditional", wanted, parameters={"Text": "text"})
    assert {name: one["Action"] for name, one in changes(proposed).items()} == {"Extra": "Add"}
    assert cloud.execute(proposed)["Outputs"][0]["OutputValue"] == "extra"


def test_a_list_parameter_is_a_list(cloud: Cloud) -> None:
    """`Subnets: !Ref Subnets`."""
    wanted = {
        "Parameters": {
            "VpcId": {"Type": "AWS::EC2::VPC::Id"},
            "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
        },
        **template(Balancer=balancer(Subnets={"Ref": "Subnets"})),
    }
    del wanted["Resources"]["Balancer"]["Properties"]["AvailabilityZones"]
    cloud.deploy("subnets", wanted, parameters=cloud.network)
    assert ",".join(sorted(cloud.balancers[0]["Subnets"])) == ",".join(
        sorted(cloud.network["Subnets"].split(","))
    )


@pytest.mark.parametrize(
    ("declared", "value", "reason"),
    [
        ({"Type": "String", "AllowedValues": ["a"]}, "b", "must be one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "a+"}, "b", "must match pattern a+"),
        ({"Type": "String", "MaxLength": 1}, "bb", "must contain 0 to 1 characters"),
        ({"Type": "String"}, "x" * 4097, "must contain 0 to 4096 characters"),
        ({"Type": "Number"}, "five", "must be a number"),
        ({"Type": "AWS::EC2::VPC::Id"}, "vpc-0", "vpc-0 for parameter name Given does not exist"),
        (
            {"Type": "List<AWS::EC2::Subnet::Id>"},
            "subnet-0",
            "subnet-0 for parameter name Given does not exist",
        ),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(
    cloud: Cloud, declared: dict[str, Any], value: str, reason: str
) -> None:
    """When the change set is created."""
    wanted = {"Parameters": {"Given": declared}, **RESOURCES}
    with pytest.raises(ClientError) as caught:
        cloud.propose("given", wanted, "CREATE", {"Given": value})
    assert reason in caught.value.response["Error"]["Message"]


def test_a_value_for_nothing_is_refused(cloud: Cloud) -> None:
    """A parameter that the template does not have."""
    with pytest.raises(ClientError, match=r"Parameters: \[Other\] do not exist in the template"):
        cloud.propose("given", RESOURCES, "CREATE", {"Other": "value"})


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ({"Fn::FindInMap": ["Map", "absent", "second"]}, "Unable to get mapping"),
        ({"Fn::Select": [9, {"Ref": "List"}]}, "cannot select nonexistent value"),
        ({"Fn::Transform": {"Name": "x"}}, "Fn::Transform is not part of the local emulation"),
        ({"Fn::GetAtt": ["Balancer", "Colour"]}, "Requested attribute Colour does not exist"),
    ],
)
def test_what_cannot_be_worked_out_fails_the_stack(
    cloud: Cloud, output: dict[str, Any], reason: str
) -> None:
    """An output that cannot be resolved rolls the stack back."""
    wanted = {**DECLARED, **RESOURCES, "Outputs": {"Out": {"Value": output}}}
    stack = cloud.deploy("unclear", wanted)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [reason for _, _, reason in cloud.events("unclear")]
    assert any(reason in one for one in reasons)


def test_resources_that_need_each_other_are_refused(cloud: Cloud) -> None:
    """A circle is named; the change set fails."""
    first = balancer(LoadBalancerName={"Ref": "Second"})
    second = balancer(LoadBalancerName={"Ref": "First"})
    proposed = cloud.propose("circle", template(First=first, Second=second), "CREATE")
    assert proposed["Status"] == "FAILED"
    assert proposed["StatusReason"] == ("Circular dependency between resources: [First, Second]")
