"""Where credentials come from: profiles of AWS's tools, as they stand in their files."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from botocore import exceptions as boto

from sslstack import cli
from sslstack.aws import refusals
from sslstack.aws.client import Aws, connect
from support import reviewed_deployment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.emulated import Cloud

_COMPOSE = "name: web\nservices: {web: {image: nginx, ports: ['80:80']}}\n"
_ROLE = "arn:aws:iam::123456789012:role/deployer"
_MFA = f"role_arn = {_ROLE}\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n"
_KEYS = "aws_access_key_id = x\naws_secret_access_key = x"


@pytest.fixture
def profile(
    account: Cloud, workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Give what writes the profile that is meant, in a home that has nothing else."""
    variables = {**account.variables, "HOME": str(workdir), "AWS_PROFILE": "it"}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
        del variables[name]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("time.sleep", lambda _: None)
    (workdir / "docker-compose.yml").write_text(_COMPOSE)
    (workdir / "ssl.yml").write_text(
        f"version: 1\nenvironments:\n  prod: {{account: '{account.aws.account}'}}\n"
    )

    def write(text: str) -> Path:
        (workdir / ".aws").mkdir()
        (workdir / ".aws" / "config").write_text(f"[profile it]\n{text}\n")
        return workdir

    return write


def _program(folder: Path, account: Cloud) -> Path:
    """Make a program that gives credentials, and a line to a file each time it is run."""
    given = {"AccessKeyId": account.aws.access_key, "SecretAccessKey": account.aws.secret_key}
    program = folder / "give"
    program.write_text(
        f"#!/bin/sh\necho run >> {folder}/runs\necho '{json.dumps({'Version': 1, **given})}'\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def test_one_session_serves_all_services_until_it_is_renewed(
    profile: Callable[[str], Path], account: Cloud, workdir: Path
) -> None:
    profile(f"credential_process = {_program(workdir, account)}")
    assert cli.run(["status", "--environment", "prod"]) == 0  # STS and CloudFormation
    assert (workdir / "runs").read_text() == "run\n"
    aws = connect("it", None)
    for count in (2, 3):
        aws.read("sts", "get_caller_identity")
        aws.read("cloudformation", "describe_stacks")
        assert (workdir / "runs").read_text() == "run\n" * count
        aws.renew()


def test_a_code_is_asked_for_once_and_the_session_kept_as_the_aws_cli_keeps_it(
    profile: Callable[[str], Path], account: Cloud, workdir: Path
) -> None:
    """One code, two services, and a second command that needs none."""
    profile(f"{_MFA}[profile base]\ncredential_process = {_program(workdir, account)}")
    command = [sys.executable, "-m", "sslstack", "status", "--environment", "prod"]
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, cwd=workdir, stdin=follower, stdout=subprocess.PIPE, stderr=follower,
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(follower)
        asked = b""
        while b"MFA code" not in asked:
            asked += os.read(leader, 4096)
        os.write(leader, b"123456\n")
        assert process.stdout is not None
        assert (
            process.stdout.read()
            == b"web: not deployed in us-east-1; check --region and --profile\n"
        )
        assert process.wait(20) == 0
    os.close(leader)
    (kept,) = (workdir / ".aws" / "cli" / "cache").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = subprocess.run(command, cwd=workdir, stdin=subprocess.DEVNULL, check=False)
    assert again.returncode == 0


def test_a_session_that_aws_calls_expired_is_not_taken_from_the_cache_again(
    profile: Callable[[str], Path], account: Cloud, workdir: Path
) -> None:
    """Whatever its own date says; another command takes it while nobody says anything."""
    base = f"[profile base]\ncredential_process = {_program(workdir, account)}"
    profile(f"role_arn = {_ROLE}\nsource_profile = base\n{base}")
    kept = []
    for anew in (False, False, True):
        aws = connect("it", None)
        aws.read("sts", "get_caller_identity")
        if anew:
            aws.renew()
            aws.read("sts", "get_caller_identity")
        kept += [path.read_text() for path in (workdir / ".aws" / "cli" / "cache").iterdir()]
    assert (kept[0] == kept[1], kept[1] == kept[2]) == (True, False)


_BROKEN = {
    "not there": ("credential_process = no-such-program", "'no-such-program': no such file"),
    "no JSON": (
        "credential_process = echo hello",
        "its credential_process does not print valid JSON",
    ),
    "a list": ("credential_process = echo []", "its credential_process does not print valid JSON"),
    "a token that is not there": (
        f"role_arn = {_ROLE}\nweb_identity_token_file = none.jwt",
        "'none.jwt': no such file",
    ),
    "nobody to ask": (
        f"{_MFA}[profile base]\n{_KEYS}",
        "a code is required, but there is no terminal to ask for it",
    ),
}


@pytest.mark.parametrize("broken", _BROKEN)
def test_a_profile_that_gives_no_credentials_is_exit_3(
    profile: Callable[[str], Path], broken: str
) -> None:
    text, words = _BROKEN[broken]
    folder = profile(text)
    done = subprocess.run(
        [sys.executable, "-m", "sslstack", "status", "--environment", "prod"], cwd=folder,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        start_new_session=True,
    )  # fmt: skip
    assert (done.returncode, words in done.stderr) == (3, True), done.stderr
    assert "hint: give --profile or AWS_PROFILE" in done.stderr


@pytest.mark.parametrize(
    ("declared", "options", "code"),
    [
        ("it", [], 3),  # it is there, and cannot give any
        ("it", ["--profile", ""], 0),
        ("gone", [], 0),
        ("gone", ["--profile", ""], 0),
        ("gone", ["--profile", "gone"], 3),  # as it was said
    ],
)
def test_variables_stand_in_for_a_declared_profile(
    profile: Callable[[str], Path],
    account: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    *,
    declared: str,
    options: list[str],
    code: int,
) -> None:
    """As in CI, where it is not there, or not wanted."""
    folder = profile("credential_process = no-such-program")
    with (folder / "ssl.yml").open("a") as declaration:
        declaration.write(f"  ci: {{profile: {declared}, account: '{account.aws.account}'}}\n")
    monkeypatch.delenv("AWS_PROFILE")
    command = ["status", "--environment", "ci", *options]
    if not options:
        assert cli.run(command) == 3  # neither one nor the other
    account.enter(monkeypatch)
    assert cli.run(command) == code
    (folder / "ssl.yml").write_text(
        f"version: 1\nenvironments:\n  ci: {{profile: {declared}, account: '999999999999'}}\n"
    )
    assert cli.run(command) == 3  # another account's


def test_a_profile_of_aws_login_says_what_it_lacks(
    profile: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """It signs with what botocore takes from awscrt, which is not installed here."""
    profile("login_session = arn:aws:iam::123456789012:user/me")
    assert cli.run(["status", "--environment", "prod"]) == 3
    assert (
        "hint: install it beside sslstack: pip install 'botocore[crt]'" in capsys.readouterr().err
    )


def test_sessions_of_aws_login_are_credentials() -> None:
    for error, hint in (
        (boto.LoginRefreshRequired(), "run 'aws sso login' or 'aws login', or get new ones"),
        (boto.LoginTokenLoadError(error_msg="none"), "run 'aws login'"),
        (boto.LoginInsufficientPermissions(), "run 'aws login'"),
    ):
        explained = refusals.explain(error, "sts:GetCallerIdentity")
        assert (type(explained), explained.hint) == (refusals.NotAuthenticated, hint)


def test_a_printed_command_means_the_account_that_was_meant(
    profile: Callable[[str], Path],
    account: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the profile that was said; AWS_PROFILE is there the next time, too."""
    profile(_KEYS.replace("x", account.aws.access_key))
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    (arn,) = _proposed(capsys, "--environment", "prod", *given)
    monkeypatch.delenv("AWS_PROFILE")
    assert cli.run(["execute", arn]) == 3
    assert cli.run(["execute", arn, "--profile", "it"]) == 0
    assert f"to resume watching: sslstack execute {arn} --profile it\n" in capsys.readouterr().err
    other = arn.replace(account.aws.account, "999999999999")
    assert cli.run(["execute", other, "--profile", "it"]) == 3
    assert "the change set is in account 999999999999" in capsys.readouterr().err


def _proposed(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert reviewed_deployment.deploy("--no-execute", *options) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("arn:")]


def test_commands_in_hints_are_for_the_same_account() -> None:
    """With the region where the command needs it; `aws configure` is about this machine."""
    aws = Aws(lambda _: None, sleep=lambda _: None, profile="the one", region="eu-west-1")
    assert aws.hint("'aws sso login', or 'sslstack push --prune'; 'aws configure x'") == (
        "'aws sso login --profile 'the one' --region eu-west-1', "
        "or 'sslstack push --prune --profile 'the one' --region eu-west-1'; 'aws configure x'"
    )
