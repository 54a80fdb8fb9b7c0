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
from sslstack.declaration.model import Certificate as Declared
from sslstack.errors import InputError
from sslstack.findings import GUESSED, Finding, list_names, nearest
from sslstack.stack.kinds import kinds_with
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
class Use:
    """One certificate as declared: its name and where it is declared."""

    name: str
    declared: Declared
    path: DocumentPath

    def pinned_as(self, declared: Declaration) -> str:
        """Return the certificate's key in ssl.lock: its name, below its environment if it has one.

        What an environment does not say otherwise is the same certificate everywhere.
        """
        return f"{declared.environment}/{self.name}" if declared.overrides(self.path) else self.name


def gather(declared: Declaration, folder: Path, reader: files.Reader) -> Material:
    """Read every public file that a declaration names; relative paths begin at its folder.

    Private keys are not read, see `key_pairs`.
    """
    findings: list[Finding] = []
    uses, names = _uses(declared, findings)
    found: dict[str, Certificate] = {}
    examined: dict[str, CertificateReport] = {}
    pinned = _pinned(folder, reader, findings)
    for use in uses.values():
        try:
            sources = sources_of(use, declared, folder, reader, pinned)
        except InputError as error:
            findings += error.findings
            continue
        if sources is not None:
            examined[use.name] = one = certificates.check_certificate(sources)
            findings += one.findings
            if one.chain is not None:
                kinds = kinds_with(declared, names, use.name)
                findings += certificates.check_delivery(one.chain, sources, kinds, "iam")
                found[use.name] = FileCertificate(name=use.name, chain=one.chain, path=use.path)
        elif (elsewhere := _elsewhere(use)) is not None:
            found[use.name] = elsewhere
    trusted_keys: dict[DocumentPath, str] = {}
    for path, file in _trusted_keys(declared):
        try:
            source = _source(declared, path, file, folder, reader)
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


def declared_certificates(declared: Declaration) -> tuple[Use, ...]:
    """Return every certificate that a listener uses, once, in the order of first use."""
    return tuple(_uses(declared, [])[0].values())


def public_files(declared: Declaration) -> set[str]:
    """Return the names of all public files of a declaration, as it writes them; no private key."""
    certificates_ = (use.declared for use in declared_certificates(declared))
    given = (name for one in certificates_ for name in (one.certificate, one.chain, one.roots))
    return {*filter(None, given), *(file for _, file in _trusted_keys(declared))}


def _uses(
    declared: Declaration, findings: list[Finding]
) -> tuple[dict[str, Use], dict[DocumentPath, str]]:
    uses: dict[str, Use] = {}
    names: dict[DocumentPath, str] = {}
    for target, listener in declared.ssl.listeners.items():
        if listener.certificate is None:
            continue
        path: DocumentPath = ("listeners", target, "certificate")
        use = _use(declared, listener.certificate, path, guess=len(findings) < GUESSED)
        if isinstance(use, Finding):
            findings.append(use)
            continue
        names[path] = use.name
        before = uses.setdefault(use.name, use)
        if before.declared != use.declared:
            place = declared.at(*before.path)
            findings.append(
                Finding(
                    rule="certificate.duplicate-name",
                    message=f"'{use.name}' is another certificate on line {place.line}",
                    location=declared.at(*path),
                    hint="name both under certificates:",
                )
            )
    return uses, names


def _use(
    declared: Declaration, given: str | Declared, path: DocumentPath, *, guess: bool
) -> Use | Finding:
    """Find the certificate that a listener names: by name, path, ARN, or mapping."""
    named = declared.ssl.certificates
    if isinstance(given, Declared):
        return Use(given.default_name, given, path)
    if given in named:
        entry = named[given]
        certificate = _short(entry) if isinstance(entry, str) else entry
        return Use(given, certificate, ("certificates", given))
    if begins_arn(given) or "/" in given or "." in given:
        certificate = _short(given)
        return Use(certificate.default_name, certificate, path)
    near = nearest(given, named) if guess else None
    known = f"declared are: {list_names(named)}" if named else "none are declared"
    return Finding(
        rule="certificate.unknown",
        message=f"no certificate is named '{given}'",
        location=declared.at(*path),
        hint=f"did you mean '{near}'?" if near else known,
    )


def _short(text: str) -> Declared:
    """Return the mapping that a bare path or ARN is short for."""
    return Declared(arn=text) if begins_arn(text) else Declared(certificate=text)


def _elsewhere(use: Use) -> Certificate | None:
    """Return a certificate that is not read from files."""
    if use.declared.arn is not None:
        return ExistingCertificate(name=use.name, arn=use.declared.arn, path=use.path)
    if (request := use.declared.request) is not None:
        return RequestedCertificate(
            name=use.name,
            domains=request.domains,
            hosted_zone=request.hosted_zone,
            path=use.path,
        )
    return None


def _pinned(
    folder: Path, reader: files.Reader, findings: list[Finding]
) -> Mapping[str, lock.Entry]:
    try:
        return lock.load_lock(folder / lock.NAME, reader)
    except InputError as error:
        findings += error.findings
        return {}


def sources_of(
    use: Use,
    declared: Declaration,
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
    given = use.declared
    if given.certificate is None:
        return None
    wanted = {"certificate": given.certificate, "chain": given.chain, "roots": given.roots}
    if private_key and given.private_key is not None:
        wanted["private_key"] = key_file(given.private_key)
    failed: list[Finding] = []
    sources: dict[str, certificates.Source] = {}
    for key, file in wanted.items():
        if file is not None:
            try:
                sources[key] = _source(declared, (*use.path, key), file, folder, reader)
            except InputError as error:
                failed += error.findings
    if failed:
        raise InputError(failed)
    entry = pinned.get(use.pinned_as(declared))
    return certificates.CertificateFiles(
        certificate=sources["certificate"],
        chain=sources.get("chain"),
        roots=sources.get("roots"),
        private_key=sources.get("private_key"),
        untrusted=given.untrusted,
        domains=tuple(
            (domain, declared.at(*use.path, "domains", index))
            for index, domain in enumerate(given.domains)
        ),
        locked=tuple(one.certificate for one in entry.intermediates) if entry else (),
    )


def key_file(path: str) -> str:
    """Return the path of a private key, `~` being the home of whoever delivers or compares it.

    Nothing else in ssl.yml is anybody's own: what is generated depends on no machine.
    """
    return os.path.expanduser(path)  # noqa: PTH111 - a home that is not known stays as written


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
        hint = file_hints.suggest_file(folder / file, error, str(path[-1]))
        reason = f"'{file}': {files.reason(error)}"
        raise InputError.at(place, "file.unreadable", reason, hint=hint) from error
    return certificates.Source(path=folder / file, content=content, declared=place)
