"""Extensions of certificates, read without exceptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID

from sslstack.certificates import der

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOOLEAN = 0x01
_NAME_CONSTRAINTS = bytes.fromhex("0603551d1e")
_RANGE = re.compile(rb"\x87(?:\x08|\x20)((?<=\x08).{8}|(?<=\x20).{32})", re.DOTALL)
"""An address and its mask, as a name constraint holds them."""
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def _read_extensions(certificate: x509.Certificate) -> x509.Extensions:
    """Read all extensions; raises ValueError when one is malformed.

    The library refuses a name constraint such as 2001:db8::1/32, whose address goes on behind
    the mask; OpenSSL and Go ignore those bits, so they are cleared here.
    """
    try:
        return certificate.extensions
    except ValueError:
        cleared = _clear_host_bits(certificate.public_bytes(Encoding.DER))
        return x509.load_der_x509_certificate(cleared).extensions


def _clear_host_bits(data: bytes) -> bytes:
    """Clear the host bits of addresses in name constraints (RFC 5280, 4.2.1.10)."""
    start = data.find(_NAME_CONSTRAINTS) + len(_NAME_CONSTRAINTS)
    critical = der.read_element(data, start)
    if critical is not None and critical.tag == _BOOLEAN:
        start = critical.end
    held = der.read_element(data, start)
    cleared = bytearray(data)
    for found in _RANGE.finditer(data, start, held.end if held else start):
        half = (found.end(1) - found.start(1)) // 2
        for index in range(found.start(1), found.start(1) + half):
            cleared[index] &= data[index + half]
    return bytes(cleared)


def find_extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """Return the extension of a kind; None when it is absent or `find_flaw` says it is broken."""
    try:
        return _read_extensions(certificate).get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, TypeError):
        return None


def find_flaw(certificate: x509.Certificate) -> str | None:
    """Return why the extensions cannot be read; None when they can."""
    try:
        list(_read_extensions(certificate))
    except x509.DuplicateExtension as error:
        return f"it has extension {error.oid.dotted_string} twice"
    except (ValueError, TypeError):
        return "its extensions are not well-formed"
    return None


_UNDERSTOOD = {"2.5.29.33"}
"""Critical extensions that the library does not take apart and that change nothing here:
policyMappings (RFC 5280, 4.2.1.5); TLS asks for no policy."""


def find_unknown_critical(certificate: x509.Certificate) -> Iterator[str]:
    """Return the object identifiers of critical extensions that are unknown."""
    if find_flaw(certificate):
        return
    for extension in _read_extensions(certificate):
        oid = extension.oid.dotted_string
        unread = isinstance(extension.value, x509.UnrecognizedExtension)
        if extension.critical and unread and oid not in _UNDERSTOOD:
            yield oid


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether a certificate says it is an authority's (RFC 5280, 4.2.1.9)."""
    constraints = find_extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def read_issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the addresses of the issuer's certificate (caIssuers, RFC 5280, 4.2.2.1)."""
    access = find_extension(certificate, x509.AuthorityInformationAccess)
    return tuple(
        dict.fromkeys(
            description.access_location.value
            for description in access or ()
            if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            and isinstance(description.access_location, x509.UniformResourceIdentifier)
        )
    )
