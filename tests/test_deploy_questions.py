"""What is asked before a deployment, of whom, and what stands for an answer."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from sslstack import cli
from sslstack.deploy import protection
from support import reviewed_deployment, shop_stack

if TYPE_CHECKING:
    from pathlib import Path

    from support.emulated import Cloud


_LONG = 60
"""Seconds after which a command at a terminal has failed."""


def test_executing_later_replaces_no_load_balancer_by_accident(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said in red when it is proposed, asked for by name when it is executed."""
    assert shop_stack.deploy(account) == 0
    shop_stack.declare(app, "services: {web: {scheme: internal}}\n")
    capsys.readouterr()
    assert shop_stack.deploy(account, "--no-execute") == 0
    said = capsys.readouterr()
    assert "will replace load balancer WebLoadBalancer: its DNS name stops working" in said.err
    (line,) = (one for one in said.out.splitlines() if "will replace  WebLoadBalancer" in one)
    assert "ssl.yml" in line
    assert "because of" not in said.out  # nobody but ourselves
    arn = said.out.splitlines()[-1]
    assert cli.run(["execute", arn]) == 1
    assert "--allow-replacement WebLoadBalancer" in capsys.readouterr().err
    assert cli.run(["execute", arn, "--allow-replacement", "WebLoadBalancer"]) == 0


def test_must_have_5_an_edited_health_check_ends_no_dns_name(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """CloudFormation says that it may; it does where a health check comes or goes."""
    subnets = [account.network["Subnets"]]
    environment = (
        "environments:\n  prod:\n    keep_load_balancers: true\n"
        f"    parameters: {{VpcId: {account.network['VpcId']}, Subnets: {subnets}}}\n"
    )
    for path in ("/a", "/b"):
        check = f"{{protocol: http, port: 3000, path: {path}}}"
        shop_stack.declare(app, f"services: {{web: {{health_check: {check}}}}}\n{environment}")
        capsys.readouterr()
        assert reviewed_deployment.deploy("--yes", "--environment", "prod") == 0
    said = capsys.readouterr()
    assert "modify        WebLoadBalancer" in said.out
    assert "HTTP:3000/a -> HTTP:3000/b" in said.out
    assert "DNS name" not in said.out + said.err


def test_a_stack_policy_keeps_a_load_balancer_that_is_declared_no_longer(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Retained, it would leave the stack all the same: CloudFormation denies that, too."""
    assert shop_stack.deploy(account) == 0
    retained = (app / "templates/shop.yaml").read_text()
    assert "DeletionPolicy" not in retained
    retained = retained.replace(
        "Type: AWS::ElasticLoadBalancing::LoadBalancer",
        "Type: AWS::ElasticLoadBalancing::LoadBalancer\n    DeletionPolicy: Retain",
    )
    kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in account.network]
    account.stacks.update_stack(StackName="shop", TemplateBody=retained, Parameters=kept)
    account.settled("shop")
    account.stacks.set_stack_policy(
        StackName="shop",
        StackPolicyBody=json.dumps({"Statement": [protection.ALLOWED, protection.KEEP]}),
    )
    (app / "docker-compose.yml").write_text("services: {api: {image: x, ports: ['443:3000']}}\n")
    (app / "ssl.yml").write_text(shop_stack.DECLARATION.replace("web:443", "api:443"))
    assert shop_stack.deploy(account, "--allow-replacement", "WebLoadBalancer") == 1
    assert "protects its load balancers, but WebLoadBalancer would" in capsys.readouterr().err
    (balancer,) = account.balancers  # which outlives its stack, and needs the certificate
    account.client("elb").delete_load_balancer(LoadBalancerName=balancer["LoadBalancerName"])


@pytest.mark.parametrize(("typed", "code"), [(b"shop\n", 0), (b"yes\n", 1)])
def test_must_have_5_a_new_dns_name_wants_the_stacks_name_typed(
    app: Path, account: Cloud, typed: bytes, code: int
) -> None:
    """`--yes` does not cover it, in a pipe not at all; the load balancer's name does."""
    assert shop_stack.deploy(account) == 0
    (before,) = account.balancers
    shop_stack.declare(app, "services: {web: {scheme: internal}}\n")
    assert shop_stack.deploy(account) == 1
    _, seen, exit_code = _typing(app, account, b"to continue, type the stack's name (shop)", typed)
    assert exit_code == code, seen
    (after,) = account.balancers
    assert (after["DNSName"] != before["DNSName"]) == (code == 0)
    shop_stack.declare(app, "services: {web: {scheme: internet-facing}}\n")
    assert shop_stack.deploy(account, "--allow-replacement=WebLoadBalancer") == 0
    assert [one["Scheme"] for one in account.balancers] == ["internet-facing"]


def _typing(
    app: Path, account: Cloud, question: bytes, answer: bytes, *options: str
) -> tuple[bytes, bytes, int]:
    """Deploy at a terminal and answer its question; gives stdout, what was shown, exit code."""
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    with contextlib.chdir(app):
        assert cli.run(["generate"]) == 0
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "sslstack", "deploy", *(options or ("--yes",)), *given]
    with subprocess.Popen(
        command, cwd=app, stdin=follower, stdout=subprocess.PIPE, stderr=follower,
        env={**os.environ, **account.variables, "TERM": "dumb"},
    ) as process:  # fmt: skip
        os.close(follower)
        shown, asked = bytearray(), threading.Event()
        reading = threading.Thread(target=_drain, args=(leader, shown, question, asked))
        reading.start()  # a terminal whose output nobody takes would hold the command up
        if not asked.wait(_LONG):
            process.kill()
        os.write(leader, answer)
        out, _ = process.communicate(timeout=_LONG)
        reading.join()
    os.close(leader)
    return out, bytes(shown), process.returncode


def _drain(terminal: int, shown: bytearray, question: bytes, asked: threading.Event) -> None:
    with contextlib.suppress(OSError):  # what Linux says when nobody has it open any more
        while content := os.read(terminal, 4096):
            shown.extend(content)
            if question in shown:
                asked.set()


def test_json_on_a_terminal_shows_before_it_asks(app: Path, account: Cloud) -> None:
    """The text goes to the terminal, stdout stays for the JSON."""
    asked = b"execute this change set in us-east-1 of account 123456789012?"
    out, seen, code = _typing(app, account, asked, b"n\n", "--format", "json")
    assert b"WebLoadBalancer (AWS::ElasticLoadBalancing::LoadBalancer)" in seen
    said = json.loads(out)
    assert (said["outcome"], said["stack"], code) == ("declined", "shop", 1)
