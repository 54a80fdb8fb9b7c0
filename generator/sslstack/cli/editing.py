"""What `create`, `update` and `delete` share: find the stack, judge the edit, then write it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from sslstack import certificates, declaration, files, pipeline, workspace
from sslstack.cli import collisions, naming
from sslstack.declaration import edit
from sslstack.declaration.model import Certificate
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity
from sslstack.stack import load_project
from sslstack.stack.model import FileCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sslstack.declaration import Declaration
    from sslstack.pipeline import Loaded
    from sslstack.stack.model import Listener
    from sslstack.workspace import StackFolder

NEXT = "next: sslstack generate, and review the template"
"""Said after an edit: `make stack` may not be there, this is."""
_NOT_COMPARED = "so it is not compared with the certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """The ssl.yml that is edited: its stack, its text and what it declares now."""

    folder: StackFolder
    text: str
    declared: Declaration


stack_option = click.option(
    "--stack", metavar="STACK", help="Which stack, where several have such a target."
)


def begin(target: str, stack: str | None, *, declared: bool) -> Editing:
    """Find the stack of a target: the one that declares it, or whose compose file has it.

    Raises InputError when none or several do.
    """
    folders = _folders(stack)
    editings = [_open(folder) for folder in folders]
    if declared:
        having = [e for e in editings if target in e.declared.ssl.listeners]
        known = [t for e in editings for t in e.declared.ssl.listeners]
    else:
        targets = {id(e): _targets(e) for e in editings}
        having = [e for e in editings if target in targets[id(e)]]
        known = [t for found in targets.values() for t in found]
    if len(having) == 1:
        return having[0]
    if not having and len(editings) == 1 and not declared:
        return editings[0]  # the pipeline says why, at the line of the compose file
    finding = _not_one(target, having, known, declared=declared)
    alone = str(editings[0].folder.declaration) if len(editings) == 1 else workspace.STACKS
    raise InputError([replace(finding, location=Location(alone))])


def lone(stack: str | None) -> Editing:
    """Open the one stack that is meant; raises InputError where there are several."""
    folders = _folders(stack)
    if len(folders) > 1:
        raise workspace.several(folders)
    return _open(folders[0])


def _not_one(
    target: str, having: Sequence[Editing], known: Sequence[str], *, declared: bool
) -> Finding:
    if having:
        stacks = ", ".join(str(e.folder) for e in having)
        return Finding(
            rule="target.ambiguous",
            message=f"several stacks have {target}: {stacks}",
            location=Location(workspace.STACKS),
            hint="say which: --stack NAME",
        )
    which = "declares" if declared else "publishes"
    return Finding(
        rule="target.unknown",
        message=f"nothing {which} {target}",
        location=Location(workspace.STACKS),
        hint=f"there are: {', '.join(sorted(set(known)))}" if known else "there is none",
    )


def _folders(stack: str | None) -> tuple[StackFolder, ...]:
    """Give the stacks to look through; a lone compose file is a stack that begins now."""
    try:
        return naming.find([stack] if stack else [])
    except InputError:
        if stack or Path(workspace.STACKS).is_dir():
            raise
        return (workspace.StackFolder(root=Path(), folder=Path(), name=""),)


def _open(folder: StackFolder) -> Editing:
    path = folder.declaration
    try:
        content = files.read(path)
    except FileNotFoundError:
        content = edit.NEW.encode()
    except OSError as error:
        raise InputError.at(Location(str(path)), "file.unreadable", _reason(error)) from error
    declared = declaration.load(path, files.Reader({path: content}))
    return Editing(folder=folder, text=content.decode(), declared=declared)


def _targets(editing: Editing) -> list[str]:
    project = load_project(editing.declared, editing.folder.folder, files.Reader())
    return [
        f"{service.name}:{port.number}"
        for service in project.services.values()
        for port in service.ports
        if port.number is not None
    ]


def judged(editing: Editing, text: str, beside: Mapping[Path, bytes] | None = None) -> Loaded:
    """Give what an edited text declares; raises InputError with the errors it brings.

    They name the file but no line in it: the edited text is not what stands there. `beside`
    holds files that are to be written with it.
    """
    path = editing.folder.declaration
    try:
        reader = files.Reader({path: text.encode(), **(beside or {})})
        loaded = pipeline.load(editing.folder, reader, incomplete=True)
        folder, name = editing.folder, loaded.stack.name
        collisions.stop({folder: collisions.of_declaration(folder, loaded.declared, name)})
    except InputError as error:
        whole = Location(str(path))
        raise InputError(
            replace(finding, location=whole) if finding.location.file == str(path) else finding
            for finding in error.findings
            if finding.severity is Severity.ERROR
        ) from None
    return loaded


def show_incomplete(loaded: Loaded) -> None:
    """Say which issuers are still to be fetched; 'sslstack generate' does."""
    for one in loaded.findings:
        if one.rule == pipeline.UNRESOLVED:
            click.echo(f"{one.message}; 'sslstack generate' fetches it", err=True)


def before(editing: Editing) -> Loaded | None:
    """Give what is declared now, None when that has errors of its own."""
    try:
        return judged(editing, editing.text)
    except InputError:
        return None


def write(editing: Editing, text: str, beside: Mapping[Path, bytes] | None = None) -> None:
    """Write the edited text, whole or not at all, after what it names; raises OSError.

    Raises InputError where somebody else has written the declaration since it was read.
    """
    path = editing.folder.declaration
    with files.lock(editing.folder.folder):
        if _open(editing.folder).text != editing.text:
            raise InputError.at(
                Location(str(path)),
                "file.changed",
                "changed while this command ran, so nothing is written",
                hint="run the same command again",
            )
        for beside_path, content in (beside or {}).items():
            files.write(beside_path, content)
        files.write(path, text.encode())


def listener(loaded: Loaded | None, target: str) -> Listener | None:
    """Give the listener of a target, None when there is none."""
    service, _, port = target.rpartition(":")
    for load_balancer in loaded.stack.load_balancers if loaded else ():
        if load_balancer.service == service:
            return next((one for one in load_balancer.listeners if one.port == int(port)), None)
    return None


def described(one: Listener | None) -> str:
    """Say what a listener does: `https -> http:3000`, or that the port is closed."""
    spoken = {"HTTP": "http", "HTTPS": "https", "TCP": "tcp", "SSL": "tls"}
    if one is None:
        return "closed"
    plaintext = "" if one.secure else "plaintext "
    return f"{plaintext}{spoken[one.protocol]} -> {spoken[one.backend.protocol]}:{one.backend.port}"


def certificate_mapping(
    editing: Editing,
    certificate: str,
    *,
    private_key: str | None,
    chain: str | None,
    roots: str | None,
) -> str | dict[str, str]:
    """Give what ssl.yml shall say of a certificate: its name there, or a mapping.

    Paths are taken from the working folder and written as from the declaration's folder.
    Raises InputError when there is no certificate in the file, or the key is not its own; an
    encrypted one is compared by 'push' and 'deploy'.
    """
    beside = {"chain": chain, "private_key": private_key, "roots": roots}
    if certificate in editing.declared.ssl.certificates:
        if any(beside.values()):
            raise click.UsageError(
                f"'{certificate}' is declared: KEY, --chain and --roots go with a file"
            )
        return certificate
    if certificate.startswith("arn:"):
        if any(beside.values()):
            raise click.UsageError("KEY, --chain and --roots go with a file, not with an ARN")
        try:
            Certificate(arn=certificate)
        except ValidationError as error:
            raise click.UsageError(f"'{certificate}' is not a certificate in ACM or IAM") from error
        return {"arn": certificate}
    read = {name: _source(path) for name, path in beside.items() if path and _readable(name, path)}
    examined = certificates.examine(
        certificates.Declared(
            certificate=_source(certificate),
            chain=read.get("chain"),
            private_key=read.get("private_key"),
            roots=read.get("roots"),
        )
    )
    # Whether the chain is complete is judged with the whole declaration, and its roots.
    errors = [
        one
        for one in examined.findings
        if one.severity is Severity.ERROR and not one.rule.startswith("chain.")
    ]
    wrong = [one for one in errors if one.rule != "key.password"]
    if wrong:
        raise InputError(wrong)
    if errors:
        click.echo(f"{private_key}: encrypted, {_NOT_COMPARED}", err=True)
    given = {"certificate": certificate} | beside
    folder = editing.folder.folder
    return {k: os.path.relpath(v, folder) for k, v in given.items() if v}


def _readable(name: str, path: str) -> bool:
    """Tell whether to read a file: a key may be kept on another machine."""
    if name != "private_key" or Path(path).exists():
        return True
    click.echo(f"{path}: not here, {_NOT_COMPARED}", err=True)
    return False


def _source(path: str) -> certificates.Source:
    place = Location(path)
    try:
        return certificates.Source(path=Path(path), content=files.read(Path(path)), declared=place)
    except OSError as error:
        raise InputError.at(place, "file.unreadable", _reason(error)) from error


def _reason(error: OSError) -> str:
    return f"cannot be read: {files.reason(error)}"


def free_name(editing: Editing, mapping: dict[str, str]) -> str:
    """Choose a name for a certificate: that of its file, counted on where it is taken."""
    name = Certificate(**mapping).default_name  # type: ignore[arg-type]
    taken = editing.declared.ssl.certificates
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def with_certificate(editing: Editing, given: str | dict[str, str]) -> tuple[str, str]:
    """Give the text with a certificate declared, and its name; one that is there is reused."""
    if isinstance(given, str):
        return editing.text, given
    wanted = Certificate(**given)  # type: ignore[arg-type]
    for name, known in editing.declared.ssl.certificates.items():
        if known == wanted or known in (wanted.certificate, wanted.arn):
            return editing.text, name
    name = free_name(editing, given)
    return edit.set_value(editing.text, ("certificates", name), given), name


def kept(editing: Editing, path: tuple[str, ...]) -> dict[str, Any]:
    """Give what a certificate's mapping says beside where the certificate is."""
    data = editing.declared.document.data
    for key in path:
        data = data[key]
    mapping = data if isinstance(data, dict) else {}
    return {k: v for k, v in mapping.items() if k in ("roots", "untrusted", "domains")}


def domains(loaded: Loaded, name: str | None) -> tuple[str, ...]:
    """Give the names in a certificate that is read from a file."""
    certificate = loaded.stack.certificate(name) if name else None
    return certificate.chain.domains if isinstance(certificate, FileCertificate) else ()
