"""Missing issuers of declared certificates, looked for on the network, pinned in the lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import bundle as opening
from sslstack.certificates import issuers, lock, names, signatures
from sslstack.certificates.chains import resolve_chain as settle
from sslstack.certificates.fetch import HttpFetcher
from sslstack.errors import InputError
from sslstack.findings import Finding, Severity
from sslstack.stack.certificate_files import list_certificates, read_certificate_files

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sslstack.certificates import CertificateFiles
    from sslstack.certificates.issuers import FetchedChain
    from sslstack.declaration import Declaration
    from sslstack.files import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The entries of the lock to be, what changed in it, and what could not be found."""

    entries: Mapping[str, lock.Entry]
    changes: tuple[str, ...]
    findings: tuple[Finding, ...]


def resolve_issuers(
    declarations: Sequence[Declaration],
    folder: Path,
    reader: Reader,
    pinned: Mapping[str, lock.Entry],
    *,
    now: datetime.datetime,
    refresh: bool,
    private: bool,
) -> Resolution:
    """Look for every issuer that is missing; with `refresh` for those that are pinned, too.

    `declarations` are one as it is, and as it is in each environment. An entry that still serves
    its leaf is kept, one that is not needed any more is dropped. A certificate whose issuer is
    not found keeps what it had, and gets a finding.
    """
    entries: dict[str, lock.Entry] = {}
    findings: list[Finding] = []
    uses = {
        use.pinned_as(declaration): (use, declaration)
        for declaration in declarations
        for use in list_certificates(declaration)
    }
    for key, (use, declaration) in uses.items():
        old = pinned.get(key)
        try:
            sources = read_certificate_files(use, declaration, folder, reader, pinned)
            new = None
            if sources is not None:
                new = _resolve_entry(sources, old, now, refresh=refresh, private=private)
        except InputError as error:
            findings += error.findings
            new = old
        if new is not None:
            entries[key] = new
    changes = [
        change
        for name in sorted({*pinned, *entries})
        for change in _describe_changes(name, pinned.get(name), entries.get(name))
    ]
    return Resolution(entries=entries, changes=tuple(changes), findings=tuple(findings))


def _resolve_entry(
    sources: CertificateFiles,
    old: lock.Entry | None,
    now: datetime.datetime,
    *,
    refresh: bool,
    private: bool,
) -> lock.Entry | None:
    """Return what is to be pinned for one leaf, None when its files are enough.

    Raises InputError when the issuer is not found.
    """
    opened = opening.load_bundle(sources)
    settled = settle(opened, sources)
    if opened.leaf is None or settled is None or not (settled.incomplete or settled.locked):
        return None
    if settled.locked and not refresh:
        return old
    chased = issuers.fetch_issuers(
        opened.leaf,
        (*opened.chain, *opened.beside),
        opened.roots,
        HttpFetcher(private=private),
        at=now,
        trusted=False,
    )
    if chased.resolved.incomplete:
        raise InputError([_report_not_found(chased, sources)])
    return _pin(chased)


def _pin(chased: FetchedChain) -> lock.Entry:
    """Pin what was fetched; what is declared anyway need not be."""
    chain = chased.resolved.chain
    return lock.Entry(
        fingerprint=chain.fingerprint,
        intermediates=tuple(
            lock.Pinned(certificate=one, url=chased.urls[one])
            for one in chain.intermediates
            if one in chased.urls
        ),
    )


def _report_not_found(chased: FetchedChain, sources: CertificateFiles) -> Finding:
    """Report which issuer is missing, which addresses were tried, and what each answered."""
    problems = chased.resolved.problems
    missing = next((one for one in problems if one.severity is Severity.ERROR), problems[0])
    tried = chased.describe() or "the certificate has no URL of its issuer"
    return Finding(
        rule="chain.not-found",
        message=f"{missing.message}: {tried}",
        location=(sources.chain or sources.certificate).location,
        hint="give the chain that the certificate authority sent (chain:), or the roots (roots:)",
    )


def _describe_changes(name: str, old: lock.Entry | None, new: lock.Entry | None) -> Iterator[str]:
    """Describe what changed for one certificate, one line for each intermediate."""
    before, after = _group_by_fingerprint(old), _group_by_fingerprint(new)
    for fingerprint, one in after.items():
        if fingerprint not in before:
            end = f"until {one.certificate.not_valid_after_utc:%Y-%m-%d}"
            subject = names.describe_subject(one.certificate)
            url = names.escape_name(one.url)
            yield f"{name}: + {subject} ({end}, {fingerprint[:16]}) from {url}"
    for fingerprint, one in before.items():
        if fingerprint not in after:
            yield f"{name}: - {names.describe_subject(one.certificate)} ({fingerprint[:16]})"


def _group_by_fingerprint(entry: lock.Entry | None) -> dict[str, lock.Pinned]:
    pinned = entry.intermediates if entry else ()
    return {signatures.compute_fingerprint(one.certificate): one for one in pinned}
