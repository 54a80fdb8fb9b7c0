"""What was never created whole, and what nobody has deployed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack import cli
from support import reviewed_deployment, shop_stack

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.emulated import Cloud


def test_what_was_never_created_whole_is_not_deployed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the review of another try nor status nor list take it for the deployed stack."""
    del app
    account.aws.fail("WebLoadBalancer", "no room", operation="CREATE")
    assert shop_stack.deploy(account) == 4
    assert cli.run(["status", "--exit-code"]) == 1
    capsys.readouterr()
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert "stack shop is ROLLBACK_COMPLETE: nothing is deployed" in capsys.readouterr().err
    assert shop_stack.deploy(account, "--recreate") == 0
    said = capsys.readouterr()
    assert "unexpected" not in said.err
    assert "a new internet-facing load balancer" in said.out
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert "web:443" in capsys.readouterr().out


def test_recreating_wants_to_be_agreed_to(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was created before the failure serves, where nothing was rolled back."""
    (app / "docker-compose.yml").write_text(
        "services: {web: {image: x, ports: ['443:3000']}, zz: {image: x, ports: ['80:80']}}\n"
    )
    assert cli.run(["generate"]) == 0
    account.aws.fail("ZzLoadBalancer", "no room")
    assert cli.run(["push"]) == 0
    account.stacks.create_stack(
        StackName="shop",
        TemplateBody=(app / "templates/shop.yaml").read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in account.network.items()],
        OnFailure="DO_NOTHING",
    )
    assert account.settled("shop")["StackStatus"] == "CREATE_FAILED"
    capsys.readouterr()
    assert shop_stack.deploy(account, "--recreate") == 1
    said = capsys.readouterr().err
    assert "will delete load balancer WebLoadBalancer: its DNS name stops working" in said
    assert "hint: to confirm, add --allow-replacement WebLoadBalancer" in said
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    allowed = ["--allow-replacement", "WebLoadBalancer"]
    assert reviewed_deployment.deploy("--recreate", *allowed, *given) == 2
    assert "cannot ask for confirmation" in capsys.readouterr().err
    assert reviewed_deployment.deploy("--yes", "--recreate", *allowed) == 2
    assert reviewed_deployment.deploy("--recreate", "--no-execute", *given) == 2
    assert len(account.balancers) == 1
    assert shop_stack.deploy(account, "--recreate", *allowed) == 0
    assert len(account.balancers) == 2


def test_a_stack_under_review_has_nothing_deployed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    del app
    assert shop_stack.deploy(account, "--no-execute") == 0
    capsys.readouterr()
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert capsys.readouterr().err == "stack shop is REVIEW_IN_PROGRESS: nothing is deployed\n"
