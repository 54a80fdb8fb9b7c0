"""`sslstack create`: what `convox ssl create` did, as an edit of ssl.yml."""

from __future__ import annotations

import datetime
import shlex
from typing import TYPE_CHECKING

import click

from sslstack.app.editing import certificates, listeners, session, targets
from sslstack.app.editing.certificates import Given
from sslstack.cli import editing
from sslstack.cli.parameters import Target
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.app.editing.session import Editing


@click.command(
    cls=editing.TargetCommand,
    epilog="Example: sslstack create web:443 mydomain.crt mydomain.key --secure",
)
@click.argument("target", type=Target())
@click.argument("certificate", metavar="CERT")
@click.argument("key", required=False)
@editing.certificate_options
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
    force: bool,
    stack: str | None,
) -> None:
    """Declare TLS for a published port: TARGET is service:port.

    CERT is a file in PEM, an ARN, or the name of a certificate in ssl.yml. KEY is only noted
    down, for 'check' and 'push'; it never enters a template.
    """
    opened = targets.open_target(target, stack, declared=False)
    typed = {"stack": stack, "secure": secure, "protocol": protocol, "force": force}
    typed |= {"security_policy": security_policy}
    given = Given(
        certificate=certificate,
        private_key=key,
        chain=chain,
        roots=roots,
        force=force,
        command=editing.typed_command("create", target, typed),
    )
    entry = certificates.find_for_create(opened, target, given)
    said = certificates.change(opened, entry, given)
    reference = said if entry.path[0] == "listeners" else entry.reference
    options = {"certificate": reference, "protocol": protocol, "security_policy": security_policy}
    before = session.check_unchanged(opened)
    text = opened.text if said == entry.said else opened.set(opened.text, entry.path, said)
    text = listeners.set_options(opened, text, target, options)
    others: list[str] = []
    if secure:
        text, others = listeners.secure(opened, text, before, target)
    command = editing.typed_command("update", target, typed | {"chain": chain, "roots": roots})
    words = shlex.join([one for one in (certificate, key) if one])
    if _has_certificate(opened, target, f"{command} {words}", same=text == opened.text):
        editing.show(f"{opened.file}: {target} is declared like this already: nothing to change")
        return
    checked = certificates.check(opened, said, given, datetime.datetime.now(datetime.UTC))
    after = targets.check_edit(opened, text, known=checked.findings)
    session.write(opened, text)
    listener = listeners.find(after, target)
    name = listeners.certificate_name(listener)
    editing.show(f"{opened.file}: {target} declared with certificate {name}")
    editing.show_domains(after, name)
    editing.show_ports(target, others, before, after)
    editing.show_next(opened, before, after, checked.notes)


def _has_certificate(opened: Editing, target: str, update: str, *, same: bool) -> bool:
    """Tell whether a listener is declared just like this; raises InputError where otherwise.

    `update` is the command that declares it so.
    """
    listener = opened.declared.ssl.listeners.get(target)
    if listener is None or listener.certificate is None:
        return False
    if not same:
        raise InputError.at(
            opened.declared.at_key("listeners", target),
            "listener.exists",
            f"listener {target} is declared already",
            hint=update,
        )
    return True
