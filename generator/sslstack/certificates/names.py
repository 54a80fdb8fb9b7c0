"""Names in certificates: how a certificate is called in a message, and what it covers."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from cryptography import x509

from sslstack.certificates import extensions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service_identity.hazmat import DNSPattern

_LENGTH = 120
"""Characters of a name in a message. A subject may hold thousands."""
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")
_DOMAIN_LENGTH = 253


def printable(text: str) -> str:
    """Give text from a stranger with everything that moves a terminal's cursor escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= _LENGTH else shown[: _LENGTH - 1] + "…"


def subject(certificate: x509.Certificate) -> str:
    """Call a certificate by its common name, else its first DNS name, else its whole subject."""
    try:
        first = [_common(certificate.subject), *dns_names(certificate)]
        return next(filter(None, map(printable, first)), "") or _whole(certificate.subject)
    except ValueError:
        return f"(unreadable name, serial {certificate.serial_number:x})"


def issuer(certificate: x509.Certificate) -> str:
    """Call the issuer of a certificate by its common name, else by its whole name."""
    try:
        return printable(_common(certificate.issuer)) or _whole(certificate.issuer)
    except ValueError:
        return "(unreadable name)"


def _common(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _whole(name: x509.Name) -> str:
    """Give a distinguished name as RFC 4514 writes it."""
    return printable(name.rfc4514_string()) or "(empty name)"


def dns_names(certificate: x509.Certificate) -> list[str]:
    """Give the DNS names among the subject alternative names, as written."""
    names = extensions.find(certificate, x509.SubjectAlternativeName)
    return names.get_values_for_type(x509.DNSName) if names else []


def covers(certificate: x509.Certificate, domain: str) -> bool:
    """Tell whether a certificate is valid for a domain or IP address (RFC 9525, section 6).

    A declared wildcard is covered by the same wildcard only. Raises ValueError when `domain`
    is neither a domain nor an address.
    """
    import service_identity.hazmat as matching  # noqa: PLC0415 - only where domains are declared

    domain = domain.removesuffix(".")
    names = [name for name in dns_names(certificate) if oddity(name) is None]
    if domain.startswith("*."):
        wanted = f"*.{ascii_domain(domain[2:])}"
        return any(name.lower() == wanted for name in names)
    if (address := _address(domain)) is not None:
        held = extensions.find(certificate, x509.SubjectAlternativeName)
        return held is not None and address in held.get_values_for_type(x509.IPAddress)
    service = matching.DNS_ID(ascii_domain(domain))
    return any(service.verify(pattern) for pattern in _patterns(names))


def _patterns(names: Iterable[str]) -> Iterator[DNSPattern]:
    """Give what names match with; one that breaks the rules matches nothing."""
    from service_identity import CertificateError  # noqa: PLC0415 - as above
    from service_identity.hazmat import DNSPattern  # noqa: PLC0415

    for name in names:
        try:
            yield DNSPattern.from_bytes(name.encode("ascii"))
        except (CertificateError, ValueError):
            continue


def ascii_domain(domain: str) -> str:
    """Give a domain in A-labels, lower case; raises ValueError when it cannot be one."""
    if not domain.isascii():
        import idna  # noqa: PLC0415 - only for names outside ASCII

        domain = idna.encode(domain, uts46=True).decode("ascii")
    if not all(_HOST_LABEL.fullmatch(label) for label in domain.split(".")):
        raise ValueError(f"'{printable(domain)}' is not a domain")
    return domain.lower()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def oddity(name: str) -> str | None:
    """Say what keeps a DNS name in a certificate from matching (RFC 9525, 6.3), else None."""
    first, *rest = labels = name.split(".")
    if len(labels) > 1 and not labels[-1]:
        return "ends with a dot"
    if _address(name) is not None:
        return "is an IP address written as a DNS name"
    if len(name) > _DOMAIN_LENGTH:
        return "is longer than a domain may be"
    if any("*" in label for label in rest) or ("*" in first and first != "*"):
        return "has a wildcard that is not its whole first label"
    if first == "*" and len(rest) < 2:  # noqa: PLR2004 - "*.com" is a whole top-level domain
        return "is a wildcard for a whole top-level domain"
    if not all(_LABEL.fullmatch(label) for label in (rest if first == "*" else labels)):
        return "has a label that is not letters, digits and hyphens"
    return None


def has_underscore(name: str) -> bool:
    """Tell whether a DNS name holds an underscore: clients match it, authorities refuse it.

    RFC 1123 (2.1) has none in host names, and the baseline requirements (ballot SC12) end them.
    """
    return "_" in name
