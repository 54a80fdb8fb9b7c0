"""What `create`, `update` and `delete` share on the command line: which stack is meant."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sslstack import app, escaping
from sslstack.app.editing import listeners
from sslstack.cli import tracked
from sslstack.cli.parameters import MisplacedTarget, Target
from sslstack.findings import Severity
from sslstack.stack.model import FileCertificate
from sslstack.views import findings
from sslstack.views.listeners import display_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sslstack.app.editing.session import Editing
    from sslstack.app.pipeline import Loaded

_Command = TypeVar("_Command", bound="Callable[..., Any]")

NEXT = "next: sslstack generate, and review the template"
"""Said after an edit: `make stack` may not be there, this is."""

stack_option = click.option(
    "--stack", metavar="STACK", help="Which stack, where several have such a target."
)
_CERTIFICATE_OPTIONS = (
    click.option("--chain", metavar="FILE", help="Intermediate certificates, in PEM."),
    click.option("--roots", metavar="FILE", help="Root certificates of a private CA."),
    click.option(
        "--secure",
        is_flag=True,
        help="The backend speaks HTTPS (or TLS), on all ports that lead to it.",
    ),
    click.option(
        "--protocol",
        type=click.Choice(["https", "tls"]),
        help="What clients speak: https (default) or tls, without X-Forwarded-*.",
    ),
    click.option("--security-policy", metavar="POLICY", help="Predefined ELB security policy."),
    click.option(
        "--force", is_flag=True, help="Take a certificate that is not valid now, for a test."
    ),
)


def certificate_options(command: _Command) -> _Command:
    """Add the options that `create` and `update` share, in the order of their help."""
    for option in reversed(_CERTIFICATE_OPTIONS):
        command = option(command)
    return command


def show(text: str, *, err: bool = False) -> None:
    """Print one line; what people and strangers wrote in it neither moves nor hides anything."""
    click.echo(escaping.escape_line(text), err=err)


class TargetCommand(click.Command):
    """A command whose first argument is TARGET; one that stands behind the files is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; raises MisplacedTarget."""
        words = _positional(self, ctx, args)
        targets = [one for one in words if Target.is_valid(one)]
        if words and not Target.is_valid(words[0]) and len(targets) == 1:
            rest = list(args)
            rest.remove(targets[0])
            rest.insert(rest.index(words[0]), targets[0])
            raise MisplacedTarget(targets[0], f"{ctx.command_path} {shlex.join(rest)}", ctx)
        return super().parse_args(ctx, args)


def _positional(command: click.Command, ctx: click.Context, args: list[str]) -> list[str]:
    try:
        values, left, _ = command.make_parser(ctx).parse_args(list(args))
    except click.UsageError:
        return []
    own = [values.get(one.name or "") for one in command.params if isinstance(one, click.Argument)]
    return [one for one in (*own, *left) if isinstance(one, str)]


def typed_command(command: str, target: str, options: Mapping[str, str | bool | None]) -> str:
    """Give the words of a command before its files, with the options that were typed."""
    words = ["sslstack", command, target]
    for name, value in options.items():
        if value:
            words += [f"--{name.replace('_', '-')}", *([value] if isinstance(value, str) else [])]
    return shlex.join(words)


def show_domains(loaded: Loaded, certificate: str | None) -> None:
    """Print the names in a certificate that is read from a file."""
    found = loaded.stack.certificate(certificate) if certificate else None
    if isinstance(found, FileCertificate):
        for domain in found.chain.domains:
            show(f"  {display_name(domain)}")


def show_ports(target: str, others: Sequence[str], before: Loaded | None, after: Loaded) -> None:
    """Print what becomes of the port of a target, and of those that share its backend port."""
    for one in (target, *others):
        was, is_now = (listeners.describe(at, one) for at in (before, after))
        port = one.rpartition(":")[2]
        show(f"port {port}: {was} becomes {is_now}")
        if one != target:
            show(f"  secure: true on {one} as well: it leads to the same port as {target}")


def show_next(opened: Editing, before: Loaded | None, after: Loaded, notes: Sequence[str]) -> None:
    """Say what was not compared, what the edit is warned of, what git has, and what to do."""
    for note in notes:
        show(note, err=True)
    known = {(one.rule, one.message) for one in (before.findings if before else ())}
    added = [one for one in after.findings if (one.rule, one.message) not in known]
    findings.show([one for one in added if one.severity is Severity.WARNING], err=True)
    for one in after.findings:
        if one.rule == app.pipeline.UNRESOLVED:
            show(f"{one.message}; 'sslstack generate' fetches it", err=True)
    tracked.show(opened.folder)
    show(NEXT, err=True)
