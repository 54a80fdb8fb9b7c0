"""`sslstack delete`: what `convox ssl delete` did, as an edit of ssl.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sslstack.app.editing import listeners, session, targets
from sslstack.cli import editing
from sslstack.cli.parameters import Target
from sslstack.errors import InputError
from sslstack.views import findings

if TYPE_CHECKING:
    from sslstack.app.editing.session import Editing
    from sslstack.app.pipeline import Loaded


@click.command(epilog="Example: sslstack delete web:443")
@click.argument("target", type=Target(), metavar="[TARGET]", required=False)
@click.option("--prune", is_flag=True, help="Remove certificates that no listener uses as well.")
@editing.stack_option
def command(target: str | None, *, prune: bool, stack: str | None) -> None:
    """Remove a listener from ssl.yml and say what becomes of its port: TARGET is service:port.

    Without TARGET, --prune removes the certificates that no listener uses.
    """
    if target is None:
        if not prune:
            raise click.UsageError("give the TARGET to delete, as in web:443")
        _prune_alone(targets.open_only(stack))
        return
    opened = targets.open_target(target, stack, declared=True)
    try:
        text, loaded = _deleted(opened, target)
    except InputError as error:
        if not session.has_errors(opened, error.findings):
            raise
        _delete_among_errors(opened, target, error)
        return
    unused = listeners.unused_certificates(loaded.declared)
    for name in unused if prune else ():
        text = opened.delete(text, ("certificates", name))
    loaded = targets.check_edit(opened, text)
    session.write(opened, text)
    editing.show(f"Deleting SSL listener {target}... OK")
    _show_port(opened, target, loaded)
    _show_certificates(opened, loaded, unused, prune=prune)
    for environment in listeners.environments_with(loaded.declared, target):
        editing.show(f"  environment {environment} still declares {target}", err=True)
    editing.show(editing.NEXT, err=True)


def _delete_among_errors(opened: Editing, target: str, error: InputError) -> None:
    """Delete a listener where the other declarations have errors; those remain."""
    session.write(opened, opened.delete(opened.text, ("listeners", target)))
    click.echo(f"Deleting SSL listener {target}... OK")
    click.echo(f"{findings.count(error.findings)}: 'sslstack check' lists them", err=True)


def _deleted(opened: Editing, target: str) -> tuple[str, Loaded]:
    """Give the text without a listener, and what it declares.

    Where others that lead to the same port of the backend are secure, the listener that
    remains has to be, too: then only its certificate goes.
    """
    text = opened.delete(opened.text, ("listeners", target))
    try:
        return text, targets.check_edit(opened, text)
    except InputError as error:
        if {one.rule for one in error.findings} != {"backend.shared-port"}:
            raise
        kept = listeners.keep_backend(opened, target)
        if kept == opened.text:
            raise _needed(opened, target) from error
        return kept, targets.check_edit(opened, kept)


def _needed(opened: Editing, target: str) -> InputError:
    """Say why a listener without a certificate is declared: others need it to be."""
    others = listeners.sharing(opened, session.check_unchanged(opened), target)
    return InputError.at(
        opened.declared.at_key("listeners", target),
        "listener.needed",
        f"{target} has no certificate; it says how the backend is reached, which it shares with "
        f"{', '.join(others)}",
        hint=f"where the backend speaks plaintext, remove secure: true from {target}, "
        f"{', '.join(others)} in {opened.file}",
    )


def _show_port(opened: Editing, target: str, loaded: Loaded) -> None:
    service, _, port = target.rpartition(":")
    after = listeners.find(loaded, target)
    becomes = "becomes " * (after is not None)
    editing.show(f"port {port} of {service}: {becomes}{listeners.describe(loaded, target)}")
    place = None if after is None else listeners.find_place(loaded, target)
    if place is not None and place.path is not None:
        editing.show(f"  {target} stays declared: its backend port is shared, and encrypted")
    if place is not None:
        editing.show(
            f"  hint: to close it, take it out of {place.published}, or list the ports to serve "
            f"under services.{service}.ports in {opened.file}",
            err=True,
        )


def _show_certificates(opened: Editing, loaded: Loaded, unused: list[str], *, prune: bool) -> None:
    for name in unused:
        if prune:
            editing.show(f"certificate '{name}' removed from {opened.file}; its files stay")
        else:
            place = loaded.declared.at_key("certificates", name)
            editing.show(f"  no listener uses certificate '{name}' now: {place}", err=True)
    if unused and not prune:
        option = f" --stack {opened.folder.name}" if opened.folder.name else ""
        editing.show(f"  hint: sslstack delete --prune{option} removes it from ssl.yml", err=True)


def _prune_alone(opened: Editing) -> None:
    unused = listeners.unused_certificates(opened.declared)
    text = opened.text
    for name in unused:
        text = opened.delete(text, ("certificates", name))
    if not unused:
        editing.show(f"{opened.file}: every certificate is used: nothing to remove")
        return
    loaded = targets.check_edit(opened, text)
    session.write(opened, text)
    _show_certificates(opened, loaded, unused, prune=True)
    editing.show(editing.NEXT, err=True)
