"""What exists is taken into a stack as it is, and nothing else changes then."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from support.emulated import Cloud, balancer, changes, group, template


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
