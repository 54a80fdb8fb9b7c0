"""`sslstack delete`: what `convox ssl delete` did, as an edit of ssl.yml."""

from __future__ import annotations

import click

from sslstack.cli import editing
from sslstack.cli.parameters import Target
from sslstack.declaration import edit


@click.command(epilog="Example: sslstack delete web:443")
@click.argument("target", type=Target())
@editing.stack_option
def command(target: str, *, stack: str | None) -> None:
    """Remove a listener from ssl.yml and say what becomes of its port: TARGET is service:port."""
    opened = editing.begin(target, stack, declared=True)
    text = edit.delete(opened.text, ("listeners", target))
    loaded = editing.judged(opened, text)
    editing.write(opened, text)
    click.echo(f"Deleting SSL listener {target}... OK")
    service, _, port = target.rpartition(":")
    after = editing.listener(loaded, target)
    click.echo(
        f"port {port} of {service}: {'becomes ' * (after is not None)}{editing.described(after)}"
    )
    if after is not None:
        click.echo(
            f"  hint: to close it, take it out of {after.published}, or list the ports to serve "
            f"under services.{service}.ports in {opened.folder.declaration}",
            err=True,
        )
    for finding in loaded.findings:
        if finding.rule == "certificate.unused":
            click.echo(f"  {finding.message}: {finding.location}", err=True)
    click.echo(editing.NEXT, err=True)
