"""A deployment at a terminal: what is seen there, what is asked, and what ends it."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from sslstack import cli
from sslstack.cli.output import say, screen
from sslstack.views.deployment.live import LiveView, Progress
from support import pki
from support.emulated import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.emulated import Cloud

NAMES = ["web.example"]
STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A command at a terminal of its own, and what it has printed so far."""

    process: subprocess.Popen[bytes]
    leader: int
    seen: str = ""

    def until(self, words: str) -> str:
        """Read until it prints the words; give all that came before them since the last time."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            self._read(end)
        before, _, self.seen = self.seen.partition(words)
        return before

    def rest(self) -> str:
        """Read to the end."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._read(end):
            pass
        return self.seen

    def _read(self, end: float) -> bool:
        with contextlib.suppress(OSError):  # the other side is closed
            if select.select([self.leader], [], [], max(end - time.monotonic(), 0))[0]:
                content = os.read(self.leader, 65536)
                self.seen += STYLE.sub("", content.decode("utf-8", "replace"))
                return bool(content)
        return False

    def type(self, words: str) -> None:
        """Type a line."""
        os.write(self.leader, f"{words}\n".encode())

    def close(self) -> None:
        """Close the terminal."""
        if self.leader >= 0:
            os.close(self.leader)
            self.leader = -1


@contextlib.contextmanager
def opened(account: Cloud, *arguments: str, **more: str) -> Iterator[Terminal]:
    """Run a command at a terminal; it leads its session, so that it hears when that is closed.

    `more` are variables of its environment.
    """
    leader, follower = pty.openpty()
    variables = {**os.environ, **account.variables, "TERM": "xterm", "COLUMNS": "100", **more}
    script = (
        "import os, sys; os.setsid(); os.close(os.open(os.ttyname(0), os.O_RDWR));"
        "os.execv(sys.executable, [sys.executable, '-m', 'sslstack', *sys.argv[1:]])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=follower, stdout=follower, stderr=follower, env=variables,
    ) as process:  # fmt: skip
        os.close(follower)
        terminal = Terminal(process, leader)
        try:
            yield terminal
        finally:
            process.kill()
            terminal.close()


@pytest.fixture
def command(workdir: Path, account: Cloud) -> Iterator[tuple[str, ...]]:
    """Declare a stack that does not come beyond its load balancer, and give what deploys it."""
    issued = pki.issue(NAMES[0], None, domains=NAMES, kind="rsa2048", days=pki.LASTING)
    issued.write(workdir, "web")
    (workdir / "docker-compose.yml").write_text("services: {web: {image: x, ports: ['443:80']}}\n")
    (workdir / "ssl.yml").write_text(
        "version: 1\nstack: app\nlisteners:\n"
        "  web:443: {certificate: {certificate: web.crt, private_key: web.key, untrusted: true}}\n"
    )
    assert cli.run(["generate"]) == 0
    account.aws.hold("WebLoadBalancer")
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    yield ("deploy", "--yes", *given)
    account.aws.release("WebLoadBalancer")
    if account.stack("app"):
        account.settled("app")


RUNNING = "CREATE_IN_PROGRESS"


def test_who_wants_to_go_on_watching_sees_it_again(
    account: Cloud, command: tuple[str, ...]
) -> None:
    """After Ctrl-C and the answer there is a live view once more, with all that it knew."""
    with opened(account, *command) as terminal:
        terminal.until("2 of 3")
        terminal.process.send_signal(signal.SIGINT)
        assert "to delete the stack: 'aws cloudformation" in terminal.until("what next?")
        terminal.until("(detach, watch)")
        terminal.type("watch")
        again = terminal.until("WebLoadBalancer  ")
        assert again.splitlines()[-3].startswith("app: deploying  2 of 3")
        account.aws.release("WebLoadBalancer")
        assert "app: CREATE_COMPLETE" in terminal.rest()
        assert terminal.process.wait(PATIENCE) == 0


def test_who_is_told_to_end_does_not_ask(account: Cloud, command: tuple[str, ...]) -> None:
    """SIGTERM comes from somebody who does not sit there."""
    with opened(account, *command) as terminal:
        terminal.until(RUNNING)
        terminal.process.send_signal(signal.SIGTERM)
        said = terminal.rest()
        assert terminal.process.wait(PATIENCE) == 130
        assert "what next?" not in said
        assert "to resume watching: sslstack execute arn:aws:" in said


def test_a_terminal_that_is_closed_ends_a_command_before_its_execution(
    account: Cloud, command: tuple[str, ...]
) -> None:
    """The change set that nobody can agree to any more is deleted."""
    account.aws.release("WebLoadBalancer")
    with opened(account, *(word for word in command if word != "--yes")) as terminal:
        terminal.until("execute this change set in us-east-1")
        terminal.close()
        assert terminal.process.wait(PATIENCE) == 130
    assert account.stack("app") is None


def test_a_terminal_that_is_closed_ends_a_command_that_watches(
    account: Cloud, command: tuple[str, ...]
) -> None:
    """The stack goes on."""
    with opened(account, *command) as terminal:
        terminal.until(RUNNING)
        terminal.close()
        assert terminal.process.wait(PATIENCE) == 130
    account.aws.release("WebLoadBalancer")
    assert account.settled("app")["StackStatus"] == "CREATE_COMPLETE"


def test_a_terminal_that_is_closed_ends_a_command_that_waits_for_aws(
    account: Cloud, command: tuple[str, ...]
) -> None:
    """What it would say at its end is no reason to end otherwise."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with opened(account, *command, AWS_ENDPOINT_URL=endpoint) as terminal:
            connection, _ = silent.accept()
            with connection:
                terminal.close()
                assert terminal.process.wait(PATIENCE) == 130


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_what_ignores_the_end_of_its_terminal_goes_on(
    account: Cloud, command: tuple[str, ...], kind: str
) -> None:
    """As nohup has it; the terminal that is gone is no reason to fail."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with opened(account, *command, TERM=kind) as terminal:
            terminal.until(RUNNING)
            terminal.close()
            account.aws.release("WebLoadBalancer")
            assert terminal.process.wait(PATIENCE) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def _view(out: io.StringIO, title: str) -> LiveView:
    console = Console(file=out, width=80, height=24, force_terminal=True, legacy_windows=False)
    return LiveView(Progress(title=title), console)


def test_there_is_one_live_view_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    """A second one, for the same proposed again, ends the first; nothing of either is left."""
    first, second = io.StringIO(), io.StringIO()
    screen.begin(_view(first, "first"))
    assert say("above the first")
    screen.begin(_view(second, "second"))
    assert first.getvalue().endswith("\x1b[1A\x1b[2K")
    ended = first.getvalue()
    assert say("above the second", nl=False)
    screen.settle()
    assert say("below")
    assert "above the first\n" in ended
    assert first.getvalue() == ended
    assert "above the second\n" in second.getvalue()
    assert capsys.readouterr().err == "below\n"
