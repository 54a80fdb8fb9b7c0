"""The command line: parse, call the pipeline, show one view, return an exit code.

`main` is the one place that prints errors and exits:

    0    done, no differences
    1    the answer is no: findings at error level, stale, differences
    2    wrong input or usage
    3    something outside is not there: network, AWS, credentials
    4    a deployment failed or was rolled back
    70   a defect of sslstack's own (EX_SOFTWARE of sysexits.h)
    130  interrupted

Data goes to stdout, talk to stderr. A command's module is imported when it runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TYPE_CHECKING

import click

from sslstack import escaping, files
from sslstack.cli import arguments, output, signals
from sslstack.cli.commands import Commands
from sslstack.cli.parameters import MisplacedTarget
from sslstack.errors import InputError, SslstackError
from sslstack.findings import Location
from sslstack.views import findings as view

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "init": "write ssl.yml, Makefile targets and a CI workflow beside a compose file",
    "create": "declare TLS for a published port in ssl.yml",
    "update": "change the certificate of a listener in ssl.yml",
    "delete": "remove a listener from ssl.yml",
    "list": "show the declared listeners: target, expiry, domains",
    "resolve": "fetch missing intermediate certificates, pin them in ssl.lock",
    "generate": "write templates/ from the declarations",
    "check": "check declarations, certificates and templates",
    "explain": "explain a rule: what it reports, why, and examples",
    "diff": "explain template changes since a git revision",
    "push": "store private keys in Secrets Manager",
    "deploy": "create a change set, review it, execute it",
    "execute": "execute a change set, or resume watching it",
    "adopt": "import an existing load balancer into ssl.yml and a stack",
    "status": "show what is deployed, and how it differs from ssl.yml",
    "local": "run an emulated AWS account on this machine",
    "demo": "show a deployment in an emulated AWS account",
    "certificate": "check, complete, request or make a certificate",
    "compose": "print the loaded compose model as JSON, as Docker Compose prints it",
    "comment": "write a review as one comment of a pull request",
    "git-setup": "make git diff show certificates in words",
    "textconv": "print a file with certificates in words, for git",
    "schema": "print the JSON Schema of ssl.yml",
}
"""Every command, in the order of a working day: its module in this package, and its help."""

FOREIGN = {
    "plan": "diff", "preview": "diff", "changes": "diff",  # Terraform, OpenTofu, Pulumi
    "apply": "deploy", "up": "deploy", "release": "deploy", "rollout": "deploy", "ship": "deploy",
    "validate": "check", "lint": "check", "verify": "check", "test": "check", "doctor": "check",
    "ssl": "list", "ls": "list", "ps": "list", "get": "list", "listeners": "list",
    "certificates": "list", "certs": "list", "ssl:update": "update", "ssl:create": "create",
    "show": "status", "describe": "status", "info": "status", "state": "status", "events": "status",
    "add": "create", "new": "create", "set": "update", "edit": "update", "renew": "update",
    "rotate": "update", "replace": "update",
    "remove": "delete", "rm": "delete", "del": "delete", "destroy": "delete", "down": "delete",
    "synth": "generate", "build": "generate", "render": "generate", "template": "generate",
    "gen": "generate", "make": "generate", "import": "adopt", "setup": "init", "config": "compose",
    "cert": "certificate", "csr": "certificate", "chain": "certificate", "fetch": "resolve",
    "lock": "resolve",
}  # fmt: skip
"""Words of other tools (Terraform, CDK, Docker Compose, Convox, git, kubectl) for our commands."""

_UNAVAILABLE = 3
_EX_SOFTWARE = 70
_INTERRUPTED = 130


@click.command(
    cls=Commands,
    table=COMMANDS,
    package=__name__,
    foreign=FOREIGN,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: sslstack create web:443 mydomain.crt && make stack",
)
@click.option("-C", "directory", metavar="DIR", help="Run as if started in DIR.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour: on a terminal without NO_COLOR (auto), always, never.",
)
@click.version_option(package_name="sslstack", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, directory: str | None, color: str) -> None:
    """TLS in front of a compose app: docker-compose.yml + ssl.yml -> CloudFormation."""
    if directory is not None:
        try:
            os.chdir(directory)
        except OSError as error:
            raise click.UsageError(f"cannot enter '{directory}': {error.strerror}", ctx) from error
    ctx.color = {"always": True, "never": False}.get(color, None if _may_color() else False)


def _may_color() -> bool:
    """NO_COLOR, https://no-color.org: set and not empty means none, whatever it says.

    Nor does a terminal that calls itself dumb understand any.
    """
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of its outcome.

    SIGTERM and SIGHUP end a command as Ctrl-C does, so that it cleans up and says what remains.
    """
    signals.install()
    output.prepare()
    sys.exit(run(sys.argv[1:] if argv is None else list(argv)))


def run(argv: list[str]) -> int:
    """Run the command line and give the exit code; every error is printed, none escapes.

    Output that could not be written makes 3 of 0: a full disk, a stream that is closed.
    """
    with output.guarded() as streams:
        code = _run(argv)
        for stream in streams:
            stream.settle()
        out, err = streams
        if out.failure:
            with contextlib.suppress(OSError):
                _complain(f"cannot write to {out.name}: {out.failure}")
            return _UNAVAILABLE
        return code or (_UNAVAILABLE if err.failure else 0)


def _run(argv: list[str]) -> int:
    try:
        arguments.refuse_content(cli, argv)
        outcome = cli.main(argv, prog_name="sslstack", standalone_mode=False)
    except InputError as error:
        view.show(error.findings, err=True)
        return error.exit_code
    except SslstackError as error:
        _complain(str(error), error.hint)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return error.exit_code
    except click.ClickException as error:
        _complain(error.format_message(), _help_of(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        output.say("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        output.silence(sys.stdout.fileno())  # whoever read our output has had enough
        return 1
    except (OSError, MemoryError) as error:
        return _outside(error)
    except Exception as error:  # no traceback ever reaches a user
        if os.environ.get("SSLSTACK_TRACEBACK"):
            raise
        _complain(
            f"a defect in sslstack: {type(error).__name__}",
            "run again with SSLSTACK_TRACEBACK=1 and report what it prints",
        )
        return _EX_SOFTWARE
    return outcome if isinstance(outcome, int) else 0


_RUN_OUT = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
)
"""Errors for which the machine is the reason, and not what the command was given."""


def _outside(error: OSError | MemoryError) -> int:
    """Say what a file, a stream or the memory cannot do, and give the exit code."""
    if isinstance(error, MemoryError):
        _complain("out of memory", "raise the limit (ulimit -v), or end other programs")
        return _UNAVAILABLE
    if getattr(sys.stdout, "failure", ""):
        return _UNAVAILABLE  # said once the streams are settled
    try:
        os.getcwd()  # noqa: PTH109 - only whether there is one
    except FileNotFoundError:
        _complain("the working folder was removed", "cd to a folder that exists")
        return InputError.exit_code
    at = Location(str(error.filename)) if error.filename else "sslstack"
    _complain(f"{at}: {files.describe_error(error)}")
    return _UNAVAILABLE if error.errno in _RUN_OUT else InputError.exit_code


def _complain(message: str, hint: str = "") -> None:
    error = escaping.style_text("error", fg="red", bold=True)
    click.echo(f"sslstack: {error}: {escaping.escape_line(message)}", err=True)
    if hint:
        click.echo(f"  hint: {escaping.escape_line(hint)}", err=True)


def _help_of(error: click.ClickException) -> str:
    if isinstance(error, arguments.ContentGiven | MisplacedTarget):
        return error.hint
    if isinstance(error, click.NoSuchOption) and error.option_name in ("-C", "--color"):
        value = {"-C": "DIR", "--color": "WHEN"}[error.option_name]
        return f"put {error.option_name} before the command: sslstack {error.option_name} {value} …"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.ctx.command_path} --help says how"
    return ""
