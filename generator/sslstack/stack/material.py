"""The public material a declaration names: certificates with chains, and trusted keys.

Several listeners may name one certificate, by its name or by the same inline mapping; it
is read once and deployed once (an account has 20 server certificates by default).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import certificates, files
from sslstack.declaration.model import Certificate as Declared
from sslstack.errors import InputError
from sslstack.findings import Finding, nearest
from sslstack.stack.model import (
    Certificate,
    ExistingCertificate,
    FileCertificate,
    RequestedCertificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sslstack.declaration import Declaration
    from sslstack.documents import DocumentPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was read: certificates and keys, and what was wrong with them.

    `names` maps the path of a listener's `certificate` in ssl.yml to a certificate's name,
    `trusted_keys` that of an entry of `trusted_keys` to base64. What is in `findings` is missing
    from the rest.
    """

    certificates: Mapping[str, Certificate]
    names: Mapping[DocumentPath, str]
    trusted_keys: Mapping[DocumentPath, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One certificate as declared: its name and where it is declared."""

    name: str
    declared: Declared
    path: DocumentPath


def gather(declared: Declaration, folder: Path, reader: files.Reader) -> Material:
    """Read every file that a declaration names; relative paths begin at its folder."""
    findings: list[Finding] = []
    uses, names = _uses(declared, findings)
    found: dict[str, Certificate] = {}
    for use in uses.values():
        try:
            found[use.name] = _read(use, declared, folder, reader)
        except InputError as error:
            findings += error.findings
    trusted_keys: dict[DocumentPath, str] = {}
    for path, file in _trusted_keys(declared):
        try:
            source = _source(declared, path, file, folder, reader)
            trusted_keys[path] = certificates.public_key(source)
        except InputError as error:
            findings += error.findings
    return Material(
        certificates=found, names=names, trusted_keys=trusted_keys, findings=tuple(findings)
    )


def declared_certificates(declared: Declaration) -> tuple[Use, ...]:
    """Give every certificate that a listener uses, once, in the order of first use."""
    return tuple(_uses(declared, [])[0].values())


def _uses(
    declared: Declaration, findings: list[Finding]
) -> tuple[dict[str, Use], dict[DocumentPath, str]]:
    uses: dict[str, Use] = {}
    names: dict[DocumentPath, str] = {}
    for target, listener in declared.ssl.listeners.items():
        if listener.certificate is None:
            continue
        path: DocumentPath = ("listeners", target, "certificate")
        use = _use(declared, listener.certificate, path)
        if isinstance(use, Finding):
            findings.append(use)
            continue
        names[path] = use.name
        before = uses.setdefault(use.name, use)
        if before.declared != use.declared:
            place = declared.at(*before.path)
            findings.append(
                Finding(
                    rule="certificate.same-name",
                    message=f"'{use.name}' is another certificate on line {place.line}",
                    location=declared.at(*path),
                    hint="name both under certificates:",
                )
            )
    return uses, names


def _use(declared: Declaration, given: str | Declared, path: DocumentPath) -> Use | Finding:
    """Tell which certificate a listener means: a name, a path, an ARN, or a mapping."""
    named = declared.ssl.certificates
    if isinstance(given, Declared):
        return Use(given.default_name, given, path)
    if given in named:
        entry = named[given]
        certificate = _short(entry) if isinstance(entry, str) else entry
        return Use(given, certificate, ("certificates", given))
    if given.startswith("arn:") or "/" in given or "." in given:
        certificate = _short(given)
        return Use(certificate.default_name, certificate, path)
    near = nearest(given, named)
    known = f"declared are: {', '.join(named)}" if named else "none is declared"
    return Finding(
        rule="certificate.unknown",
        message=f"no certificate is named '{given}'",
        location=declared.at(*path),
        hint=f"did you mean '{near}'?" if near else known,
    )


def _short(text: str) -> Declared:
    """Give the mapping that a bare path or ARN is short for."""
    return Declared(arn=text) if text.startswith("arn:") else Declared(certificate=text)


def _read(use: Use, declared: Declaration, folder: Path, reader: files.Reader) -> Certificate:
    certificate = use.declared
    if certificate.arn is not None:
        return ExistingCertificate(name=use.name, arn=certificate.arn, path=use.path)
    if certificate.request is not None:
        return RequestedCertificate(
            name=use.name,
            domains=certificate.request.domains,
            hosted_zone=certificate.request.hosted_zone,
            path=use.path,
        )
    leaf, chain = (
        file and _source(declared, (*use.path, key), file, folder, reader)
        for key, file in (("certificate", certificate.certificate), ("chain", certificate.chain))
    )
    assert isinstance(leaf, certificates.Source)  # noqa: S101 - the model wants one of three
    read = certificates.load(leaf, chain if isinstance(chain, certificates.Source) else None)
    return FileCertificate(name=use.name, chain=read, path=use.path)


def _trusted_keys(declared: Declaration) -> Iterator[tuple[DocumentPath, str]]:
    for target, listener in declared.ssl.listeners.items():
        for index, file in enumerate(listener.backend.trusted_keys):
            yield ("listeners", target, "backend", "trusted_keys", index), file


def _source(
    declared: Declaration, path: DocumentPath, file: str, folder: Path, reader: files.Reader
) -> certificates.Source:
    """Read a file that ssl.yml names; raises InputError at the line that names it."""
    place = declared.at(*path)
    try:
        content = reader.read(folder / file)
    except OSError as error:
        raise InputError.at(place, "file.unreadable", f"'{file}': {files.reason(error)}") from error
    return certificates.Source(path=folder / file, content=content, declared=place)
