"""What the commands that talk to AWS share: options, passwords, a reporter for terminals."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from sslstack import files, workspace
from sslstack.cli.certificate.files import password as first_line
from sslstack.deploy import review
from sslstack.deploy.sequence import Interrupted
from sslstack.errors import DeploymentFailed, InputError, SslstackError, UnavailableError
from sslstack.findings import Location, nearest
from sslstack.views import deployment as view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from sslstack.changes import ResourceChange
    from sslstack.declaration import Declaration
    from sslstack.declaration.model import Environment
    from sslstack.deploy.aws import Aws
    from sslstack.deploy.change_set import ChangeSet
    from sslstack.deploy.events import End, Operation, StackEvent
    from sslstack.diff import Review
    from sslstack.pipeline import Generated
    from sslstack.views.live import LiveView
    from sslstack.workspace import StackFolder

INTERRUPTED = 128 + signal.SIGINT
"""Exit code of a command that Ctrl-C ended."""
_RESUME = "the stack goes on by itself; watch it with: sslstack execute {arn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line, and below it the environment, say of a deployment.

    `stack` is the deployed stack's name where it is not the declared one. `stand_ins` are values
    for parameters of private keys that are not at hand.
    """

    parameters: Mapping[str, str]
    tags: Mapping[str, str] | None
    role_arn: str
    bucket: str
    capabilities: tuple[str, ...]
    password_file: str | None
    stack: str = ""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    termination_protection: bool | None = None
    keep_load_balancers: bool | None = None


def session(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which account and region are meant."""
    command = click.option("--region", metavar="NAME", help="Region; default: as AWS's tools.")(
        command
    )
    return click.option("--profile", metavar="NAME", help="Profile; default: as AWS's tools.")(
        command
    )


def password_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the file with a password."""
    return click.option(
        "--password-file", metavar="FILE", help="Password of private keys; else it is asked for."
    )(command)


def environment(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that chooses one of the environments of ssl.yml."""
    return click.option(
        "--environment", metavar="NAME", help="One of the environments in ssl.yml."
    )(command)


def chosen(folder: StackFolder, name: str | None) -> Environment:
    """Give the environment that is meant, an empty one where none is declared.

    Raises InputError for an unknown name, and for none where there are some: where a stack
    goes is not guessed.
    """
    from sslstack import declaration  # noqa: PLC0415 - late, for --help

    return environment_of(declaration.load(folder.declaration, files.Reader()), name)


def environment_of(declared: Declaration, name: str | None) -> Environment:
    """Give the environment of a name in a declaration, as `chosen` does."""
    from sslstack.declaration.model import Environment  # noqa: PLC0415 - late, for --help

    environments = declared.ssl.environments
    if name is None and not environments:
        return Environment()
    if name is not None and name in environments:
        return environments[name]
    known = ", ".join(environments) or "none"
    near = nearest(name, environments) if name else None
    raise InputError.at(
        declared.at_key("environments"),
        "environment.unknown" if name else "environment.not-chosen",
        f"no environment is named '{name}'"
        if name
        else "it is not said which environment is meant",
        hint=f"did you mean '{near}'?" if near else f"--environment NAME; there are: {known}",
    )


def unit(folder: StackFolder, name: str | None, where: Environment | None) -> StackFolder:
    """Give what is generated for an environment: the stack as it is there, if it is different."""
    return folder.within(name) if name and where is not None and where.varies else folder


def connect(profile: str | None, region: str | None, environment: Environment | None = None) -> Aws:
    """Open AWS; what is told while waiting goes to stderr.

    What the command line says counts before what the environment declares. Raises
    SslstackError when the credentials are of another account than it declares.
    """
    from sslstack.deploy.aws import connect as open_  # noqa: PLC0415 - late, it imports boto3

    if environment is not None:
        profile, region = profile or environment.profile, region or environment.region
    aws = open_(profile, region)
    aws.tell = lambda words: click.echo(words, err=True)
    if environment is not None and environment.account is not None:
        account_checked(aws, environment.account)
    return aws


def account_checked(aws: Aws, account: str) -> None:
    """Refuse credentials of another account, before anything is sent."""
    actual = str(aws.read("sts", "get_caller_identity")["Account"])
    if actual != account:
        raise UnavailableError(
            f"these credentials are of account {actual}, the environment is account {account}",
            hint="choose another --profile, or correct 'account' in ssl.yml",
        )


def only(name: str | None) -> StackFolder:
    """Give the one stack that is meant; raises InputError where there are several."""
    found = workspace.find(() if name is None else (name,))
    if len(found) > 1:
        raise workspace.several(found)
    return found[0]


def passwords(path: str | None) -> Callable[[str], bytes | None]:
    """Give what opens encrypted keys: the file's first line, or whoever sits there."""

    def ask(name: str) -> bytes | None:
        if path is not None:
            return first_line(path)
        if not sys.stdin.isatty():
            return None
        given: str = click.prompt(f"password of {name}", hide_input=True, err=True)
        return given.encode()

    return ask


def pairs(given: tuple[str, ...], option: str) -> Mapping[str, str]:
    """Take `NAME=VALUE` apart; `@FILE` as value is a file's content, without its last LF."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.UsageError(f"{option} {text}: it takes NAME=VALUE")
        found[name] = _content(value[1:]) if value.startswith("@") else value
    return found


def _content(path: str) -> str:
    from pathlib import Path  # noqa: PLC0415 - for the few who use it

    try:
        return files.read(Path(path)).decode().removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = files.reason(error) if isinstance(error, OSError) else "it is not text"
        raise InputError.at(Location(path), "file.unreadable", why) from error


def compared(aws: Aws, stack: str, made: Generated) -> Review:
    """Compare the deployed template with a generated one; a stack that is not there is empty."""
    from sslstack import cloudformation, diff  # noqa: PLC0415 - only where AWS is asked
    from sslstack.deploy import status, template  # noqa: PLC0415

    found = status.read(aws, stack)
    text = template.deployed(aws, found) if found is not None else ""
    before = cloudformation.loads(text, "deployed") if text else {}
    after = cloudformation.loads(made.text, made.template)
    return diff.review(
        made.template, "deployed", diff.side(text, before), diff.side(made.text, after)
    )


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it cleans up and says what remains."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(kw_only=True)
class PlainReporter:
    """Plain lines on stderr; the change set itself on stdout.

    `compared` is the deployed template against the proposed one: its consequences are said
    first, and what CloudFormation proposes otherwise. `yes` answers the question, but not the
    one about load balancers: for these `allowed` has to hold the logical ID.
    """

    origins: Mapping[str, Location] = field(default_factory=dict)
    form: str = "text"
    compared: Review | None = None
    yes: bool = False
    allowed: tuple[str, ...] = ()
    execute_it: bool = True
    live: LiveView | None = None

    def review(self, change_set: ChangeSet) -> bool:
        """Show what would change, and ask.

        With JSON to come on stdout, a terminal is shown the text on stderr.
        """
        final = change_set.empty or not self.execute_it
        if self.form == "markdown":
            click.echo(view.markdown(change_set, self.origins), nl=False)
        elif self.form == "json" and final:
            click.echo(view.as_json(change_set), nl=False)
        else:
            aside = self.form == "json"
            click.echo("".join(self._consequences(change_set)), nl=False, err=aside)
            click.echo(view.text(change_set, self.origins), nl=False, err=aside)
            self._surprises(change_set)
        if final:
            self._warn_of(review.grave(change_set.changes))
            return False
        return self._grave(change_set) and (self.yes or self._asked(change_set))

    def _consequences(self, change_set: ChangeSet) -> Iterator[str]:
        from sslstack.views.review.text import consequences  # noqa: PLC0415 - only for these

        if self.compared is not None and not change_set.empty:
            yield from consequences(self.compared.consequences)

    def _surprises(self, change_set: ChangeSet) -> None:
        """Say where CloudFormation proposes other things than the templates' difference."""
        from sslstack.diff import surprises  # noqa: PLC0415 - only for these

        if self.compared is None or change_set.empty:
            return
        for line in surprises(self.compared.diff, change_set.changes):
            click.echo(f"{click.style('unexpected', fg='red', bold=True)}: {line}", err=True)

    def _grave(self, change_set: ChangeSet) -> bool:
        """Have the stack's name typed where a load balancer would get another DNS name."""
        found = review.grave(change_set.changes, self.allowed)
        if not found:
            return True
        self._warn_of(found)
        if not sys.stdin.isatty():
            options = " ".join(f"--allow-replacement {change.logical_id}" for change in found)
            raise SslstackError("--yes does not cover load balancers", hint=options)
        given = click.prompt(f"type the stack's name ({change_set.stack}) to go on", err=True)
        return bool(given == change_set.stack)

    def _warn_of(self, found: tuple[ResourceChange, ...]) -> None:
        for change in found:
            words = f"{view.verb(change)} load balancer {change.logical_id}: its DNS name ends"
            click.echo(click.style(words, fg="red", bold=True), err=True)

    def _asked(self, change_set: ChangeSet) -> bool:
        if not sys.stdin.isatty():
            raise SslstackError(
                f"nobody can be asked whether to execute {change_set.arn}",
                hint="--yes takes it as reviewed; --no-execute leaves it for 'sslstack execute'",
            )
        return click.confirm("execute this change set?", err=True)

    def begin(self, change_set: ChangeSet | None, operation: Operation) -> None:
        """Say how to come back, and on a terminal begin the live view."""
        click.echo(f"executing; to come back: sslstack execute {operation.change_set}", err=True)
        self.watch(change_set, "deploying")

    def watch(self, change_set: ChangeSet | None, title: str) -> None:
        """Begin the live view, on a terminal that can take back what it shows."""
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            return
        from sslstack.views.live import LiveView, Progress, console  # noqa: PLC0415 - rich

        name = f"{change_set.stack}: {title}" if change_set else title
        context = click.get_current_context(silent=True)
        plain = context is not None and context.color is False
        self.live = LiveView(Progress.of(change_set, name), console(plain=plain)).__enter__()

    def event(self, event: StackEvent) -> None:
        """Show one step: in the live view, in a pipe as a line."""
        if self.live is None:
            click.echo(view.event(event), err=True)
        else:
            self.live.take(event)

    def settle(self) -> None:
        """End the live view; what is printed from here on stays."""
        if self.live is not None:
            self.live.__exit__(None, None, None)
            self.live = None

    def detached(self, arn: str) -> int:
        """Say how to come back, after Ctrl-C; gives the exit code."""
        self.settle()
        click.echo(_RESUME.format(arn=arn), err=True)
        return INTERRUPTED

    def interrupted(self, arn: str) -> Interrupted:
        """Ask whether to leave or to cancel; where nobody can be asked, leave."""
        self.settle()
        if not sys.stdin.isatty():
            return Interrupted.DETACH
        click.echo(f"\n{_RESUME.format(arn=arn)}", err=True)
        options = click.Choice([one.value for one in Interrupted])
        with contextlib.suppress(click.Abort):
            return Interrupted(click.prompt("and now", type=options, default="detach", err=True))
        return Interrupted.DETACH


def conclude(stack: str, end: End, change_set: ChangeSet | None, reporter: PlainReporter) -> None:
    """Show how it ended; raises DeploymentFailed, its message the root cause, last."""
    reporter.settle()
    if reporter.form == "json" and change_set is not None:
        click.echo(view.as_json(change_set, end), nl=False)
    shown = view.conclusion(stack, end, reporter.origins)
    if end.succeeded:
        click.echo(shown, nl=False, err=True)
        return
    *before, last = shown.splitlines()
    for line in before:
        click.echo(line, err=True)
    raise DeploymentFailed(last)
