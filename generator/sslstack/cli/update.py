"""`sslstack update`: another certificate for a listener, as an edit of ssl.yml."""

from __future__ import annotations

import click

from sslstack import escaping
from sslstack.cli import editing, tracked
from sslstack.cli.parameters import Target
from sslstack.declaration import edit
from sslstack.errors import InputError
from sslstack.views.listeners import display_name


@click.command(epilog="Example: sslstack update web:443 mydomain-2027.crt")
@click.argument("target", type=Target())
@click.argument("certificate", metavar="CERT")
@click.argument("key", required=False)
@click.option("--chain", metavar="FILE", help="Intermediate certificates, in PEM.")
@click.option("--roots", metavar="FILE", help="Root certificates of a private authority.")
@editing.stack_option
def command(
    target: str,
    certificate: str,
    key: str | None,
    chain: str | None,
    roots: str | None,
    *,
    stack: str | None,
) -> None:
    """Declare another certificate for a listener: TARGET is service:port.

    A certificate that has a name is changed under that name, for every listener that uses it.
    """
    opened = editing.begin(target, stack, declared=True)
    listeners = opened.declared.ssl.listeners
    used = listeners[target].certificate
    if used is None:
        raise InputError.at(
            opened.declared.at_key("listeners", target),
            "listener.no-certificate",
            f"listener {target} has no certificate to update",
            hint=f"sslstack create {target} {certificate}",
        )
    given = editing.certificate_mapping(
        opened, certificate, private_key=key, chain=chain, roots=roots
    )
    is_named = isinstance(used, str) and used in opened.declared.ssl.certificates
    path = ("certificates", str(used)) if is_named else ("listeners", target, "certificate")
    if isinstance(given, str):
        path = ("listeners", target, "certificate")
        text = edit.set_value(opened.text, path, given)
    else:
        text = edit.set_value(opened.text, path, editing.kept(opened, path) | given)
    loaded = editing.judged(opened, text)
    editing.write(opened, text)
    sharing = [t for t, one in listeners.items() if one.certificate == used] if is_named else []
    for name in sharing if isinstance(given, dict) else [target]:
        click.echo(
            escaping.line(f"{opened.folder.declaration}: {name} has certificate {certificate}")
        )
    one = editing.listener(loaded, target)
    for domain in editing.domains(loaded, one.certificate if one else None):
        click.echo(f"  {display_name(domain)}")
    editing.show_incomplete(loaded)
    tracked.show(opened.folder)
    click.echo(editing.NEXT, err=True)
