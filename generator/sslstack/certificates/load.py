"""Certificate files as people have them, read into a `Chain`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from cryptography import x509

from sslstack.certificates.model import Chain, Source
from sslstack.errors import InputError

if TYPE_CHECKING:
    from sslstack.findings import Location

_BLOCK = re.compile(
    rb"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----.*?-----END \1-----", re.DOTALL
)


def load(certificate: Source, chain: Source | None = None) -> Chain:
    """Read the leaf, and its intermediates from the chain file or from behind the leaf.

    Raises InputError, placed at the declaration, when a file holds no certificate.
    """
    leaf, *beside = read(certificate)
    return Chain(leaf=leaf, intermediates=tuple(read(chain) if chain else beside))


def read(source: Source) -> list[x509.Certificate]:
    """Read every certificate in a PEM file, in the file's order; at least one."""
    blocks = [match[0] for match in _BLOCK.finditer(source.content)]
    if not blocks:
        _refuse(source.declared, f"{source.path} holds no certificate in PEM")
    try:
        return [x509.load_pem_x509_certificate(block) for block in blocks]
    except ValueError as error:
        _refuse(source.declared, f"{source.path} holds a certificate that cannot be read", error)


def _refuse(at: Location, message: str, cause: Exception | None = None) -> NoReturn:
    raise InputError.at(at, "certificate.unreadable", message) from cause
