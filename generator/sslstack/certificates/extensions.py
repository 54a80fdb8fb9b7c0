"""Extensions of certificates, read without surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

if TYPE_CHECKING:
    from collections.abc import Iterator

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def find(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """Give the extension of a kind; None when it is absent or `flaw` says it is broken."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, TypeError):
        return None


def flaw(certificate: x509.Certificate) -> str | None:
    """Say why the extensions cannot be read; None when they can."""
    try:
        list(certificate.extensions)
    except x509.DuplicateExtension as error:
        return f"extension {error.oid.dotted_string} stands in it twice"
    except (ValueError, TypeError):
        return "its extensions are not well-formed"
    return None


_UNDERSTOOD = {"2.5.29.33"}
"""Critical extensions that the library does not take apart and that change nothing here:
policyMappings (RFC 5280, 4.2.1.5); TLS asks for no policy."""


def unknown_critical(certificate: x509.Certificate) -> Iterator[str]:
    """Give the object identifiers of critical extensions that nobody here knows."""
    if flaw(certificate):
        return
    for extension in certificate.extensions:
        oid = extension.oid.dotted_string
        unread = isinstance(extension.value, x509.UnrecognizedExtension)
        if extension.critical and unread and oid not in _UNDERSTOOD:
            yield oid


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate says it is an authority's (RFC 5280, 4.2.1.9)."""
    constraints = find(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Give the addresses of the issuer's certificate (caIssuers, RFC 5280, 4.2.2.1)."""
    access = find(certificate, x509.AuthorityInformationAccess)
    return tuple(
        dict.fromkeys(
            description.access_location.value
            for description in access or ()
            if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            and isinstance(description.access_location, x509.UniformResourceIdentifier)
        )
    )
