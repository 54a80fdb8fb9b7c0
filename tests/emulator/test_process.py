"""The emulator's process: it starts, it serves its caller only, it ends."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cloudformation_emulator as emulator
from cloudformation_emulator import UnavailableError
from support.emulated import Cloud, template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudformation_emulator import Emulation


def test_it_listens_on_loopback_and_ends_with_the_block() -> None:
    """Nobody else's network is touched, and nothing is left running."""
    with emulator.start() as aws:
        assert aws.endpoint == f"http://127.0.0.1:{aws.port}"
        assert Cloud(aws).stacks.describe_stacks()["Stacks"] == []
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=5)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()


def test_region_and_account_are_those_asked_for() -> None:
    """ARNs carry them; another region has other stacks."""
    with emulator.start(region="eu-west-1", account="210987654321") as aws:
        cloud = Cloud(aws)
        topic = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}}
        arn = cloud.deploy("here", template(Secret=topic))["StackId"]
        assert arn.startswith("arn:aws:cloudformation:eu-west-1:210987654321:stack/here/")
        assert cloud.client("sts").get_caller_identity()["Account"] == "210987654321"
        elsewhere = cloud.client("cloudformation", region_name="us-east-1")
        assert elsewhere.describe_stacks()["Stacks"] == []


def test_the_environment_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist would stop moto if it looked."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    with emulator.start() as aws:
        assert _status(aws, Authorization=f"Credential={aws.access_key}/") == 404


def _status(aws: Emulation, **headers: str) -> int:
    """Ask for a command that there is none of, and give the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", "/_emulator/nothing", b"{}", headers)
        return connection.getresponse().status


def test_nobody_else_is_answered() -> None:
    """Neither another user of the machine nor a web page, by whatever name it comes.

    The key is drawn for each emulator, and does not stand on a command line, which all can read.
    """
    with emulator.start() as aws, emulator.start() as other:
        assert aws.access_key != other.access_key
        knows = {"Authorization": f"Credential={aws.access_key}/"}
        strangers: list[dict[str, str]] = [
            {},
            {"Authorization": f"Credential={other.access_key}/"},
            {**knows, "Origin": "https://example.com"},
            {**knows, "Origin": "null"},
            {**knows, "Host": f"example.com:{aws.port}"},
            {**knows, "Host": f"127.0.0.1.example.com:{aws.port}"},
        ]
        for headers in strangers:
            assert _status(aws, **headers) == 403, headers
        for host in (f"127.0.0.1:{aws.port}", "localhost"):
            assert _status(aws, **knows, Host=host) == 404
        for service in ("cloudformation", "secretsmanager", "iam"):
            scope = f"Credential={other.access_key}/20360101/us-east-1/{service}/aws4_request"
            assert _status(aws, Authorization=scope) == 403
        assert not any(aws.access_key in line for line in _command_lines())


def _command_lines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended since
            yield path.read_text("utf-8", "replace")


def test_it_ends_when_its_caller_is_killed(tmp_path: Path) -> None:
    """SIGKILL runs no clean-up: the closed standard input must be enough."""
    script = (
        "import cloudformation_emulator as emulator\nimport os, signal\n"
        "with emulator.start() as aws:\n"
        "    print(aws.port, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        cwd=tmp_path,
        env=dict(os.environ),
        timeout=30,
        check=False,
    )
    port = int(done.stdout)
    # A server that lives waits for a request and says nothing: only its end is an answer.
    with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        with connection:
            assert connection.recv(1) == b""


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "moto" else find(name)
    )
    with pytest.raises(UnavailableError, match="the emulator needs moto") as caught:
        emulator.start().__enter__()
    assert caught.value.missing == ("moto",)


def test_moto_is_not_loaded_by_the_caller() -> None:
    """Not even imported: only the process pays for it."""
    script = (
        "import sys, cloudformation_emulator\n"
        "print({'moto', 'boto3', 'flask'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=True,
    )
    assert done.stdout == "set()\n"
