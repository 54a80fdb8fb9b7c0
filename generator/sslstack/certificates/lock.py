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
from sslstack.certificates import formats, links, names
from sslstack.certificates.model import pem
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


def load(path: Path, reader: Reader) -> Mapping[str, Entry]:
    """Read the lock, by the certificates' names; empty where there is none.

    Raises InputError when it is not what `dumps` writes: a lock that was edited by hand, or
    merged badly, must not decide what clients are sent.
    """
    if not reader.exists(path):
        return {}
    document = documents.load(path, reader)
    data = document.data if isinstance(document.data, dict) else {}
    if data.get("version") != 1 or not isinstance(data.get("certificates", {}), dict):
        _refuse(document, (), "is not a lock of version 1")
    return {
        name: Entry(
            fingerprint=_text(document, ("certificates", name, "fingerprint")),
            intermediates=tuple(_pinned(document, ("certificates", name, "intermediates"))),
        )
        for name in data.get("certificates") or {}
    }


def dumps(entries: Mapping[str, Entry]) -> str:
    """Write a lock: sorted by name, LF, the same text for the same entries; empty for none."""
    if not entries:
        return ""
    lines = [_HEADER, "version: 1\ncertificates:\n"]
    for name, entry in sorted(entries.items()):
        lines.append(f"  {name}:\n    fingerprint: {_quoted(entry.fingerprint)}\n")
        lines.append("    intermediates:\n")
        lines += map(_lines, entry.intermediates)
    return "".join(lines)


def _lines(pinned: Pinned) -> str:
    one = pinned.certificate
    block = "".join(f"        {line}\n" for line in pem([one]).splitlines())
    return (
        f"    - subject: {_quoted(names.subject(one))}\n"
        f"      fingerprint: {_quoted(links.fingerprint(one))}\n"
        f"      expires: {_quoted(f'{one.not_valid_after_utc:%Y-%m-%d}')}\n"
        f"      url: {_quoted(pinned.url)}\n"
        f"      certificate: |\n{block}"
    )


def _quoted(text: str) -> str:
    """Write a scalar in single quotes, so that nothing a stranger named is anything but text."""
    return "'" + names.printable(text).replace("'", "''") + "'"


def _pinned(document: documents.Document, path: documents.DocumentPath) -> Iterator[Pinned]:
    listed = _get(document, path)
    if not isinstance(listed, list):
        _refuse(document, path, "must be a list")
    for index in range(len(listed)):
        place = (*path, index)
        held = formats.read(_text(document, (*place, "certificate")).encode())
        if len(held.certificates) != 1 or held.problems:
            _refuse(document, place, "holds no readable certificate")
        certificate = held.certificates[0]
        try:
            certificate.public_key()
        except (ValueError, TypeError, UnsupportedAlgorithm):
            _refuse(document, place, "holds a certificate whose key cannot be read")
        if _text(document, (*place, "fingerprint")) != links.fingerprint(certificate):
            _refuse(document, place, "has another fingerprint than its certificate")
        yield Pinned(certificate=certificate, url=_text(document, (*place, "url")))


def _get(document: documents.Document, path: documents.DocumentPath) -> object:
    data: Any = document.data
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    value: object = data
    return value


def _text(document: documents.Document, path: documents.DocumentPath) -> str:
    value = _get(document, path)
    if not isinstance(value, str):
        _refuse(document, path, f"'{path[-1]}' is missing")
    return value


def _refuse(document: documents.Document, path: documents.DocumentPath, why: str) -> NoReturn:
    raise InputError.at(document.locate(path), "lock.invalid", why, hint=_HINT)
