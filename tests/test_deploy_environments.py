"""Environments decide where a stack is deployed, and how: with real keys, on an emulated AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.app import accounts, deploying, emulating, environments, generating, stack_names
from sslstack.app.deploying import DeployOptions
from sslstack.cli import reporting
from sslstack.deploy.keys import store
from sslstack.deploy.protection import Protection
from sslstack.errors import InputError, SslstackError
from support import pki

if TYPE_CHECKING:
    from pathlib import Path

    from sslstack.app.emulating import EmulatedAccount

pytest_plugins = ("support.local_repository",)

_ENVIRONMENTS = """\
environments:
  prod:
    account: "123456789012"
    region: eu-west-1
    stack: app-prod
    parameters: {Subnets: [subnet-a, subnet-b], VpcId: vpc-1}
    tags: {team: web, cost: 42}
    termination_protection: true
    keep_load_balancers: true
  test: {account: "999999999999"}
"""


def test_an_environment_says_where_and_how(repository: Path, here: EmulatedAccount) -> None:
    """Lists become what CloudFormation takes; the stack is protected after it is deployed."""
    from sslstack import workspace  # noqa: PLC0415 - as the command does
    from sslstack.cache import Cache  # noqa: PLC0415

    declaration = repository / "ssl.yml"
    declaration.write_text(declaration.read_text() + _ENVIRONMENTS)
    (folder,) = workspace.find()
    where = environments.choose_environment(folder, "prod")
    assert where.parameters == {"Subnets": "subnet-a,subnet-b", "VpcId": "vpc-1"}
    assert where.tags == {"team": "web", "cost": "42"}
    accounts.check_account(here.aws, here.emulation.account)
    options = DeployOptions(
        tags=where.tags,
        stack=where.stack or "",
        protection=Protection(termination=True, keep_load_balancers=True),
    )
    made = generating.generate(folder, Cache(repository))
    options = emulating.furnish(here, options, made.text)
    assert (
        deploying.deploy_stack(
            here.aws, folder, made, options, reporting.TerminalReporter(yes=True)
        )
        == 0
    )
    client = here.aws.client("cloudformation")
    (stack,) = client.describe_stacks(StackName="app-prod")["Stacks"]
    assert stack["EnableTerminationProtection"]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == {"team": "web", "cost": "42"}
    policy = client.get_stack_policy(StackName="app-prod")["StackPolicyBody"]
    assert "Update:Replace" in policy


def _deployed_to(repository: Path, here: EmulatedAccount, environment: str | None) -> str:
    """Deploy as the command does, once it has opened AWS; give the deployed template."""
    from sslstack.deploy.deployed import read_deployed  # noqa: PLC0415 - as the command does

    folder = stack_names.find_stack(None)
    where = environments.choose_environment(folder, environment)
    folder = environments.template_folder(folder, environment, where)
    made = deploying.generate_checked(folder, print, regenerate=True)
    assert (repository / made.template).read_text() == made.text
    options = DeployOptions(tags={}, stack=where.stack or "")
    options = emulating.furnish(here, options, made.text)
    assert (
        deploying.deploy_stack(
            here.aws, folder, made, options, reporting.TerminalReporter(yes=True)
        )
        == 0
    )
    return read_deployed(here.aws, where.stack or made.stack).template


def test_a_varied_environment_deploys_its_own_template_with_its_own_key(
    repository: Path, here: EmulatedAccount
) -> None:
    """Both keys are versions of the one secret, and what is wrong with the other is no matter."""
    root = pki.root("Root of prod")
    leaf = pki.issue(
        "prod.example", root, domains=["prod.example"], kind="rsa2048", days=pki.LASTING
    )
    leaf.write(repository, "prod")
    (repository / "prod-root.pem").write_bytes(root.pem)
    declaration = repository / "ssl.yml"
    declaration.write_text(
        "version: 1\nstack: app\n"
        "certificates:\n  web: {certificate: web.crt, private_key: web.key, roots: root.pem}\n"
        "listeners:\n  web:443: {certificate: web}\n"
        "environments:\n  test: {}\n  prod:\n    stack: app-prod\n    certificates:\n"
        "      web: {certificate: prod.crt, private_key: prod.key, roots: prod-root.pem}\n"
        "    services:\n      web: {ingress: [203.0.113.0/24]}\n"
    )
    test = _deployed_to(repository, here, "test")
    prod = _deployed_to(repository, here, "prod")
    assert ("0.0.0.0/0" in test, "203.0.113.0/24" in prod) == (True, True)
    assert test == (repository / "templates" / "app.yaml").read_text()
    assert prod == (repository / "templates" / "app.prod.yaml").read_text()
    versions = [version for text in (test, prod) for _, version in store.find_references(text)]
    assert len(set(versions)) == 2
    assert {one.id for one in store.read_versions(here.aws, "sslstack/app/web")} == set(versions)
    (repository / "prod.crt").write_text("gone")
    _deployed_to(repository, here, "test")
    with pytest.raises(InputError, match=r"ssl\.yml:12:26"):
        _deployed_to(repository, here, "prod")


def test_another_account_is_refused_before_anything_is_sent(here: EmulatedAccount) -> None:
    with pytest.raises(SslstackError, match="the environment is in account 999999999999"):
        accounts.check_account(here.aws, "999999999999")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "several environments: choose one with --environment "),
        (["--environment", "prd"], "did you mean 'prod'?"),
    ],
)
def test_an_environment_is_not_guessed(
    repository: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    declaration = repository / "ssl.yml"
    declaration.write_text(declaration.read_text() + _ENVIRONMENTS)
    for command in (["deploy"], ["push"], ["status"]):
        assert cli.run([*command, *options]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "ssl.yml:5:1: error" in said
