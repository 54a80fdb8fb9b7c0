"""Whose a load balancer is that shall be adopted: nobody's, another stack's, its own stack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sslstack import cli
from support import emulated, reviewed_deployment
from support.existing_load_balancer import NAME, repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.emulated import Cloud


@pytest.fixture
def app(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(workdir, account, monkeypatch)


def _released(account: Cloud) -> tuple[str, dict[str, Any]]:
    """Have another stack make a load balancer that would outlive it; give its name."""
    plain = {"LoadBalancerPort": "80", "InstancePort": "3000", "Protocol": "HTTP"}
    made = emulated.balancer([plain], Subnets=account.network["Subnets"].split(","))
    del made["Properties"]["AvailabilityZones"]
    kept = emulated.template(Balancer={**made, "DeletionPolicy": "Retain"})
    account.deploy("other", kept)
    (name,) = {one["LoadBalancerName"] for one in account.balancers} - {NAME}
    return name, kept


def test_a_load_balancer_of_another_stack_is_refused(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """CloudFormation imports nothing twice; how to release it is said, and nothing is written."""
    name, _ = _released(account)
    assert cli.run(["adopt", name, "--yes"]) == 1
    said = capsys.readouterr().err
    assert f"{name} belongs to stack other, as Balancer" in said
    assert "DeletionPolicy: Retain" in said
    assert not (app / "ssl.yml").exists()


def test_the_stack_may_have_more_resources_than_are_told_at_once(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """DescribeStackResources tells of the first hundred."""
    del app
    plain = {"LoadBalancerPort": "80", "InstancePort": "3000", "Protocol": "HTTP"}
    topics = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(100)}
    made = emulated.balancer([plain]) | {"DependsOn": sorted(topics)}
    account.deploy("other", emulated.template(**topics, Balancer=made))
    (name,) = {one["LoadBalancerName"] for one in account.balancers} - {NAME}
    assert cli.run(["adopt", name, "--yes"]) == 1
    assert f"{name} belongs to stack other, as Balancer" in capsys.readouterr().err


def _taken_out(account: Cloud, kept: dict[str, Any]) -> None:
    other = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "x"}}
    account.deploy("other", {**kept, "Resources": {"Group": other}})


@pytest.mark.parametrize("release", [_taken_out, lambda account, _: account.delete("other")])
def test_what_its_stack_has_let_go_is_nobodys(
    app: Path, account: Cloud, release: Callable[[Cloud, dict[str, Any]], object]
) -> None:
    """Out of a template, or with the stack; the tags of the stack are on it all the same."""
    del app
    name, kept = _released(account)
    release(account, kept)
    tags = account.client("elb").describe_tags(LoadBalancerNames=[name])["TagDescriptions"][0]
    assert {"Key": "aws:cloudformation:stack-name", "Value": "other"} in tags["Tags"]
    assert cli.run(["adopt", name, "--yes"]) == 0
    found = account.stacks.describe_stack_resources(StackName="mydomain")["StackResources"]
    assert [one["PhysicalResourceId"] for one in found] == [name]


def test_what_its_own_stack_has_let_go_comes_back(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody loses it, and nobody has it in between: it can be taken over again."""
    assert cli.run(["adopt", NAME, "--yes"]) == 0
    before = (app / "docker-compose.yml").read_text()
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices: {other: {image: x, ports: ['80:3000']}}\n"
    )
    (app / "ssl.yml").write_text("version: 1\n")
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    capsys.readouterr()
    assert reviewed_deployment.deploy("--yes", *given) == 0
    said = capsys.readouterr()
    assert "release       WebLoadBalancer" in said.out
    assert "leaves the stack and keeps running under its DNS name" in said.out
    assert "unexpected" not in said.err
    (app / "docker-compose.yml").write_text(before)
    (app / "ssl.yml").write_text("version: 1\n")
    assert cli.run(["adopt", NAME, "--yes"]) == 0
    found = account.stacks.list_stack_resources(StackName="mydomain")["StackResourceSummaries"]
    assert {"WebLoadBalancer"} <= {one["LogicalResourceId"] for one in found}


def test_into_a_stack_that_has_one_already(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the stack has stays as it is: template, parameters, tags."""
    (app / "docker-compose.yml").write_text(
        "name: mydomain\nservices:\n"
        "  web: {image: x, ports: ['80:3000', '443:3000']}\n"
        "  api: {image: x, ports: ['8080:8080']}\n"
    )
    (app / "ssl.yml").write_text("version: 1\nservices: {web: {ports: []}}\n")
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    assert reviewed_deployment.deploy("--yes", "--tag", "team=web", *given) == 0
    assert cli.run(["adopt", NAME, "--yes", "--overwrite"]) == 0
    assert "mydomain: IMPORT_COMPLETE" in capsys.readouterr().err
    (stack,) = account.stacks.describe_stacks(StackName="mydomain")["Stacks"]
    assert stack["Tags"] == [{"Key": "team", "Value": "web"}]
    assert reviewed_deployment.deploy("--yes", "--tag", "team=web") == 0
    assert cli.run(["status", "--exit-code"]) == 0
    assert len(account.balancers) == 2


def test_another_load_balancer_in_its_place_is_refused(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """CloudFormation would refuse it too, after ssl.yml had been written for it."""
    (app / "ssl.yml").write_text("version: 1\nservices: {web: {ports: [9000]}}\n")
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    assert reviewed_deployment.deploy("--yes", *given) == 0
    before = (app / "ssl.yml").read_text()
    assert cli.run(["adopt", NAME, "--yes", "--overwrite"]) == 1
    said = capsys.readouterr().err
    assert "stack mydomain already has another load balancer WebLoadBalancer" in said
    assert "--service" in said
    assert (app / "ssl.yml").read_text() == before
