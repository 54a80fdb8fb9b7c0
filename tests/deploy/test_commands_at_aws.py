"""The commands that talk to AWS, against the server on loopback."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.deploy.keys import private_key, store
from support import pki, reviewed_deployment
from support.emulated import MOMENT

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud

_COMPOSE = "name: web\nservices:\n  web:\n    image: nginx\n    ports: ['80:80', '443:3000']\n"
_SSL = """version: 1
certificates:
  site:
    certificate: site.crt
    private_key: site.key
    untrusted: true
listeners:
  web:443:
    certificate: site
"""


@pytest.fixture
def given(account: Cloud, workdir: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the options for a stack's parameters, in a folder with an account."""
    account.enter(monkeypatch)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    pause = time.sleep
    monkeypatch.setattr("time.sleep", lambda _: pause(MOMENT))
    arn = account.client("acm").request_certificate(DomainName="site.example")
    (workdir / "docker-compose.yml").write_text(_COMPOSE)
    (workdir / "ssl.yml").write_text(
        f"version: 1\nlisteners:\n  web:443:\n    certificate: {arn['CertificateArn']}\n"
    )
    return [f"--parameter={name}={value}" for name, value in account.network.items()]


def _certified(folder: Path) -> pki.Issued:
    """Let the stack have a certificate of its own, whose key is at hand."""
    issued = pki.issue("site.example", None, domains=["site.example"], days=pki.LASTING)
    issued.write(folder)
    (folder / "ssl.yml").write_text(_SSL)
    return issued


def test_deploy_review_execute_status(
    given: list[str], account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reviewed_deployment.deploy("--no-execute", *given) == 0
    shown = capsys.readouterr().out
    assert "add           WebLoadBalancer (AWS::ElasticLoadBalancing::LoadBalancer)" in shown
    arn = shown.splitlines()[-1]
    assert (account.stack("web") or {})["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert cli.run(["execute", arn]) == 0
    assert "CREATE_COMPLETE" in capsys.readouterr().err
    assert cli.run(["execute", arn]) == 0
    begun = [one for one in account.events("web") if one[:2] == ("web", "CREATE_IN_PROGRESS")]
    assert len(begun) == 1
    assert cli.run(["status", "--exit-code"]) == 0
    assert "the same as declared" in capsys.readouterr().out
    assert reviewed_deployment.deploy("--yes", *given) == 0
    assert capsys.readouterr().out == "web: no changes\n"


def test_a_varied_environment_is_deployed_and_compared_by_its_own_template(
    given: list[str], workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under its own name; compared with another environment's template it is different."""
    with (workdir / "ssl.yml").open("a") as declaration:
        declaration.write(
            "environments:\n  test: {stack: web-prod}\n"
            "  prod: {stack: web-prod, services: {web: {ingress: [203.0.113.0/24]}}}\n"
        )
    assert reviewed_deployment.deploy("--yes", *given, "--environment", "prod") == 0
    assert "opened to 203.0.113.0/24" in capsys.readouterr().out
    for command in (["status"], ["diff", "--deployed"]):
        for environment, code in (("prod", 0), ("test", 1)):
            options = ["--environment", environment, "--exit-code"]
            assert cli.run([*command, *options]) == code
    assert "port 443 is now open to 0.0.0.0/0" in capsys.readouterr().out
    assert cli.run(["diff", "--deployed", "--environment", "prd"]) == 2
    assert "did you mean 'prod'?" in capsys.readouterr().err


def test_a_failed_deployment_is_exit_4_and_its_cause_stands_last(
    given: list[str], account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    account.aws.fail("WebLoadBalancer", "Server Certificate not found for the key")
    assert reviewed_deployment.deploy("--yes", *given) == 4
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        "sslstack: error: ssl.yml:3:3: WebLoadBalancer (AWS::ElasticLoadBalancing::LoadBalancer) "
        "CREATE_FAILED: Server Certificate not found for the key"
    )
    assert reviewed_deployment.deploy("--yes", *given) == 1
    assert "deploy with --recreate to delete it" in capsys.readouterr().err
    assert reviewed_deployment.deploy("--yes", "--recreate", *given) == 0


def test_what_early_validation_refuses_is_said_with_its_line(
    given: list[str], account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    account.aws.invalidate("WebLoadBalancer", "Required property [Listeners] not found")
    assert reviewed_deployment.deploy("--yes", *given) == 1
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith(
            "; ssl.yml:3:3: WebLoadBalancer/Properties: Required property [Listeners] not found"
        )
    )
    assert account.stack("web") is None
    account.aws.relent()
    assert reviewed_deployment.deploy("--yes", *given) == 0


def test_deploy_in_a_pipe_without_yes_sends_nothing(
    given: list[str], account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even the private key, which would stay."""
    assert reviewed_deployment.deploy(*given) == 2
    assert "not a terminal, cannot ask for confirmation" in capsys.readouterr().err
    assert account.stack("web") is None
    assert account.client("secretsmanager").list_secrets()["SecretList"] == []


def test_deploy_refuses_a_template_that_is_out_of_date(
    given: list[str], workdir: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is deployed is what was reviewed; the file stays as it is."""
    assert cli.run(["deploy", "--yes", *given]) == 1
    assert "templates/web.yaml is missing" in capsys.readouterr().err
    assert not (workdir / "templates").exists()
    assert cli.run(["generate"]) == 0
    before = (workdir / "templates" / "web.yaml").read_text()
    with (workdir / "ssl.yml").open("a") as declaration:
        declaration.write("services: {web: {draining: 7}}\n")
    for options in (["--yes"], ["--local", "--frozen", "--yes"]):
        assert cli.run(["deploy", *options, *given]) == 1
        said = capsys.readouterr().err
        assert "templates/web.yaml is out of date" in said
        assert "sslstack generate" in said
    assert (workdir / "templates" / "web.yaml").read_text() == before
    assert account.stack("web") is None
    assert account.client("secretsmanager").list_secrets()["SecretList"] == []


def test_json_and_markdown(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert reviewed_deployment.deploy("--no-execute", "--format", "json", *given) == 0
    document = json.loads(capsys.readouterr().out)
    assert [c["action"] for c in document["changes"]] == ["Add", "Add"]
    assert reviewed_deployment.deploy("--no-execute", "--format", "markdown", *given) == 0
    assert "| add | WebLoadBalancer |" in capsys.readouterr().out


@pytest.mark.usefixtures("given")
def test_missing_parameters_are_all_named_before_a_key_is_stored(
    account: Cloud, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _certified(workdir)
    assert reviewed_deployment.deploy("--yes") == 2
    said = capsys.readouterr().err
    assert ("--parameter VpcId=VALUE" in said, "--parameter Subnets=VALUE" in said) == (True, True)
    assert not account.client("secretsmanager").list_secrets()["SecretList"]


def test_without_credentials_is_exit_3(
    given: list[str],
    monkeypatch: pytest.MonkeyPatch,
    workdir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(workdir / "none"))
    assert reviewed_deployment.deploy("--yes", *given) == 3
    assert "aws sso login" in capsys.readouterr().err


@pytest.mark.usefixtures("given")
def test_push_delivers_a_key_and_shows_none_of_it(
    account: Cloud, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    issued = _certified(workdir)
    assert cli.run(["push"]) == 0
    first = capsys.readouterr()
    assert cli.run(["push", "--prune"]) == 0
    again = capsys.readouterr()
    assert ("secret created" in first.out, "already there" in again.out) == (True, True)
    key_line = issued.key_pem.decode().splitlines()[1]
    assert key_line not in first.out + first.err + again.out + again.err
    held = account.client("secretsmanager").get_secret_value(SecretId="sslstack/web/site")
    assert json.loads(held["SecretString"])["private_key"] == issued.key_pem.decode()
    (workdir / "site.key").write_bytes(pki.issue("another", None).key_pem)
    assert cli.run(["push"]) == 2
    said = capsys.readouterr().err
    assert "ssl.yml:5:18: error: the private key in site.key does not belong to" in said


@pytest.mark.usefixtures("given")
def test_a_full_secret_is_pruned_before_the_key_is_pushed(
    account: Cloud, workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is anything let go while the stack is under way, which is said."""
    _certified(workdir)
    for number in range(18):
        (old,) = private_key.load_keys(pki.issue(f"old {number}", None).key_pem, "old.key")
        store.push(account.connect(), "web", "sslstack/web/site", old)
    assert cli.run(["push"]) == 1
    assert "'sslstack push --prune' removes unused" in capsys.readouterr().err
    topic = {"Type": "AWS::SNS::Topic"}
    proposed = account.propose("web", {"Resources": {"Topic": topic}}, "CREATE")
    account.aws.hold("Topic")
    account.stacks.execute_change_set(ChangeSetName=proposed["ChangeSetId"])
    assert cli.run(["push", "--prune"]) == 1
    waits = "sslstack/web/site: no version removed: stack web is CREATE_IN_PROGRESS"
    assert waits in capsys.readouterr().err
    account.aws.release("Topic")
    account.settled("web")
    assert cli.run(["push", "--prune"]) == 0
    said = capsys.readouterr().out
    assert (said.count("version removed"), "version added" in said) == (16, True)
