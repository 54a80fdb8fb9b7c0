"""The certificate of a listener as given on the command line: found, changed, checked."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sslstack import certificates, expiry, files
from sslstack.app.editing import roles
from sslstack.arn import begins_arn
from sslstack.certificates import extensions, file_hints, names, signatures
from sslstack.declaration.model import Certificate
from sslstack.errors import InputError
from sslstack.findings import Finding, Location, Severity
from sslstack.stack.certificate_files import expand_key_path

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

    from sslstack.app.editing.session import Editing
    from sslstack.certificates import CertificateReport

    DocumentPath = tuple[str, ...]

_FILES = ("chain", "private_key", "roots")
_OF_CHAIN_FILE = {"chain.unreadable", "chain.missing", "chain.holds-key"}
_NOT_COMPARED = "so it is not compared with the certificate"
_KEPT = ("domains", "untrusted")
"""What a certificate's entry says of any certificate, wherever that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says: paths as from the working folder, None for what it omits.

    `certificate` may also be an ARN or a name in ssl.yml. With `force` expired ones are taken.
    `command` are the words before the files, for hints that can be typed.
    """

    certificate: str | None
    private_key: str | None = None
    chain: str | None = None
    roots: str | None = None
    force: bool = False
    command: str = "sslstack create"

    @property
    def files(self) -> dict[str, str]:
        """The files beside the certificate, by their key in ssl.yml."""
        return {name: path for name in _FILES if (path := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A certificate's entry in ssl.yml: its path, and what it says there, None for a new one.

    `reference` is what a listener says under `certificate:` to mean it.
    """

    path: DocumentPath
    said: str | dict[str, Any] | None
    reference: str | dict[str, Any] | None


def find_for_create(editing: Editing, target: str, given: Given) -> Entry:
    """Give the entry that a new listener uses: the one of that name or file, else a new one."""
    named = _sections(editing, "certificates")
    wanted = given.certificate or ""
    if wanted in named:
        return Entry(path=("certificates", wanted), said=named[wanted], reference=wanted)
    for name, said in named.items():
        if _is_same(editing, said, wanted):
            return Entry(path=("certificates", name), said=said, reference=name)
    for other, listener in _sections(editing, "listeners").items():
        said = (listener or {}).get("certificate")
        is_name = isinstance(said, str) and said in named
        if other != target and not is_name and _is_same(editing, said, wanted):
            path = ("listeners", other, "certificate")
            return Entry(path=path, said=said, reference=said)
    name = _free_name(editing, wanted)
    return Entry(path=("certificates", name), said=None, reference=name)


def find_for_update(editing: Editing, target: str, given: Given) -> Entry:
    """Give the entry that a listener uses, or the one whose name is given in its place."""
    named = _sections(editing, "certificates")
    used = _sections(editing, "listeners")[target]["certificate"]
    name = given.certificate if given.certificate in named else used
    if isinstance(name, str) and name in named:
        return Entry(path=("certificates", name), said=named[name], reference=name)
    return Entry(path=("listeners", target, "certificate"), said=used, reference=None)


def _sections(editing: Editing, section: str) -> dict[str, Any]:
    data = editing.declared.document.data
    return (data.get(section) if isinstance(data, dict) else None) or {}


def _is_same(editing: Editing, said: Any, wanted: str) -> bool:
    """Tell whether an entry means a file (by its path) or an ARN that is given."""
    mapping = _mapping(said)
    if begins_arn(wanted):
        return mapping.get("arn") == wanted
    file = mapping.get("certificate")
    folder = editing.folder.folder
    return isinstance(file, str) and _real(folder / file) == _real(Path(wanted))


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _mapping(said: Any) -> dict[str, Any]:
    """Give the mapping that a bare path or ARN is short for."""
    if isinstance(said, str):
        return {"arn" if begins_arn(said) else "certificate": said}
    return {k: v for k, v in (said or {}).items() if v is not None}


def _free_name(editing: Editing, certificate: str) -> str:
    """Choose a name for a certificate: that of its file, counted on where it is taken."""
    key = "arn" if begins_arn(certificate) else "certificate"
    name = _validated({key: certificate}).default_name
    taken = editing.declared.ssl.certificates
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def change(editing: Editing, entry: Entry, given: Given) -> str | dict[str, Any]:
    """Give what an entry shall say: what it says now, but for what the command line names.

    A certificate elsewhere, by its ARN, takes the place of files. Raises InputError for what
    does not go together.
    """
    before = _mapping(entry.said)
    after = dict(before)
    folder = editing.folder.folder
    certificate = given.certificate
    is_file = entry.said is None  # a new entry may be called as its file is
    if certificate is not None and (is_file or certificate != entry.reference):
        after = _with_certificate(editing, before, certificate)
    after |= {key: os.path.relpath(path, folder) for key, path in given.files.items()}
    _validated(after)
    bare = after.get("certificate") or after.get("arn")
    if len(after) == 1 and isinstance(entry.said, str) and isinstance(bare, str):
        return bare
    return after


def _with_certificate(editing: Editing, before: dict[str, Any], wanted: str) -> dict[str, Any]:
    if _is_same(editing, before, wanted):
        return dict(before)
    if begins_arn(wanted):
        return {"arn": wanted} | {k: v for k, v in before.items() if k in _KEPT}
    file = os.path.relpath(wanted, editing.folder.folder)
    if "certificate" in before:
        return before | {"certificate": file}
    return {"certificate": file} | {k: v for k, v in before.items() if k in _KEPT}


def _validated(mapping: Mapping[str, Any]) -> Certificate:
    """Check an entry by the model of ssl.yml; the message never holds what was given."""
    files_beside = [key for key in _FILES if key in mapping]
    if files_beside and "certificate" not in mapping:
        where = "by its ARN" if "arn" in mapping else "requested from ACM"
        raise InputError.at(
            Location("sslstack"),
            "certificate.no-file",
            f"KEY, --chain and --roots go with a certificate file; this one is {where}",
            hint="give the file of the certificate as CERT, or leave them out",
        )
    try:
        return Certificate(**mapping)
    except ValidationError as error:
        key = next((str(one["loc"][0]) for one in error.errors() if one["loc"]), "certificate")
        if key == "arn":
            message = f"'{mapping['arn']}' is not a certificate in ACM or IAM"
            hint = "arn:aws:acm:REGION:ACCOUNT:certificate/ID, as 'aws acm list-certificates' says"
        elif key == "certificate":
            message = "CERT: this is neither a file nor the name of a certificate in ssl.yml"
            hint = "give a file such as mydomain.crt, an ARN, or a name under certificates"
        else:
            message, hint = f"{key}: this is not the path of a file", "give the name of a file"
        raise InputError.at(Location("sslstack"), "declaration.value", message, hint=hint) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The notes on a key, and the findings on the chain, at the files that are to be declared."""

    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def check(
    editing: Editing, said: str | dict[str, Any], given: Given, now: datetime.datetime
) -> Checked:
    """Check the files of an entry; raises InputError.

    Whether the chain is complete is checked with the whole declaration. An encrypted private
    key, and one that is not on this machine, is compared by 'push' and 'deploy'.
    """
    mapping = _mapping(said)
    if "certificate" not in mapping:
        return Checked()
    paths = _paths(editing, mapping, given)
    key = paths.get("private_key")
    notes = []
    if key is not None and not key.exists():
        notes.append(f"{paths.pop('private_key')}: not found here, {_NOT_COMPARED}")
    sources = _sources(paths)
    typed = {"certificate": given.certificate, **given.files}
    said_here = {key: file for key, file in typed.items() if file is not None}
    if (misplaced := roles.misplaced(sources, said_here, given.command)) is not None:
        raise InputError([misplaced])
    untrusted = bool(mapping.get("untrusted"))
    examined = certificates.check_certificate(
        certificates.CertificateFiles(**sources, untrusted=untrusted)
    )
    errors = [one for one in examined.findings if one.severity is Severity.ERROR]
    if (authority := _authority(examined, errors)) is not None:
        raise InputError([authority])
    wrong = [_of_a_kept_key(one, given) for one in errors if not _is_checked_later(one)]
    if not given.force:
        wrong += _outside_validity(examined, now)
    if wrong:
        raise InputError(wrong)
    if any(one.rule == "key.password" for one in errors):
        notes.append(f"{key}: encrypted, {_NOT_COMPARED}")
    return Checked(notes=tuple(notes), findings=examined.findings)


def _is_checked_later(finding: Finding) -> bool:
    """Tell what does not end an edit at once: ssl.lock may complete a chain."""
    of_chain = finding.rule.startswith("chain.") and finding.rule not in _OF_CHAIN_FILE
    return of_chain or finding.rule == "key.password"


def _paths(editing: Editing, mapping: dict[str, Any], given: Given) -> dict[str, Path]:
    """Give the files of an entry; one that the command line names is called as there."""
    typed = {"certificate": given.certificate} | given.files
    found = {}
    for key in ("certificate", *_FILES):
        if key in mapping:
            inside = editing.folder.folder / expand_key_path(mapping[key])
            called = Path(typed.get(key) or inside)
            found[key] = called if _real(called) == _real(inside) else inside
    return found


def _sources(paths: Mapping[str, Path]) -> dict[str, Any]:
    """Read files; raises InputError with all of those that cannot be read."""
    found: dict[str, Any] = {}
    failed: list[Finding] = []
    for key, path in paths.items():
        try:
            found[key] = source(path, key)
        except InputError as error:
            failed += error.findings
    if failed:
        raise InputError(failed)
    return found


def source(path: Path, key: str) -> certificates.Source:
    """Read a file that the command line names, `key` in ssl.yml; raises InputError."""
    place = Location(str(path))
    try:
        return certificates.Source(path=path, content=files.read(path), location=place)
    except OSError as error:
        reason = f"cannot be read: {files.describe_error(error)}"
        hint = file_hints.suggest_file(path, error, key)
        raise InputError.at(place, "file.unreadable", reason, hint=hint) from error


def _authority(examined: CertificateReport, errors: list[Finding]) -> Finding | None:
    """Say that a CA certificate was given for a server's; a self-signed one may be both."""
    if examined.chain is None or any(one.rule == "certificate.swapped" for one in errors):
        return None
    leaf = examined.chain.leaf
    served = signatures.is_self_signed(leaf) and names.read_dns_names(leaf)
    if served or not extensions.is_authority(leaf):
        return None
    place = examined.periods[0].location
    return Finding(
        rule="certificate.ca-certificate",
        message=f"{place.file} holds the CA certificate '{names.describe_subject(leaf)}', "
        "not a server certificate",
        location=place,
        hint=f"give the server certificate as CERT, and this file with --chain {place.file}",
    )


def _of_a_kept_key(finding: Finding, given: Given) -> Finding:
    """Say how to replace a key that ssl.yml keeps, where the new certificate has another."""
    if finding.rule != "key.mismatch" or given.private_key is not None:
        return finding
    message = f"{finding.message}, and ssl.yml keeps it"
    return replace(finding, message=message, hint="give the new key's file as KEY, behind CERT")


def _outside_validity(examined: CertificateReport, now: datetime.datetime) -> Iterator[Finding]:
    for one in expiry.check_expiry(examined.periods, now):
        if one.severity is Severity.ERROR:
            yield replace(one, hint="have it renewed; --force declares it all the same, for a test")
