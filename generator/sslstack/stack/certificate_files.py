"""The public material a declaration names: certificates with chains, and trusted keys.

Several listeners may name one certificate, by its name or by the same inline mapping; it
is read once and deployed once (an account has 20 server certificates by default).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack import certificates, files
from sslstack.arn import begins_arn
from sslstack.certificates import file_hints, lock
from sslstack.declaration.model import Certificate as CertificateDeclaration
from sslstack.errors import InputError
from sslstack.findings import GUESSED, Finding, find_nearest, list_names
from sslstack.stack.kinds import find_kinds
from sslstack.stack.model import (
    Certificate,
    ExistingCertificate,
    FileCertificate,
    RequestedCertificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sslstack.certificates import CertificateReport
    from sslstack.declaration import Declaration
    from sslstack.documents import DocumentPath
    from sslstack.expiry import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was read: certificates and keys, and what was wrong with them.

    `examined` tells more of each certificate that is read from files. `names` maps the path of
    a listener's `certificate` in ssl.yml to a certificate's name, `trusted_keys` that of an
    entry of `trusted_keys` to base64. What cannot be read is in `findings` and nowhere else.
    """

    certificates: Mapping[str, Certificate]
    examined: Mapping[str, CertificateReport]
    names: Mapping[DocumentPath, str]
    trusted_keys: Mapping[DocumentPath, str]
    findings: tuple[Finding, ...]

    @property
    def periods(self) -> tuple[Period, ...]:
        """When the certificates are valid, and their intermediates."""
        return tuple(period for one in self.examined.values() for period in one.periods)


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """One certificate as declared: its name and where it is declared."""

    name: str
    declaration: CertificateDeclaration
    path: DocumentPath

    def pinned_as(self, declaration: Declaration) -> str:
        """Return the certificate's key in ssl.lock: its name, below its environment if it has one.

        What an environment does not say otherwise is the same certificate everywhere.
        """
        return (
            f"{declaration.environment}/{self.name}"
            if declaration.overrides(self.path)
            else self.name
        )


def load_material(declaration: Declaration, folder: Path, reader: files.Reader) -> Material:
    """Read every public file that a declaration names; relative paths begin at its folder.

    Private keys are not read, see `key_pairs`.
    """
    findings: list[Finding] = []
    uses, names = _find_uses(declaration, findings)
    found: dict[str, Certificate] = {}
    examined: dict[str, CertificateReport] = {}
    pinned = _load_lock(folder, reader, findings)
    for use in uses.values():
        try:
            sources = read_certificate_files(use, declaration, folder, reader, pinned)
        except InputError as error:
            findings += error.findings
            continue
        if sources is not None:
            examined[use.name] = one = certificates.check_certificate(sources)
            findings += one.findings
            if one.chain is not None:
                kinds = find_kinds(declaration, names, use.name)
                findings += certificates.check_delivery(one.chain, sources, kinds, "iam")
                found[use.name] = FileCertificate(name=use.name, chain=one.chain, path=use.path)
        elif (elsewhere := _make_certificate(use)) is not None:
            found[use.name] = elsewhere
    trusted_keys: dict[DocumentPath, str] = {}
    for path, file in _list_trusted_keys(declaration):
        try:
            source = _read_source(declaration, path, file, folder, reader)
            trusted_keys[path] = certificates.read_public_key(source)
        except InputError as error:
            findings += error.findings
    return Material(
        certificates=found,
        examined=examined,
        names=names,
        trusted_keys=trusted_keys,
        findings=tuple(findings),
    )


def list_certificates(declaration: Declaration) -> tuple[CertificateUse, ...]:
    """Return every certificate that a listener uses, once, in the order of first use."""
    return tuple(_find_uses(declaration, [])[0].values())


def list_public_files(declaration: Declaration) -> set[str]:
    """Return the names of all public files of a declaration, as it writes them; no private key."""
    certificates_ = (use.declaration for use in list_certificates(declaration))
    given = (name for one in certificates_ for name in (one.certificate, one.chain, one.roots))
    return {*filter(None, given), *(file for _, file in _list_trusted_keys(declaration))}


def _find_uses(
    declaration: Declaration, findings: list[Finding]
) -> tuple[dict[str, CertificateUse], dict[DocumentPath, str]]:
    uses: dict[str, CertificateUse] = {}
    names: dict[DocumentPath, str] = {}
    for target, listener in declaration.ssl.listeners.items():
        if listener.certificate is None:
            continue
        path: DocumentPath = ("listeners", target, "certificate")
        use = _find_use(declaration, listener.certificate, path, guess=len(findings) < GUESSED)
        if isinstance(use, Finding):
            findings.append(use)
            continue
        names[path] = use.name
        before = uses.setdefault(use.name, use)
        if before.declaration != use.declaration:
            place = declaration.at(*before.path)
            findings.append(
                Finding(
                    rule="certificate.duplicate-name",
                    message=f"'{use.name}' is a different certificate on line {place.line}",
                    location=declaration.at(*path),
                    hint="name both under certificates:",
                )
            )
    return uses, names


def _find_use(
    declaration: Declaration,
    given: str | CertificateDeclaration,
    path: DocumentPath,
    *,
    guess: bool,
) -> CertificateUse | Finding:
    """Find the certificate that a listener names: by name, path, ARN, or mapping."""
    named = declaration.ssl.certificates
    if isinstance(given, CertificateDeclaration):
        return CertificateUse(given.default_name, given, path)
    if given in named:
        entry = named[given]
        certificate = _expand(entry) if isinstance(entry, str) else entry
        return CertificateUse(given, certificate, ("certificates", given))
    if begins_arn(given) or "/" in given or "." in given:
        certificate = _expand(given)
        return CertificateUse(certificate.default_name, certificate, path)
    near = find_nearest(given, named) if guess else None
    known = f"declared are: {list_names(named)}" if named else "none are declared"
    return Finding(
        rule="certificate.unknown",
        message=f"unknown certificate '{given}'",
        location=declaration.at(*path),
        hint=f"did you mean '{near}'?" if near else known,
    )


def _expand(text: str) -> CertificateDeclaration:
    """Return the mapping that a bare path or ARN is short for."""
    return (
        CertificateDeclaration(arn=text)
        if begins_arn(text)
        else CertificateDeclaration(certificate=text)
    )


def _make_certificate(use: CertificateUse) -> Certificate | None:
    """Return a certificate that is not read from files."""
    if use.declaration.arn is not None:
        return ExistingCertificate(name=use.name, arn=use.declaration.arn, path=use.path)
    if (request := use.declaration.request) is not None:
        return RequestedCertificate(
            name=use.name,
            domains=request.domains,
            hosted_zone=request.hosted_zone,
            path=use.path,
        )
    return None


def _load_lock(
    folder: Path, reader: files.Reader, findings: list[Finding]
) -> Mapping[str, lock.Entry]:
    try:
        return lock.load_lock(folder / lock.NAME, reader)
    except InputError as error:
        findings += error.findings
        return {}


def read_certificate_files(
    use: CertificateUse,
    declaration: Declaration,
    folder: Path,
    reader: files.Reader,
    pinned: Mapping[str, lock.Entry],
    *,
    private_key: bool = False,
) -> certificates.CertificateFiles | None:
    """Read the files of a certificate; None when it is not declared by files.

    `pinned` is what the lock holds. Raises InputError at the lines that name files which
    cannot be read.
    """
    given = use.declaration
    if given.certificate is None:
        return None
    wanted = {"certificate": given.certificate, "chain": given.chain, "roots": given.roots}
    if private_key and given.private_key is not None:
        wanted["private_key"] = expand_key_path(given.private_key)
    failed: list[Finding] = []
    sources: dict[str, certificates.Source] = {}
    for key, file in wanted.items():
        if file is not None:
            try:
                sources[key] = _read_source(declaration, (*use.path, key), file, folder, reader)
            except InputError as error:
                failed += error.findings
    if failed:
        raise InputError(failed)
    entry = pinned.get(use.pinned_as(declaration))
    return certificates.CertificateFiles(
        certificate=sources["certificate"],
        chain=sources.get("chain"),
        roots=sources.get("roots"),
        private_key=sources.get("private_key"),
        untrusted=given.untrusted,
        domains=tuple(
            (domain, declaration.at(*use.path, "domains", index))
            for index, domain in enumerate(given.domains)
        ),
        locked=tuple(one.certificate for one in entry.intermediates) if entry else (),
    )


def expand_key_path(path: str) -> str:
    """Return the path of a private key, `~` being the home of the user who runs the command.

    Nothing else in ssl.yml is anybody's own: what is generated depends on no machine.
    """
    return os.path.expanduser(path)  # noqa: PTH111 - a home that is not known stays as written


def _list_trusted_keys(declaration: Declaration) -> Iterator[tuple[DocumentPath, str]]:
    for target, listener in declaration.ssl.listeners.items():
        for index, file in enumerate(listener.backend.trusted_keys):
            yield ("listeners", target, "backend", "trusted_keys", index), file


def _read_source(
    declaration: Declaration, path: DocumentPath, file: str, folder: Path, reader: files.Reader
) -> certificates.Source:
    """Read a file that ssl.yml names; raises InputError at the line that names it."""
    place = declaration.at(*path)
    try:
        content = reader.read(folder / file)
    except OSError as error:
        hint = file_hints.suggest_file(folder / file, error, str(path[-1]))
        reason = f"'{file}': {files.describe_error(error)}"
        raise InputError.at(place, "file.unreadable", reason, hint=hint) from error
    return certificates.Source(path=folder / file, content=content, location=place)
