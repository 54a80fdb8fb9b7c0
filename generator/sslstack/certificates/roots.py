"""Root certificates that a chain must lead to."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sslstack.certificates import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """Certificates that are trusted.

    `public` when they are those that browsers trust.
    """

    certificates: tuple[x509.Certificate, ...]
    public: bool = False


@functools.cache
def load_public_roots() -> Roots:
    """Return Mozilla's roots from the certifi package, the ones browsers and curl know.

    Each is read by itself: one has a serial number that a strict reader refuses.
    """
    import certifi  # noqa: PLC0415 - only where no private root is declared

    held = formats.read_contents(certifi.contents().encode("ascii"))
    return Roots(certificates=held.certificates, public=True)


def make_private_roots(certificates: Sequence[x509.Certificate]) -> Roots:
    """Return the roots of a private authority; no public one is trusted beside them."""
    return Roots(certificates=tuple(certificates))
