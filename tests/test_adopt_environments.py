"""A load balancer is adopted into one of several environments, and the others stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sslstack import cli
from support import reviewed_deployment
from support.existing_load_balancer import NAME, repository

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


@pytest.fixture
def app(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(workdir, account, monkeypatch)


def test_the_only_environment_is_declared_for_all(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says otherwise is named, and gone when it is overwritten: it would still count."""
    before = (
        "version: 1\nenvironments:\n  prod:\n    stack: mydomain-prod\n"
        "    services: {web: {idle_timeout: 90}}\n"
    )
    (app / "ssl.yml").write_text(before)
    assert cli.run(["adopt", NAME, "--yes", "--environment", "prod"]) == 2
    assert "ssl.yml:5:16: error: service 'web' differs" in capsys.readouterr().err
    assert (app / "ssl.yml").read_text() == before
    assert cli.run(["adopt", NAME, "--yes", "--environment", "prod", "--overwrite"]) == 0
    said = capsys.readouterr()
    assert "mydomain-prod: IMPORT_COMPLETE" in said.err
    assert "IdleTimeout" not in said.out
    assert "idle_timeout" not in (app / "ssl.yml").read_text()
    assert (app / "templates" / "mydomain.yaml").exists()
    assert reviewed_deployment.deploy("--yes", "--environment", "prod") == 0


ENVIRONMENTS = """\
version: 1
environments:
  staging: {stack: mydomain-staging}
  prod: {stack: mydomain-prod}
"""


@pytest.fixture
def staging(app: Path, account: Cloud) -> dict[str, Any]:
    """Have two environments; prod is adopted, staging has a load balancer that is different."""
    (app / "ssl.yml").write_text(ENVIRONMENTS)
    assert cli.run(["adopt", NAME, "--yes", "--environment", "prod"]) == 0
    client = account.client("elb")
    listeners = account.balancers[0]["ListenerDescriptions"]
    client.create_load_balancer(
        LoadBalancerName="staging-web",
        Subnets=account.network["Subnets"].split(","),
        Listeners=[one["Listener"] for one in listeners],
    )
    attributes: dict[str, Any] = {"ConnectionSettings": {"IdleTimeout": 333}}
    client.modify_load_balancer_attributes(
        LoadBalancerName="staging-web", LoadBalancerAttributes=attributes
    )
    return attributes


def _declared(app: Path) -> Any:
    return yaml.safe_load((app / "ssl.yml").read_text())


@pytest.mark.usefixtures("staging")
def test_what_is_different_in_an_environment_stands_under_it(app: Path, account: Cloud) -> None:
    """The first is declared for all, the next key by key; neither changes what the other means."""
    prod = (app / "templates" / "mydomain.yaml").read_text()
    base = _declared(app)
    assert set(base["environments"]["prod"]) == {"stack"}
    assert cli.run(["adopt", "staging-web", "--yes", "--environment", "staging"]) == 0
    now = _declared(app)
    assert {key: now[key] for key in base if key != "environments"} == {
        key: base[key] for key in base if key != "environments"
    }
    said = now["environments"]["staging"]["services"]["web"]
    assert said == {
        "security_groups": said["security_groups"],
        "idle_timeout": 333,
        "health_check": {"protocol": "tcp", "port": 3000, "healthy": 10},
    }
    assert "listeners" not in now["environments"]["staging"]
    assert cli.run(["generate"]) == 0
    assert (app / "templates" / "mydomain.yaml").read_text() == prod
    for name in ("prod", "staging"):
        assert reviewed_deployment.deploy("--yes", "--environment", name) == 0
    timeouts = {
        one["LoadBalancerName"]: account.client("elb").describe_load_balancer_attributes(
            LoadBalancerName=one["LoadBalancerName"]
        )["LoadBalancerAttributes"]["ConnectionSettings"]["IdleTimeout"]
        for one in account.balancers
    }
    assert timeouts == {NAME: 60, "staging-web": 333}


def test_a_changeby_hand_in_one_of_several_environments(
    app: Path, account: Cloud, staging: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says already is named before it is overwritten; what is as for all is said again."""
    adopt = ["adopt", "staging-web", "--yes", "--environment", "staging"]
    assert cli.run(adopt) == 0
    staging["ConnectionSettings"]["IdleTimeout"] = 60
    account.client("elb").modify_load_balancer_attributes(
        LoadBalancerName="staging-web", LoadBalancerAttributes=staging
    )
    before = _declared(app)
    capsys.readouterr()
    assert cli.run(adopt) == 2
    assert "service 'web' differs from the load balancer" in capsys.readouterr().err
    assert _declared(app) == before
    assert cli.run([*adopt, "--overwrite"]) == 0
    now = _declared(app)
    said = now["environments"]["staging"]["services"]["web"]
    assert set(said) == {"security_groups", "health_check"}
    assert now["services"] == before["services"]


def test_what_is_by_default_only_in_an_environment(
    app: Path, account: Cloud, staging: dict[str, Any]
) -> None:
    """Said there, for it is declared otherwise for all."""
    del staging
    declared = _declared(app)
    declared["services"]["web"]["idle_timeout"] = 90
    declared["services"]["web"]["cross_zone"] = True
    (app / "ssl.yml").write_text(yaml.safe_dump(declared))
    account.client("elb").modify_load_balancer_attributes(
        LoadBalancerName="staging-web",
        LoadBalancerAttributes={"ConnectionSettings": {"IdleTimeout": 60}},
    )
    assert cli.run(["adopt", "staging-web", "--yes", "--environment", "staging"]) == 0
    said = _declared(app)["environments"]["staging"]["services"]["web"]
    assert (said["idle_timeout"], said["cross_zone"]) == (60, False)


@pytest.mark.usefixtures("staging")
def test_what_an_environment_cannot_take_back(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each key with its line; nothing is written, and nothing imported."""
    account.client("elb").delete_load_balancer_listeners(
        LoadBalancerName="staging-web", LoadBalancerPorts=[443]
    )
    before = (app / "ssl.yml").read_text()
    capsys.readouterr()
    assert cli.run(["adopt", "staging-web", "--yes", "--environment", "staging"]) == 2
    said = capsys.readouterr().err
    assert "listener web:443: the load balancer of environment 'staging' has no certificate" in said
    assert (app / "ssl.yml").read_text() == before
    assert account.stack("mydomain-staging") is None
