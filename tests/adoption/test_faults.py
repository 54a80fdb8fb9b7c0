"""Every call of an adoption, struck by every fault: imported once, and nothing of it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cloud import connect
from faults import FAULTS, Proxy
from sslstack import adoption
from sslstack.cloudformation import dumps
from sslstack.deploy import sequence
from sslstack.deploy.proposal import Import, Proposal
from watchers import Watcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulated import Cloud
    from sslstack.deploy.aws import Aws

NAME = "by-hand"
_GENERATED = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "Load balancers",
    "Parameters": {"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}},
}


@pytest.fixture(scope="module")
def proxy(emulation: Cloud) -> Iterator[Proxy]:
    made = Proxy(emulation.aws.endpoint)
    yield made
    made.stop()


def _prepare(account: Cloud) -> Any:
    """Give the account one load balancer, made by hand, and no stack."""
    for stack in account.stacks.describe_stacks()["Stacks"]:
        if stack["StackStatus"] != "DELETE_COMPLETE":
            account.delete(stack["StackName"])
    client = account.client("elb")
    client.delete_load_balancer(LoadBalancerName=NAME)
    client.create_load_balancer(
        LoadBalancerName=NAME,
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25}],
        Subnets=account.network["Subnets"].split(","),
    )
    return account.balancers


def _run(aws: Aws) -> sequence.Outcome:
    live = adoption.read(aws, NAME)
    template, parameters = adoption.as_it_is(live, "Mail", {}, {}, _GENERATED)
    imported = Import(logical_id="Mail", type=adoption.TYPE, identifier={"LoadBalancerName": NAME})
    proposal = Proposal(
        stack="adopted",
        template=dumps(template),
        declared=template["Parameters"],
        file="adopted.yaml",
        parameters=parameters,
        imports=(imported,),
    )
    return sequence.deploy(aws, proposal, Watcher())


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_any_call_is_survived(fault: str, account: Cloud, proxy: Proxy) -> None:
    before = _prepare(account)
    proxy.plan("", 0, FAULTS[fault])
    _run(connect(proxy.endpoint, [], patience=0.25))
    calls = list(dict.fromkeys(proxy.calls))
    assert {"DescribeLoadBalancers", "DescribeTags", "ExecuteChangeSet"} <= set(calls)
    for call in calls:
        before = _prepare(account)
        proxy.plan(call, 0, FAULTS[fault])
        outcome = _run(connect(proxy.endpoint, [], patience=0.25))
        assert proxy.struck == 1, call
        assert outcome.end is not None
        assert outcome.end.status == "IMPORT_COMPLETE", call
        begun = [one for one in account.events("adopted") if one[1] == "IMPORT_IN_PROGRESS"]
        assert [name for name, _, _ in begun] == ["adopted", "Mail"], call
        assert account.balancers == before, call
