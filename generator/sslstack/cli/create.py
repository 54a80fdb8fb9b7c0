"""`sslstack create`: what `convox ssl create` did, as an edit of ssl.yml."""

from __future__ import annotations

from typing import Any

import click

from sslstack import escaping
from sslstack.cli import editing, tracked
from sslstack.cli.parameters import Target
from sslstack.declaration import edit
from sslstack.errors import InputError
from sslstack.views.listeners import display_name


@click.command(epilog="Example: sslstack create web:443 mydomain.crt mydomain.key --secure")
@click.argument("target", type=Target())
@click.argument("certificate", metavar="CERT")
@click.argument("key", required=False)
@click.option("--chain", metavar="FILE", help="Intermediate certificates, in PEM.")
@click.option("--roots", metavar="FILE", help="Root certificates of a private authority.")
@click.option("--secure", is_flag=True, help="The backend speaks HTTPS (or TLS).")
@click.option(
    "--protocol",
    type=click.Choice(["https", "tls"]),
    help="What clients speak: https (default) or tls, without X-Forwarded-*.",
)
@click.option("--security-policy", metavar="POLICY", help="Predefined ELB security policy.")
@editing.stack_option
def command(
    target: str,
    certificate: str,
    key: str | None,
    chain: str | None,
    roots: str | None,
    *,
    secure: bool,
    protocol: str | None,
    security_policy: str | None,
    stack: str | None,
) -> None:
    """Declare TLS for a published port: TARGET is service:port.

    CERT is a file in PEM, an ARN, or the name of a certificate in ssl.yml. KEY is only noted
    down, for 'check' and 'push'; it never enters a template.
    """
    opened = editing.begin(target, stack, declared=False)
    listener = opened.declared.ssl.listeners.get(target)
    if listener is not None and listener.certificate is not None:
        raise InputError.at(
            opened.declared.at_key("listeners", target),
            "listener.exists",
            f"listener {target} is declared already",
            hint=f"sslstack update {target} {certificate}",
        )
    given = editing.certificate_mapping(
        opened, certificate, private_key=key, chain=chain, roots=roots
    )
    text, name = editing.with_certificate(opened, given)
    options: dict[str, Any] = {
        "certificate": name,
        "protocol": protocol,
        "secure": secure or None,
        "security_policy": security_policy,
    }
    for option, value in options.items():
        if value is not None:
            text = edit.set_value(text, ("listeners", target, option), value)
    before = editing.listener(editing.before(opened), target)
    loaded = editing.judged(opened, text)
    editing.write(opened, text)
    after = editing.described(editing.listener(loaded, target))
    click.echo(
        escaping.line(f"{opened.folder.declaration}: {target} declared with certificate {name}")
    )
    for domain in editing.domains(loaded, name):
        click.echo(f"  {display_name(domain)}")
    click.echo(f"port {target.rpartition(':')[2]}: {editing.described(before)} becomes {after}")
    editing.show_incomplete(loaded)
    tracked.show(opened.folder)
    click.echo(editing.NEXT, err=True)
