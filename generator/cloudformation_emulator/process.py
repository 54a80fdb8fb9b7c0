"""The caller's side: start the emulator's process, speak to it, end it."""

from __future__ import annotations

import base64
import contextlib
import http.client
import importlib.util
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudformation_emulator.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).parent
_NEEDED = ("moto", "flask", "flask_cors", "boto3", "yaml", "cfnlint")
_PATIENCE = 10
"""Seconds the process has to tell its port, and to end when it is asked to."""
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG", "VIRTUAL_ENV")
"""All that the process sees of the environment: no credentials, profiles or proxies."""


class UnavailableError(Exception):
    """The emulator cannot run; `missing` names the packages that are not installed."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulation:
    """A running emulator: where it is, and how to make it fail or wait."""

    port: int
    region: str
    account: str
    access_key: str = field(repr=False)
    secret_key: str = field(default="no-secret-at-all", repr=False)

    @property
    def endpoint(self) -> str:
        """The URL at which every service answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def client_arguments(self) -> dict[str, str]:
        """Give the arguments with which a boto3 client speaks to the emulator only."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": self.region,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }

    def fail(self, logical_id: str, reason: str, *, operation: str = "", times: int = 1) -> None:
        """Make the next operations on a resource fail with this reason.

        `operation` is CREATE, UPDATE, DELETE or IMPORT; empty for whichever comes next.
        """
        failure = {"id": logical_id, "reason": reason, "operation": operation, "times": times}
        self._control("fail", failure)

    def invalidate(self, logical_id: str, reason: str) -> None:
        """Let early validation refuse a resource, in every change set."""
        self._control("invalidate", {"id": logical_id, "reason": reason})

    def hold(self, logical_id: str) -> None:
        """Let whatever operation reaches the resource wait there until `release`."""
        self._control("hold", {"id": logical_id})

    def release(self, logical_id: str) -> None:
        """Let the operations that wait at the resource go on."""
        self._control("release", {"id": logical_id})

    def relent(self) -> None:
        """Take back all failures, refusals and holds."""
        self._control("relent", {})

    def provide(self, name: str) -> None:
        """Make exist what a template refers to but does not make.

        `name` is the ARN of a certificate or the ID of a security group of this region.
        """
        self._control("provide", {"name": name, "region": self.region})

    def checkpoint(self) -> int:
        """Keep the account as it is now, and give what `restore` takes to come back to it.

        Raises UnavailableError where a stack's operation does not end.
        """
        return int(self._control("checkpoint", {}))

    def restore(self, checkpoint: int) -> None:
        """Make the account what it was at a checkpoint, which stays; takes milliseconds."""
        self._control("restore", {"port": checkpoint})

    def _control(self, command: str, argument: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        with contextlib.closing(connection):
            headers = {"Authorization": f"Credential={self.access_key}/"}
            connection.request("POST", f"/_emulator/{command}", json.dumps(argument), headers)
            with connection.getresponse() as response:
                if response.status != http.HTTPStatus.OK:
                    raise UnavailableError(f"the emulator refused {command}: {response.reason}")
                return json.loads(response.read())


@contextlib.contextmanager
def start(
    *,
    region: str = "us-east-1",
    account: str = "123456789012",
    delay: float = 0.1,
    page_size: int = 100,
    settled: bool = True,
) -> Iterator[Emulation]:
    """Run an emulator for the length of a `with` block.

    `delay` is how long, in seconds, each resource takes; `page_size` how many changes and
    events an answer holds. The port is known before everything is loaded: requests sent
    meanwhile wait. `settled` is False for tests of the wait for fresh certificates: a listener
    then does not find a server certificate the first time it names it.

    Raises UnavailableError when moto is not installed or the process does not start.
    """
    _refuse_without_moto()
    settings = Settings(
        access_key=_access_key(),
        region=region,
        account=account,
        delay=delay,
        page_size=page_size,
        settled=settled,
    )
    process = _spawn(settings)
    try:
        port = _port(process, settings)
        yield Emulation(port=port, region=region, account=account, access_key=settings.access_key)
    finally:
        _end(process)


def _refuse_without_moto() -> None:
    missing = tuple(name for name in _NEEDED if importlib.util.find_spec(name) is None)
    if missing:
        raise UnavailableError(f"the emulator needs {', '.join(missing)}", missing=missing)


def _access_key() -> str:
    """Draw a key that nobody guesses, in the form of AWS's."""
    return f"AKIA{base64.b32encode(secrets.token_bytes(20)).decode()}"


def _command() -> list[str]:
    """Give the command line of the process, which imports nothing from the working folder.

    The folder may be somebody else's repository, and PYTHONPATH may name it. With -I Python
    ignores both (docs.python.org/3/using/cmdline.html); what else this process imports from is
    added.
    """
    folders = [str(_PACKAGE.parent), *(entry for entry in sys.path if _is_elsewhere(Path(entry)))]
    program = (
        f"import sys; sys.path += {list(dict.fromkeys(folders))!r}; "
        f"import runpy; runpy.run_module({_PACKAGE.name!r}, run_name='__main__')"
    )
    return [sys.executable, "-I", "-c", program]


def _is_elsewhere(folder: Path) -> bool:
    """Tell whether a folder is outside the working folder; everything is below `/`."""
    if not folder.is_absolute() or not folder.is_dir():
        return False
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed, and nothing is in it
        return True
    return folder != here and (here == here.parent or not folder.is_relative_to(here))


def _spawn(settings: Settings) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own program
        _command(),
        cwd=Path(sys.prefix),  # whatever the working folder holds
        env=environment | settings.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what moto prints is nothing the user can act on
        start_new_session=True,  # Ctrl-C is for the caller, who may still want to look
    )


def _port(process: subprocess.Popen[bytes], settings: Settings) -> int:
    """Tell the process its settings, and read the port it says it listens on."""
    assert process.stdin is not None  # noqa: S101 - they were asked for
    assert process.stdout is not None  # noqa: S101
    with contextlib.suppress(BrokenPipeError):  # it is gone: there is no line to be read
        process.stdin.write(settings.dumps())
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise UnavailableError("the emulator did not start")
    return int(line)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close its standard input, by which it ends; kill it where it does not."""
    with process:
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
