"""TLS listeners as `sslstack list` shows them, declared or deployed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sslstack import declaration, stack
from sslstack.app import stack_names
from sslstack.errors import InputError
from sslstack.files import Reader
from sslstack.findings import Severity, merge_environments
from sslstack.stack.model import FileCertificate, RequestedCertificate
from sslstack.views import listeners as view

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sslstack.declaration import Declaration
    from sslstack.findings import Finding
    from sslstack.stack import Material
    from sslstack.workspace import StackFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """TLS listeners, and findings on what cannot be read; `empty` explains why none is listed."""

    rows: tuple[view.Row, ...]
    findings: tuple[Finding, ...] = ()
    empty: str = "no listener has a certificate"


def list_declared(folders: Sequence[StackFolder]) -> Listing:
    """List the TLS listeners that stacks declare; an unreadable one does not hide the others."""
    rows: list[view.Row] = []
    findings: list[Finding] = []
    for folder in folders:
        try:
            rows += _list_stack(folder, findings)
        except InputError as error:
            findings += error.findings
    return Listing(rows=tuple(rows), findings=tuple(findings))


def _list_stack(folder: StackFolder, findings: list[Finding]) -> Iterator[view.Row]:
    """Yield a row for each listener with a certificate, in each environment that changes it."""
    declared = declaration.load(folder.declaration, Reader())
    stack_name = stack_names.name_or_folder(folder)
    common: list[view.Row] = []
    errors = []
    for name in ("", *declaration.list_varied(declared)):
        try:
            one = declaration.apply_environment(declared, name)
        except InputError as error:
            errors.append((name, list(error.findings)))
            continue
        material = stack.load_material(one, folder.folder, Reader())
        errors.append((name, _errors(material)))
        rows = list(_listeners(stack_name, one, material))
        if one is declared:
            yield from (common := rows)
        else:
            yield from (
                replace(row, environment=one.environment) for row in rows if row not in common
            )
    findings += merge_environments(errors)


def _errors(material: Material) -> list[Finding]:
    return [one for one in material.findings if one.severity is Severity.ERROR]


def _listeners(stack: str, declared: Declaration, material: Material) -> Iterator[view.Row]:
    for target, listener in declared.ssl.listeners.items():
        if listener.certificate is None:
            continue
        name = material.names.get(("listeners", target, "certificate"), "")
        row = view.Row(stack=stack, target=target, certificate=name)
        match material.certificates.get(name):
            case FileCertificate(chain=chain):
                yield replace(
                    row,
                    expires=chain.expires,
                    domains=chain.domains,
                    fingerprint=chain.fingerprint,
                )
            case RequestedCertificate(domains=domains):
                yield replace(row, domains=domains)
            case None:
                yield replace(row, problem="cannot be read, see below")
            case existing:
                yield replace(row, domains=(existing.arn,))
