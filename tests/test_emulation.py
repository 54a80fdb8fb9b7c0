"""Deployments on the emulated AWS, from the command line, with real keys and certificates."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

import pki
from emulated import PATIENCE
from sslstack import cli, diff
from sslstack.changes import Action, PropertyChange, Replacement, ResourceChange
from sslstack.cli import demo, deploy, deployed, deployment, emulation, reporting
from sslstack.deploy.keys import store
from sslstack.deploy.protection import Protection
from sslstack.emulator import STAND_IN
from sslstack.errors import InputError, SslstackError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def app(workdir: Path) -> Path:
    root = pki.root("Root")
    leaf = pki.issue("web.example", root, domains=["web.example"], kind="rsa2048", days=pki.LASTING)
    leaf.write(workdir, "web")
    (workdir / "root.pem").write_bytes(root.pem)
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    (workdir / "ssl.yml").write_text(
        "version: 1\nstack: app\nlisteners:\n"
        "  web:443: {certificate: {certificate: web.crt, private_key: web.key, roots: root.pem}}\n"
    )
    return workdir


@pytest.fixture
def here() -> Iterator[emulation.Here]:
    with emulation.started(delay=0) as running:
        yield running


def test_the_demonstration_shows_the_life_of_a_stack(
    capsys: pytest.CaptureFixture[str], workdir: Path
) -> None:
    """Created, unchanged, replaced, rolled back, deleted, adopted; it always says what it is.

    What one would type stands before each, with what has changed in ssl.yml.
    """
    assert cli.run(["demo", "--delay", "0"]) == 0
    said = capsys.readouterr()
    for words in (
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "DELETE_COMPLETE              WebLoadBalancer",
        "demo: DELETE_COMPLETE",
        "IMPORT_COMPLETE",
        f"$ cat docker-compose.yml\n{demo.COMPOSE}",
        f"$ cat ssl.yml\n{demo.DECLARATION}$ sslstack deploy\n",
        "-     certificate: old/demo.example.crt\n+     certificate: new/demo.example.crt\n",
        "+ services: {web: {idle_timeout: 90}}\n",
        "[exit 4]",
        "$ rm ssl.yml\n$ sslstack adopt demo-by-hand\n",
    ):
        assert words in said.err
    for words in ("demo: no changes", "will replace  WebCertificate", "renewed with a new key"):
        assert words in said.out
    assert "error: ssl.yml:9:12: WebLoadBalancer" in said.err
    assert said.err.startswith(emulation.BANNER)
    assert said.err.count(emulation.BANNER) >= 10
    assert said.err.splitlines()[-1].startswith("then 'sslstack deploy --local' tries it here")
    assert list(workdir.iterdir()) == []
    assert "unexpected" not in said.err
    assert "sslstack execute" not in said.err  # there is nothing to come back to


@pytest.mark.parametrize("words", ["executing", "3. renew", "5. delete", "CREATE_COMPLETE"])
def test_an_interrupted_demonstration_ends(tmp_path: Path, words: str) -> None:
    """Ctrl-C is no step among others: nothing goes on, and no key stays in a folder."""
    with subprocess.Popen(
        [sys.executable, "-m", "sslstack", "demo", "--delay", "0.5"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if words in line:
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(PATIENCE) == 130
    assert "interrupted" in said.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_deploy_local(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(emulation.BANNER)
    assert f"\n{emulation.BANNER} app: CREATE_COMPLETE\n" in said.err
    assert "WebCertificate (AWS::IAM::ServerCertificate)" in said.out
    key = (app / "web.key").read_text().splitlines()[3]
    assert key not in said.out + said.err
    assert "PRIVATE KEY" not in said.out + said.err


def test_programs_are_told_that_it_is_an_emulation(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del app
    assert cli.run(["deploy", "--local", "--yes", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["emulated"], said["outcome"]) == (True, "succeeded")
    assert cli.run(["deploy", "--local", "--yes", "--format", "markdown"]) == 0
    assert f"\n\n> {emulation.BANNER}\n\n" in capsys.readouterr().out


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_a_key_that_does_not_belong_is_not_taken(
    app: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    """What `push` would refuse is refused here, although the key goes nowhere."""
    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    (app / "web.key").write_bytes(pki.issue("other", None, kind="rsa2048").key_pem)
    assert cli.run(["deploy", "--local", "--yes"]) == 2
    assert "does not belong" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_nobody_is_asked_for_the_password_of_a_key_that_is_not_needed(
    app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """Neither in a pipe nor at a terminal; one that is given opens the key, or is wrong."""
    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    lock = BestAvailableEncryption(b"opens it")
    key = pki.key("web.example", "rsa2048")
    (app / "web.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    assert "key of 'web' is encrypted, so it is not compared" in capsys.readouterr().err
    for password, code in ("opens it", 0), ("another", 2):
        (app / "password").write_text(password)
        assert cli.run(["deploy", "--local", "--yes", "--password-file", "password"]) == code
        said = capsys.readouterr().err
        assert ("key of 'web' fits" in said, "[key.password]" in said) == (code == 0, code == 2)


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_no_key_leaves_its_file(app: Path, here: emulation.Here, more: str) -> None:
    """The emulated account has something in its place, whatever a parameter is given."""
    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    folder = deployment.only(None)
    made = deploy.judged(folder)
    key = (app / "web.key").read_text()
    wish = deployment.Wish(
        parameters={"WebPrivateKey": key} if more else {},
        tags={}, role_arn="", bucket="", capabilities=(), password_file=None,
    )  # fmt: skip
    sent: list[str] = []
    here.aws.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.*", lambda params, **_: sent.append(str(params))
    )
    wish = emulation.without_keys(here, emulation.furnished(here, wish, made.text), folder)
    assert deploy.carry_out(here.aws, folder, made, wish, reporting.TerminalReporter(yes=True)) == 0
    assert (STAND_IN in "".join(sent)) == bool(more)
    assert "BEGIN PRIVATE KEY" not in "".join(sent)
    held = here.aws.client("secretsmanager").get_secret_value(SecretId="sslstack/app/web")
    assert json.loads(held["SecretString"]) == {"private_key": STAND_IN}


def test_the_deployed_template_is_the_other_side(app: Path, here: emulation.Here) -> None:
    """Nothing before the first deployment; afterwards what was deployed then."""
    from sslstack import pipeline, workspace  # noqa: PLC0415 - as the command does
    from sslstack.cache import Cache  # noqa: PLC0415

    (folder,) = workspace.find()
    made = pipeline.generate(folder, Cache(app))
    assert deployment.compared(here.aws, "app", made).before.text == ""
    wish = deployment.Wish(
        parameters={}, tags={}, role_arn="", bucket="", capabilities=(), password_file=None
    )
    wish = emulation.furnished(here, wish, made.text)
    reporter = reporting.TerminalReporter(yes=True)
    assert deploy.carry_out(here.aws, folder, made, wish, reporter) == 0
    same = deployment.compared(here.aws, "app", made)
    assert same.before.text == made.text
    assert not same.diff
    (row,) = deployed.rows(here.aws, *deployed.read(here.aws, "app"))
    assert (row.target, row.domains) == ("web:443", ("web.example",))
    assert row.expires is not None
    with pytest.raises(SslstackError, match="no stack is named 'other'"):
        deployed.read(here.aws, "other")
    declaration = app / "ssl.yml"
    weaker = ", security_policy: ELBSecurityPolicy-2016-08}\n"
    declaration.write_text(declaration.read_text().replace("}}\n", f"}}{weaker}"))
    assert deployment.compared(here.aws, "app", pipeline.generate(folder, Cache(app))).weaker


def _change(name: str, action: str, replacement: Replacement | None = None) -> ResourceChange:
    return ResourceChange(
        logical_id=name, type="T", action=action, replacement=replacement,
        properties=(PropertyChange(path="/Properties/P", before=1, after=2),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("predicted", "proposed", "said"),
    [
        ([_change("A", Action.ADD)], [_change("A", Action.ADD)], ()),
        ([_change("A", Action.MODIFY)], [],
         ("A: the review says modify, CloudFormation proposes nothing",)),
        ([], [_change("A", Action.REMOVE)],
         ("A: CloudFormation proposes to remove, the review saw nothing",)),
        ([_change("A", Action.MODIFY, Replacement.FALSE)],
         [_change("A", Action.MODIFY, Replacement.TRUE)],
         ("A: the review says modify, CloudFormation replace",)),
        ([_change("A", Action.MODIFY)], [_change("A", Action.MODIFY, Replacement.CONDITIONAL)], ()),
        ([], [_change("A", Action.DYNAMIC)], ()),
        ([], [_change("A", "Hibernate")],
         ("A: CloudFormation proposes to hibernate, the review saw nothing",)),
    ],
)  # fmt: skip
def test_what_was_predicted_and_what_is_proposed(
    predicted: list[ResourceChange], proposed: list[ResourceChange], said: tuple[str, ...]
) -> None:
    assert diff.surprises(diff.Diff(resources=tuple(predicted)), proposed) == said


ENVIRONMENTS = """\
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


def test_an_environment_says_where_and_how(app: Path, here: emulation.Here) -> None:
    """Lists become what CloudFormation takes; the stack is protected after it is deployed."""
    from sslstack import pipeline, workspace  # noqa: PLC0415 - as the command does
    from sslstack.cache import Cache  # noqa: PLC0415

    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text() + ENVIRONMENTS)
    (folder,) = workspace.find()
    where = deployment.chosen(folder, "prod")
    assert where.parameters == {"Subnets": "subnet-a,subnet-b", "VpcId": "vpc-1"}
    assert where.tags == {"team": "web", "cost": "42"}
    deployment.account_checked(here.aws, here.emulation.account)
    wish = deployment.Wish(
        parameters={}, tags=where.tags, role_arn="", bucket="", capabilities=(),
        password_file=None, stack=where.stack or "",
        protection=Protection(termination=True, keep_load_balancers=True),
    )  # fmt: skip
    made = pipeline.generate(folder, Cache(app))
    wish = emulation.furnished(here, wish, made.text)
    assert deploy.carry_out(here.aws, folder, made, wish, reporting.TerminalReporter(yes=True)) == 0
    client = here.aws.client("cloudformation")
    (stack,) = client.describe_stacks(StackName="app-prod")["Stacks"]
    assert stack["EnableTerminationProtection"]
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == {"team": "web", "cost": "42"}
    policy = client.get_stack_policy(StackName="app-prod")["StackPolicyBody"]
    assert "Update:Replace" in policy


def _deployed_to(app: Path, here: emulation.Here, environment: str | None) -> str:
    """Deploy as the command does, once it has opened AWS; give the deployed template."""
    from sslstack.deploy import status, template  # noqa: PLC0415 - as the command does

    folder = deployment.only(None)
    where = deployment.chosen(folder, environment)
    folder = deployment.unit(folder, environment, where)
    made = deploy.judged(folder)
    assert (app / made.template).read_text() == made.text
    wish = deployment.Wish(
        parameters={}, tags={}, role_arn="", bucket="", capabilities=(), password_file=None,
        stack=where.stack or "",
    )  # fmt: skip
    wish = emulation.furnished(here, wish, made.text)
    assert deploy.carry_out(here.aws, folder, made, wish, reporting.TerminalReporter(yes=True)) == 0
    found = status.read(here.aws, where.stack or made.stack)
    assert found is not None
    return template.deployed(here.aws, found)


def test_a_varied_environment_deploys_its_own_template_with_its_own_key(
    app: Path, here: emulation.Here
) -> None:
    """Both keys are versions of the one secret, and what is wrong with the other is no matter."""
    root = pki.root("Root of prod")
    leaf = pki.issue(
        "prod.example", root, domains=["prod.example"], kind="rsa2048", days=pki.LASTING
    )
    leaf.write(app, "prod")
    (app / "prod-root.pem").write_bytes(root.pem)
    declaration = app / "ssl.yml"
    declaration.write_text(
        "version: 1\nstack: app\n"
        "certificates:\n  web: {certificate: web.crt, private_key: web.key, roots: root.pem}\n"
        "listeners:\n  web:443: {certificate: web}\n"
        "environments:\n  test: {}\n  prod:\n    stack: app-prod\n    certificates:\n"
        "      web: {certificate: prod.crt, private_key: prod.key, roots: prod-root.pem}\n"
        "    services:\n      web: {ingress: [203.0.113.0/24]}\n"
    )
    test = _deployed_to(app, here, "test")
    prod = _deployed_to(app, here, "prod")
    assert ("0.0.0.0/0" in test, "203.0.113.0/24" in prod) == (True, True)
    assert test == (app / "templates" / "app.yaml").read_text()
    assert prod == (app / "templates" / "app.prod.yaml").read_text()
    versions = [version for text in (test, prod) for _, version in store.references(text)]
    assert len(set(versions)) == 2
    assert {one.id for one in store.versions(here.aws, "sslstack/app/web")} == set(versions)
    (app / "prod.crt").write_text("gone")
    _deployed_to(app, here, "test")
    with pytest.raises(InputError, match=r"ssl\.yml:12:26"):
        _deployed_to(app, here, "prod")


def test_another_account_is_refused_before_anything_is_sent(here: emulation.Here) -> None:
    with pytest.raises(SslstackError, match="the environment is of account 999999999999"):
        deployment.account_checked(here.aws, "999999999999")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "it is not said which environment is meant"),
        (["--environment", "prd"], "did you mean 'prod'?"),
    ],
)
def test_an_environment_is_not_guessed(
    app: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    declaration = app / "ssl.yml"
    declaration.write_text(declaration.read_text() + ENVIRONMENTS)
    for command in (["deploy"], ["push"], ["status"]):
        assert cli.run([*command, *options]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "ssl.yml:5:1: error" in said
