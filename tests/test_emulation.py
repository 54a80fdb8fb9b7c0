"""Deployments on the emulated AWS, from the command line, with real keys and certificates."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import boto3
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from cloudformation_emulator import STAND_IN
from sslstack import cli
from sslstack.app import deployed, deploying, emulating, generating, stack_names
from sslstack.app.deploying import DeployOptions
from sslstack.cli import demo, reporting
from sslstack.deploy.deployed import read_deployed
from sslstack.errors import SslstackError
from sslstack.views.banner import EMULATION
from support import pki
from support.emulated import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sslstack.app.emulating import EmulatedAccount

pytest_plugins = ("support.local_repository",)


@pytest.mark.usefixtures("warm")
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
    assert said.err.startswith(EMULATION)
    assert said.err.count(EMULATION) >= 10
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


def test_the_hint_names_the_extra_that_brings_the_emulator(
    workdir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del workdir
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "moto" else find(name)
    )
    assert cli.run(["demo"]) == 3
    shown = capsys.readouterr().err
    assert "the emulator needs moto\n" in shown
    assert " -m pip install 'sslstack[local]'\n" in shown


def test_deploy_local(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith(EMULATION)
    assert f"\n{EMULATION} app: CREATE_COMPLETE\n" in said.err
    assert "WebCertificate (AWS::IAM::ServerCertificate)" in said.out
    key = (repository / "web.key").read_text().splitlines()[3]
    assert key not in said.out + said.err
    assert "PRIVATE KEY" not in said.out + said.err


def test_programs_are_told_that_it_is_an_emulation(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del repository
    assert cli.run(["deploy", "--local", "--yes", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["emulated"], said["outcome"]) == (True, "succeeded")
    assert cli.run(["deploy", "--local", "--yes", "--format", "markdown"]) == 0
    assert f"\n\n> {EMULATION}\n\n" in capsys.readouterr().out


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_a_key_that_does_not_belong_is_not_taken(
    repository: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    """What `push` would refuse is refused here, although the key goes nowhere."""
    declaration = repository / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    (repository / "web.key").write_bytes(pki.issue("other", None, kind="rsa2048").key_pem)
    assert cli.run(["deploy", "--local", "--yes"]) == 2
    assert "does not belong" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_nobody_is_asked_for_the_password_of_a_key_that_is_not_needed(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """Neither in a pipe nor at a terminal; one that is given opens the key, or is wrong."""
    declaration = repository / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    lock = BestAvailableEncryption(b"opens it")
    key = pki.key("web.example", "rsa2048")
    (repository / "web.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    assert "key of 'web' is encrypted, not compared" in capsys.readouterr().err
    for password, code in ("opens it", 0), ("another", 2):
        (repository / "password").write_text(password)
        assert cli.run(["deploy", "--local", "--yes", "--password-file", "password"]) == code
        said = capsys.readouterr().err
        assert ("key of 'web' matches" in said, "[key.password]" in said) == (code == 0, code == 2)


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_no_key_leaves_its_file(repository: Path, here: EmulatedAccount, more: str) -> None:
    """The emulated account has something in its place, whatever a parameter is given."""
    declaration = repository / "ssl.yml"
    declaration.write_text(declaration.read_text() + more)
    folder = stack_names.find_stack(None)
    made = deploying.generate_checked(folder, print, regenerate=True)
    key = (repository / "web.key").read_text()
    options = DeployOptions(parameters={"WebPrivateKey": key} if more else {}, tags={})
    sent: list[str] = []
    here.aws.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.*", lambda params, **_: sent.append(str(params))
    )
    options = emulating.replace_keys(here, emulating.furnish(here, options, made.text), folder)
    assert (
        deploying.deploy_stack(
            here.aws, folder, made, options, reporting.TerminalReporter(yes=True)
        )
        == 0
    )
    assert (STAND_IN in "".join(sent)) == bool(more)
    assert "BEGIN PRIVATE KEY" not in "".join(sent)
    held = here.aws.client("secretsmanager").get_secret_value(SecretId="sslstack/app/web")
    assert json.loads(held["SecretString"]) == {"private_key": STAND_IN}


def test_the_deployed_template_is_the_other_side(repository: Path, here: EmulatedAccount) -> None:
    """Nothing before the first deployment; afterwards what was deployed then."""
    from sslstack import workspace  # noqa: PLC0415 - as the command does
    from sslstack.cache import Cache  # noqa: PLC0415

    (folder,) = workspace.find()
    made = generating.generate(folder, Cache(repository))
    assert deployed.compare_deployed(read_deployed(here.aws, "app"), made).before.text == ""
    options = DeployOptions(tags={})
    options = emulating.furnish(here, options, made.text)
    reporter = reporting.TerminalReporter(yes=True)
    assert deploying.deploy_stack(here.aws, folder, made, options, reporter) == 0
    same = deployed.compare_deployed(read_deployed(here.aws, "app"), made)
    assert same.before.text == made.text
    assert not same.diff
    (row,) = deployed.list_listeners(here.aws, *deployed.read_stack(here.aws, "app"))
    assert (row.target, row.domains) == ("web:443", ("web.example",))
    assert row.expires is not None
    with pytest.raises(SslstackError, match="no stack is named 'other'"):
        deployed.read_stack(here.aws, "other")
    declaration = repository / "ssl.yml"
    weaker = ", security_policy: ELBSecurityPolicy-2016-08}\n"
    declaration.write_text(declaration.read_text().replace("}}\n", f"}}{weaker}"))
    assert deployed.compare_deployed(
        read_deployed(here.aws, "app"), generating.generate(folder, Cache(repository))
    ).weaker


@pytest.fixture
def local(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """Keep an emulated account running, with its variables set; give its process."""
    del repository
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    with subprocess.Popen(
        [sys.executable, "-m", "sslstack", "local", "start", "--delay", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            command, _, words = line.strip().partition(" ")
            if command == "unset":
                for name in words.split():
                    monkeypatch.delenv(name, raising=False)
                break
            name, _, value = words.partition("=")
            monkeypatch.setenv(name, value)
        yield process
        process.kill()


def test_commands_use_a_local_account_that_keeps_running(
    local: subprocess.Popen[str], workdir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Push, deploy, execute, status and adopt see what is in it; Ctrl-C ends it."""
    assert local.stderr is not None
    shown = [local.stderr.readline() for _ in range(3)]
    assert shown[0] == f"{EMULATION}\n"
    network = shown[1].split()[-4:]
    assert network[::2] == ["--parameter"] * 2
    assert cli.run(["generate"]) == 0
    assert cli.run(["push"]) == 0
    capsys.readouterr()
    assert cli.run(["deploy", "--no-execute", *network]) == 0
    arn = capsys.readouterr().out.splitlines()[-1]
    assert cli.run(["execute", arn]) == 0
    assert cli.run(["status", "--exit-code"]) == 0
    assert cli.run(["deploy", "--yes", *network]) == 0
    assert "app: no changes" in capsys.readouterr().out
    boto3.client("elb").create_load_balancer(
        LoadBalancerName="by-hand",
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 443, "InstancePort": 80}],
        Subnets=[network[-1].partition("=")[2].partition(",")[0]],
    )
    other = workdir / "other"
    other.mkdir()
    (other / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    assert cli.run(["-C", "other", "adopt", "by-hand", "--yes"]) == 0
    assert "IMPORT_COMPLETE" in capsys.readouterr().err
    local.send_signal(signal.SIGINT)
    assert local.wait(PATIENCE) == 0
    assert local.stderr.read() == "the emulated account has ended\n"
    assert cli.run(["status"]) == 3
