"""ssl.lock: chains that were resolved once, verified, pinned, and reviewed like any change.

    # Written by `sslstack resolve`: ...
    version: 1
    certificates:
      mydomain:
        fingerprint: 64 hexadecimal digits, of the leaf
        intermediates:
        - subject: CN=Issuing CA
          fingerprint: 64 hexadecimal digits
          expires: 2027-03-12
          url: http://ca.example/issuing.crt
          certificate: |
            -----BEGIN CERTIFICATE-----

What counts is the PEM; the rest is there for the reviewer, and must agree with it. A certificate
that is another one in an environment is pinned under the names of both, as `prod/mydomain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.exceptions import UnsupportedAlgorithm

from sslstack import documents
from sslstack.certificates import formats, names, signatures
from sslstack.certificates.model import write_pem
from sslstack.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cryptography import x509

    from sslstack.files import Reader

NAME = "ssl.lock"
_HEADER = """\
# Written by `sslstack resolve`: intermediate certificates that the declared files lack.
# Review a change of it like a change of code; commit it.
"""
_HINT = "remove the entry and run 'sslstack resolve'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """An intermediate certificate and the address that it was fetched from."""

    certificate: x509.Certificate
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is pinned for one leaf, its issuer first."""

    fingerprint: str
    intermediates: tuple[Pinned, ...]


def load_lock(path: Path, reader: Reader) -> Mapping[str, Entry]:
    """Read the lock, by the certificates' names; empty where there is none.

    Raises InputError when it is not what `write_lock` writes: a lock that was edited by hand, or
    merged badly, must not decide what clients are sent.
    """
    if not reader.exists(path):
        return {}
    document = documents.load(path, reader)
    data = document.data if isinstance(document.data, dict) else {}
    if data.get("version") != 1 or not isinstance(data.get("certificates", {}), dict):
        _refuse(document, (), "is not a lock file of version 1")
    return {
        name: Entry(
            fingerprint=_read_text(document, ("certificates", name, "fingerprint")),
            intermediates=tuple(
                _read_intermediates(document, ("certificates", name, "intermediates"))
            ),
        )
        for name in data.get("certificates") or {}
    }


def write_lock(entries: Mapping[str, Entry]) -> str:
    """Write a lock: sorted by name, LF, the same text for the same entries; empty for none."""
    if not entries:
        return ""
    lines = [_HEADER, "version: 1\ncertificates:\n"]
    for name, entry in sorted(entries.items()):
        lines.append(f"  {name}:\n    fingerprint: {_quote(entry.fingerprint)}\n")
        lines.append("    intermediates:\n")
        lines += map(_format_intermediate, entry.intermediates)
    return "".join(lines)


def _format_intermediate(pinned: Pinned) -> str:
    one = pinned.certificate
    block = "".join(f"        {line}\n" for line in write_pem([one]).splitlines())
    return (
        f"    - subject: {_quote(names.describe_subject(one))}\n"
        f"      fingerprint: {_quote(signatures.compute_fingerprint(one))}\n"
        f"      expires: {_quote(f'{one.not_valid_after_utc:%Y-%m-%d}')}\n"
        f"      url: {_quote(pinned.url)}\n"
        f"      certificate: |\n{block}"
    )


def _quote(text: str) -> str:
    """Write a scalar in single quotes, so that nothing a stranger named is anything but text."""
    return "'" + names.escape_name(text).replace("'", "''") + "'"


def _read_intermediates(
    document: documents.Document, path: documents.DocumentPath
) -> Iterator[Pinned]:
    listed = _find_value(document, path)
    if not isinstance(listed, list):
        _refuse(document, path, "must be a list")
    for index in range(len(listed)):
        place = (*path, index)
        held = formats.read_contents(_read_text(document, (*place, "certificate")).encode())
        if len(held.certificates) != 1 or held.problems:
            _refuse(document, place, "holds no readable certificate")
        certificate = held.certificates[0]
        try:
            certificate.public_key()
        except (ValueError, TypeError, UnsupportedAlgorithm):
            _refuse(document, place, "holds a certificate whose key cannot be read")
        if _read_text(document, (*place, "fingerprint")) != signatures.compute_fingerprint(
            certificate
        ):
            _refuse(document, place, "does not have the fingerprint of its certificate")
        yield Pinned(certificate=certificate, url=_read_text(document, (*place, "url")))


def _find_value(document: documents.Document, path: documents.DocumentPath) -> object:
    data: Any = document.data
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    value: object = data
    return value


def _read_text(document: documents.Document, path: documents.DocumentPath) -> str:
    value = _find_value(document, path)
    if not isinstance(value, str):
        _refuse(document, path, f"'{path[-1]}' is missing")
    return value


def _refuse(document: documents.Document, path: documents.DocumentPath, why: str) -> NoReturn:
    raise InputError.at(document.locate(path), "lock.invalid", why, hint=_HINT)
