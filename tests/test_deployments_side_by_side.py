"""Runs that know nothing of each other: none takes away what another has made."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from sslstack.cloudformation import dumps
from sslstack.deploy import change_set, deployment, discard, propose, protection
from sslstack.deploy.proposal import Proposal, describe_proposal
from sslstack.errors import SslstackError
from support.emulated import Cloud, template
from support.reporters import Watcher


def _proposal(words: str = "clients", **more: Any) -> Proposal:
    resource = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "x", "SecurityGroupIngress": [_rule(words)]},
    }
    wanted = {**template(Group=resource), **more.pop("sections", {})}
    return Proposal(
        stack="side",
        template=dumps(wanted),
        declared=wanted.get("Parameters", {}),
        file="side.yaml",
        **more,
    )


def _rule(words: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8",
            "Description": words}  # fmt: skip


def _available(account: Cloud) -> list[str]:
    summaries = account.stacks.list_change_sets(StackName="side")["Summaries"]
    return [one["ChangeSetId"] for one in summaries if one["ExecutionStatus"] == "AVAILABLE"]


def test_two_at_once_propose_the_same(account: Cloud) -> None:
    """Both get the one change set; who declines it, and has not made it, leaves it there."""
    made: list[change_set.ChangeSet] = []

    def run() -> None:
        made.append(propose.propose(account.connect(), _proposal()))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.arn for one in made}) == 1
    assert [one.executable for one in made] == [True] * 4
    assert sum(one.ours for one in made) == 1
    for one in made:
        if not one.ours:
            discard.discard(account.connect(), one)
    assert _available(account) == [made[0].arn]


def test_one_left_for_review_outlives_a_run_with_secrets(account: Cloud) -> None:
    """Whether hidden values are the same nobody can tell: the second run makes its own."""
    parameter = {"Parameters": {"Key": {"Type": "String", "NoEcho": True}}}
    arns = [
        propose.propose(
            account.connect(), _proposal(sections=parameter, parameters={"Key": value})
        ).arn
        for value in ("one", "two")
    ]
    assert sorted(_available(account)) == sorted(arns)
    outcome = deployment.attach(account.connect(), arns[0], Watcher(), confirm=False)
    assert outcome.end is not None
    assert outcome.end.succeeded


def test_declined_by_who_did_not_make_it(account: Cloud) -> None:
    first = propose.propose(account.connect(), _proposal())
    outcome = deployment.deploy(account.connect(), _proposal(), Watcher(yes=False))
    assert outcome.declined
    assert outcome.change_set is not None
    assert not outcome.change_set.ours
    assert _available(account) == [first.arn]


def test_tags_that_nobody_declares_stay(account: Cloud) -> None:
    """None declared: those of others stay; some declared: each difference is shown."""
    deployment.deploy(account.connect(), _proposal(tags={"cost": "42"}), Watcher())
    outcome = deployment.deploy(account.connect(), _proposal("others"), Watcher())
    assert outcome.change_set is not None
    assert outcome.change_set.tags == ()
    (stack,) = account.stacks.describe_stacks(StackName="side")["Stacks"]
    assert stack["Tags"] == [{"Key": "cost", "Value": "42"}]
    outcome = deployment.deploy(
        account.connect(), _proposal("others", tags={"team": "web"}), Watcher()
    )
    assert outcome.change_set is not None
    assert outcome.change_set.tags == ("cost: 42 -> nothing", "team: nothing -> web")
    (stack,) = account.stacks.describe_stacks(StackName="side")["Stacks"]
    assert stack["Tags"] == [{"Key": "team", "Value": "web"}]


def test_what_is_executed_later_is_protected_as_declared(account: Cloud) -> None:
    """The change set carries it: whoever executes it knows nothing else of the declaration."""
    declared = protection.Protection(termination=True, keep_load_balancers=True)
    left = deployment.deploy(
        account.connect(), _proposal(protection=declared), Watcher(), execute_it=False
    ).change_set
    assert left is not None
    told: list[str] = []
    deployment.attach(account.connect(told), left.arn, Watcher(), confirm=False)
    assert told == [
        "side: termination protection is on",
        "side: the stack policy protects load balancers",
    ]
    (stack,) = account.stacks.describe_stacks(StackName="side")["Stacks"]
    assert stack["EnableTerminationProtection"]


def test_kept_load_balancers_are_released_by_declaring_so(account: Cloud) -> None:
    """Replacing one is refused before anything is executed, until it is declared otherwise."""

    def balancer(scheme: str) -> Proposal:
        resource = {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Properties": {
                "Scheme": scheme,
                "Subnets": account.network["Subnets"].split(","),
                "Listeners": [{"LoadBalancerPort": "80", "InstancePort": "80", "Protocol": "HTTP"}],
            },
        }
        text = dumps(template(Balancer=resource))
        return Proposal(stack="side", template=text, declared={}, file="side.yaml")

    def deployed(scheme: str, *, keep: bool | None) -> deployment.Outcome:
        declared = protection.Protection(keep_load_balancers=keep)
        proposal = dataclasses.replace(balancer(scheme), protection=declared)
        return deployment.deploy(account.connect(), proposal, Watcher())

    deployed("internal", keep=True)
    for keep in (True, None):
        with pytest.raises(SslstackError, match="Balancer would be replaced or removed") as refused:
            deployed("internet-facing", keep=keep)
        assert "keep_load_balancers: false" in refused.value.hint
        assert _available(account) == []
    outcome = deployed("internet-facing", keep=False)
    assert outcome.end is not None
    assert outcome.end.status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("termination", [True, False, None])
@pytest.mark.parametrize("keep", [True, False, None])
def test_protection_survives_its_way_through_a_description(
    *, termination: bool | None, keep: bool | None
) -> None:
    declared = protection.Protection(termination=termination, keep_load_balancers=keep)
    described = describe_proposal(_proposal(protection=declared), "1")
    assert protection.Protection.loads(described) == declared
    assert protection.Protection.loads("somebody's own words") == protection.Protection()
