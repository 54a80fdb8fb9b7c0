"""`sslstack update`: another certificate for a listener, as an edit of ssl.yml."""

from __future__ import annotations

import datetime
import shlex
from typing import TYPE_CHECKING

import click

from sslstack.app.editing import certificates, listeners, renewal, session, targets
from sslstack.app.editing.certificates import Checked, Given
from sslstack.cli import editing
from sslstack.cli.parameters import Target
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.app.editing.certificates import Entry
    from sslstack.app.editing.session import Editing


@click.command(
    cls=editing.TargetCommand, epilog="Example: sslstack update web:443 mydomain-2027.crt"
)
@click.argument("target", type=Target())
@click.argument("certificate", metavar="[CERT]", required=False)
@click.argument("key", required=False)
@editing.certificate_options
@editing.stack_option
def command(
    target: str,
    certificate: str | None,
    key: str | None,
    chain: str | None,
    roots: str | None,
    *,
    secure: bool,
    protocol: str | None,
    security_policy: str | None,
    force: bool,
    stack: str | None,
) -> None:
    """Declare another certificate for a listener: TARGET is service:port.

    What is not given stays as it is: the chain, the key, and with options alone the certificate.
    A certificate that has a name is changed under that name, for every listener that uses it.
    """
    if not (certificate or chain or roots or secure or protocol or security_policy):
        raise click.UsageError("nothing to update: give CERT or an option")
    opened = targets.open_target(target, stack, declared=True)
    typed = {"stack": stack, "secure": secure, "protocol": protocol, "force": force}
    typed |= {"security_policy": security_policy}
    create = editing.typed_command("create", target, typed | {"chain": chain, "roots": roots})
    words = shlex.join([certificate or "CERT", *([key] if key else [])])
    _refuse_without_certificate(opened, target, f"{create} {words}")
    given = Given(
        certificate=certificate,
        private_key=key,
        chain=chain,
        roots=roots,
        force=force,
        command=editing.typed_command("update", target, typed),
    )
    before = session.check_unchanged(opened)
    entry = certificates.find_for_update(opened, target, given)
    said = certificates.change(opened, entry, given)
    text = opened.text if said == entry.said else opened.set(opened.text, entry.path, said)
    options = {
        "certificate": entry.reference,
        "protocol": protocol,
        "security_policy": security_policy,
    }
    text = listeners.set_options(opened, text, target, options)
    others: list[str] = []
    if secure:
        text, others = listeners.secure(opened, text, before, target)
    if text == opened.text:
        editing.show(f"{opened.file}: {target} is declared like this already: nothing to change")
        return
    now = datetime.datetime.now(datetime.UTC)
    checked = (
        certificates.check(opened, said, given, now) if certificate or given.files else Checked()
    )
    after = targets.check_edit(opened, text, known=checked.findings)
    session.write(opened, text)
    was, listener = listeners.find(before, target), listeners.find(after, target)
    name, former = listeners.certificate_name(listener), listeners.certificate_name(was)
    for one in _changed(opened, target, entry, alone=said == entry.said):
        editing.show(f"{opened.file}: {one} has certificate {certificate or name}")
    old = before.stack.certificate(former) if before and former else None
    words = renewal.describe(old, after.stack.certificate(name) if name else None)
    if words and (certificate or given.files):
        editing.show(f"  {words}")
    editing.show_domains(after, name)
    if secure or protocol:
        editing.show_ports(target, others, before, after)
    editing.show_next(opened, before, after, checked.notes)


def _refuse_without_certificate(opened: Editing, target: str, create: str) -> None:
    if opened.declared.ssl.listeners[target].certificate is None:
        raise InputError.at(
            opened.declared.at_key("listeners", target),
            "listener.no-certificate",
            f"listener {target} has no certificate to update",
            hint=create,
        )


def _changed(opened: Editing, target: str, entry: Entry, *, alone: bool) -> list[str]:
    """Give the targets that a change is for: all that use the certificate by its name."""
    name = entry.path[1]
    users = opened.declared.ssl.listeners.items()
    if alone or entry.path[0] != "certificates":
        return [target]
    return [*dict.fromkeys([*(one for one, said in users if said.certificate == name), target])]
