"""The commands of a deployment against an account that outlives each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from support import reviewed_deployment, shop_stack

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


def test_status_compares_parameters_and_tags_of_the_environment(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    network = account.network
    subnets = network["Subnets"].split(",")
    environment = "environments:\n  prod:\n    tags: {{team: {team}}}\n    parameters:\n"
    values = f"      VpcId: {network['VpcId']}\n      Subnets: {{subnets}}\n"
    shop_stack.declare(app, (environment + values).format(team="web", subnets=subnets))
    assert reviewed_deployment.deploy("--yes", "--environment", "prod") == 0
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 0
    shop_stack.declare(app, (environment + values).format(team="shop", subnets=subnets[:1]))
    capsys.readouterr()
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 1
    said = capsys.readouterr().out
    assert f"parameter Subnets: {','.join(subnets)} -> {subnets[0]}" in said
    assert "tag team: web -> shop" in said


def test_an_environment_has_values_for_other_templates_as_well(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """With groups that exist the template has no VpcId; only the command line must be right."""
    subnets = account.network["Subnets"].split(",")
    group = account.client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    shop_stack.declare(
        app,
        f"services: {{web: {{security_groups: [{group}]}}}}\n"
        f"environments:\n  prod:\n    parameters:\n"
        f"      VpcId: vpc-1\n      Subnets: {subnets}\n",
    )
    assert reviewed_deployment.deploy("--yes", "--environment", "prod") == 0
    told = "ssl.yml:11:7: warning: the template has no parameter VpcId"
    assert told in capsys.readouterr().err
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 0
    given = ["--yes", "--environment", "prod", "--parameter", "VpcId=vpc-1"]
    assert reviewed_deployment.deploy(*given) == 2
    assert "error: the template has no parameter VpcId" in capsys.readouterr().err


def test_a_failure_found_later_has_its_line_too(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """`execute` in the stack's folder knows where its resources are declared."""
    del app
    assert shop_stack.deploy(account, "--no-execute") == 0
    arn = capsys.readouterr().out.splitlines()[-1]
    account.aws.fail("WebLoadBalancer", "no room", operation="CREATE")
    assert cli.run(["execute", arn]) == 4
    last = capsys.readouterr().err.rstrip().splitlines()[-1]
    assert "ssl.yml:6:3: WebLoadBalancer" in last


def test_the_local_emulation_looks_at_nothing_of_this_machine(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No proxy gets to see what is on its way to loopback, no profile is asked for."""
    del app
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "nope")
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    assert "shop: CREATE_COMPLETE" in capsys.readouterr().err
    assert cli.run(["deploy", "--local", "--no-execute"]) == 2
    assert "--local ends with the command" in capsys.readouterr().err


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_an_example_can_be_tried_without_its_private_key(
    app: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    """Nobody has those of the examples; the real AWS is told nothing of the kind."""
    shop_stack.declare(app, more)
    (app / "site.key").unlink()
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    said = capsys.readouterr().err
    assert "key of 'site' is missing; not uploaded (local run)" in said
    assert "shop: CREATE_COMPLETE" in said
