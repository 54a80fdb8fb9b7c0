"""What `create`, `update` and `delete` share on the command line: which stack is meant."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sslstack import app, escaping, workspace
from sslstack.app import collisions, stack_names
from sslstack.app.editing import listeners, session
from sslstack.cli import tracked
from sslstack.cli.parameters import MisplacedTarget, Target
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity, find_nearest, list_names
from sslstack.stack.model import FileCertificate
from sslstack.views import findings
from sslstack.views.listeners import display_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sslstack.app.editing.session import Editing
    from sslstack.app.pipeline import Loaded
    from sslstack.workspace import StackFolder

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


def begin(target: str, stack: str | None, *, declared: bool) -> Editing:
    """Find the stack of a target: the one that declares it, or whose compose file has it.

    Raises InputError when none or several do.
    """
    editings = [session.open_stack(folder) for folder in _folders(stack)]
    targets = [_declared(one) if declared else _published(one) for one in editings]
    having = [one for one, own in zip(editings, targets, strict=True) if target in own]
    if len(having) == 1:
        return having[0]
    if not having and len(editings) == 1 and not declared:
        return editings[0]  # the pipeline says why, at the line of the compose file
    known = sorted({one for own in targets for one in own})
    finding = _several(target, having) if having else _unknown(target, known, declared=declared)
    alone = editings[0].file if len(editings) == 1 else workspace.STACKS
    raise InputError([replace(finding, location=Location(alone))])


def lone(stack: str | None) -> Editing:
    """Open the one stack that is meant; raises InputError where there are several."""
    folders = _folders(stack)
    if len(folders) > 1:
        raise workspace.several(folders)
    return session.open_stack(folders[0])


def check(
    editing: Editing,
    text: str,
    beside: Mapping[Path, bytes] | None = None,
    *,
    known: Sequence[Finding] = (),
) -> Loaded:
    """Give what an edited text declares; raises InputError with the errors that it brings.

    Two stacks of one name are an error of the edited one, too. A finding that is among the
    `known` ones has its place from there: the file that was typed.
    """
    try:
        loaded = session.check(editing, text, beside)
    except InputError as error:
        raise InputError([_placed(one, known) for one in error.findings]) from error
    folder, name = editing.folder, loaded.stack.name
    collisions.refuse_made({folder: app.pipeline.list_templates(folder, loaded.declared, name)})
    return loaded


def _placed(finding: Finding, known: Sequence[Finding]) -> Finding:
    same = [one for one in known if (one.rule, one.message) == (finding.rule, finding.message)]
    return replace(finding, location=same[0].location) if same else finding


def _several(target: str, having: Sequence[Editing]) -> Finding:
    stacks = ", ".join(str(e.folder) for e in having)
    return Finding(
        rule="target.ambiguous",
        message=f"several stacks have {target}: {stacks}",
        location=Location(workspace.STACKS),
        hint="choose one: " + " or ".join(f"--stack {e.folder}" for e in having),
    )


def _unknown(target: str, known: Sequence[str], *, declared: bool) -> Finding:
    what = f"no listener {target}" if declared else f"no compose file publishes {target}"
    none = "none are declared" if declared else "none are published"
    near = find_nearest(target, known)
    return Finding(
        rule="target.unknown",
        message=what if known else f"{what}; {none}",
        location=Location(workspace.STACKS),
        hint=f"did you mean '{near}'? there are: {list_names(known)}"
        if near
        else f"there are: {list_names(known)}"
        if known
        else f"sslstack create {target} CERT KEY declares it"
        if declared
        else "publish the port in the compose file",
    )


def _folders(stack: str | None) -> tuple[StackFolder, ...]:
    """Give the stacks to look through; a lone compose file is a stack that begins now."""
    try:
        return stack_names.find_stacks([stack] if stack else [])
    except InputError:
        if stack or Path(workspace.STACKS).is_dir():
            raise
        return (workspace.StackFolder(root=Path(), folder=Path(), name=""),)


def _declared(editing: Editing) -> list[str]:
    return list(editing.declared.ssl.listeners)


def _published(editing: Editing) -> list[str]:
    return [
        f"{service.name}:{port.number}"
        for service in session.project(editing).services.values()
        for port in service.ports
        if port.number is not None
    ]


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
