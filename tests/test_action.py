"""The GitHub action, run here step by step: its own shell lines, a real git, a GitHub of ours."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sslstack.views.review.markdown import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.action

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step.get("id") or step.get("name"): step for step in ACTION["runs"]["steps"]}


_ACTIONS = {"login": "github-actions[bot]"}


class _GitHub(http.server.ThreadingHTTPServer):
    """Keeps the comments of one pull request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[dict[str, Any]] = [
            {"id": number, "body": f"comment {number}"} for number in range(130)
        ]
        self.comments[3] |= {"body": f"{MARK} forged", "user": {"login": "stranger"}}
        self.asked: list[str] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _GitHub

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/user":  # as a job's token may not
            self._answer({}, 403)
            return
        page = int(re.search(r"[?&]page=(\d+)", self.path)[1])  # type: ignore[index] # always there
        self._answer(self.server.comments[(page - 1) * 100 : page * 100])

    def _write(self) -> None:
        if self.headers["Authorization"] != "Bearer of-nothing":
            self._answer({}, 403)
            return
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        self.server.asked.append(self.command)
        if self.command == "POST":
            self.server.comments.append({"id": 999, "body": body, "user": _ACTIONS})
        else:
            number = int(self.path.rsplit("/", 1)[1])
            (own,) = [one for one in self.server.comments if one["id"] == number]
            own["body"] = body
        self._answer({"html_url": "https://github.example/c/999"})

    do_POST = do_PATCH = _write  # noqa: N815 - the library's names


@pytest.fixture
def github() -> Iterator[_GitHub]:
    with _GitHub() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


class _Runner:
    """Runs the steps as the runner does: their scripts, their environment, their files."""

    def __init__(self, repository: Path, temporary: Path, github: _GitHub) -> None:
        self.folder = repository
        self._outputs: dict[str, dict[str, str]] = {}
        self.summary = temporary / "summary.md"
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(temporary),
            "RUNNER_TEMP": str(temporary),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_PATH": str(temporary / "path"),
            "GITHUB_BASE_REF": "main",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_API_URL": f"http://127.0.0.1:{github.server_address[1]}",
        }
        self._inputs = {name: one["default"] for name, one in ACTION["inputs"].items()}

    def run(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        step = STEPS[name]
        output = Path(self._environment["RUNNER_TEMP"]) / f"{name}.output"
        output.touch()
        values = self._inputs | {"token": "of-nothing"} | inputs
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self._environment["RUNNER_TEMP"] if "working-directory" in step else self.folder,
            capture_output=True, text=True, check=False,
            env=self._environment | {"GITHUB_OUTPUT": str(output)}
            | {key: text for key, text in inputs.items() if key.isupper()}
            | {key: self._evaluated(text, values) for key, text in step.get("env", {}).items()},
        )  # fmt: skip
        lines = output.read_text().splitlines()
        self._outputs[name] = dict(line.split("=", 1) for line in lines)
        return done

    def _evaluated(self, text: str, inputs: dict[str, str]) -> str:
        def one(match: re.Match[str]) -> str:
            words = match[1].split(".")
            if words[0] == "inputs":
                return inputs[words[1]]
            if words[0] == "steps":
                return self._outputs[words[1]][words[3]]
            assert match[1] == "github.event.pull_request.number"
            return "7"

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", one, text)


@pytest.fixture
def runner(tmp_path: Path, github: _GitHub) -> _Runner:
    """Give a clone of a repository whose branch differs from main."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    shutil.copytree(ROOT / "stacks" / "secure", origin / "stacks" / "secure")

    def git(*arguments: str, folder: Path = origin) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    def generate() -> None:
        command = [sys.executable, "-m", "sslstack", "generate"]
        subprocess.run(command, cwd=origin, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    generate()
    git("add", "stacks", "templates")
    git("commit", "-qm", "begin")
    git("checkout", "-qb", "branch")
    declaration = origin / "stacks" / "secure" / "ssl.yml"
    text = declaration.read_text()
    declaration.write_text(text.replace("secure: true", "secure: false"))
    assert declaration.read_text() != text
    generate()
    git("commit", "-qam", "weaken")
    git("clone", "-q", "--branch", "branch", "--depth", "1", origin.as_uri(), str(clone))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return _Runner(clone, temporary, github)


def test_the_steps_of_the_action(runner: _Runner, github: _GitHub, tmp_path: Path) -> None:
    checked = runner.run("check")
    assert checked.returncode == 0
    sarif = json.loads((tmp_path / "temporary" / "sslstack.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    compared = runner.run("diff")
    assert compared.returncode == 0, compared.stderr
    assert "the connection to the backend becomes plaintext" in runner.summary.read_text()
    assert "<html" in (tmp_path / "temporary" / "review.html").read_text()
    for expected in ("POST", "PATCH"):
        commented = runner.run("comment")
        assert commented.returncode == 0, commented.stderr
        assert github.asked[-1] == expected
    written = [one for one in github.comments if one["body"].startswith(MARK)]
    assert [one["id"] for one in written] == [3, 999]  # that of somebody else is left alone
    assert written[0]["body"] == f"{MARK} forged"
    assert runner.run("verdict").returncode == 0


def test_a_weakening_fails_the_job_where_that_is_asked_for(runner: _Runner) -> None:
    runner.run("check")
    assert runner.run("diff", **{"fail-on": "weaker"}).returncode == 0
    verdict = runner.run("verdict")
    assert verdict.returncode == 1
    assert "::error::sslstack diff ended with 1 (1: an effect that fail-on names" in verdict.stdout


def test_a_token_without_rights_is_said_and_not_shown(runner: _Runner) -> None:
    runner.run("diff")
    refused = runner.run("comment", token="secret-token")  # noqa: S106 - of nothing
    assert refused.returncode == 3
    assert "GitHub answered 403" in refused.stderr
    assert "secret-token" not in refused.stderr + refused.stdout


def test_nothing_of_the_checkout_runs_before_the_tool_is_installed(
    runner: _Runner, tmp_path: Path
) -> None:
    """Modules of the pull request stand in for pip and venv; the package here is a small one."""
    ran, package = tmp_path / "ran", tmp_path / "package"
    for name in ("pip", "venv", "ensurepip", "sitecustomize", "runpy", "json", "setup"):
        (runner.folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\n")
    (package / "backend").mkdir(parents=True)
    (package / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'made'\nbackend-path = ['backend']\n"
    )
    (package / "backend" / "made.py").write_text(_BACKEND)
    done = runner.run("install", GITHUB_ACTION_PATH=str(package), PYTHONPATH=".")
    assert done.returncode == 0, done.stderr
    assert not ran.exists()
    assert STEPS["install"]["working-directory"] == "${{ runner.temp }}"
    assert all("python -m" not in step.get("run", "") for step in STEPS.values())
    assert (tmp_path / "temporary" / "sslstack-venv" / "bin" / "python").exists()


_BACKEND = """\
import pathlib, zipfile
_META = "Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n"
def build_wheel(folder, *_):
    name = "small-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("small-1.dist-info/METADATA", _META)
        wheel.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("small-1.dist-info/RECORD", "")
    return name
"""


def test_hooks_and_snippets_name_commands_that_exist() -> None:
    from sslstack.cli import COMMANDS  # noqa: PLC0415 - what is compared

    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    said = [hook["entry"] for hook in hooks]
    said += re.findall(r"sslstack [a-z-]+", (ROOT / "docs" / "ci.md").read_text().split("##", 1)[1])
    said += re.findall(r"sslstack [a-z-]+", (ROOT / "action.yml").read_text().split("runs:")[1])
    names = {entry.split()[1] for entry in said if entry.startswith("sslstack ")}
    assert names - {"review", "check"} <= set(COMMANDS)
