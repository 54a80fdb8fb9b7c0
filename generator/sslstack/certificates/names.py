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


def escape_name(text: str) -> str:
    """Return text from a stranger with everything that moves a terminal's cursor escaped."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= _LENGTH else shown[: _LENGTH - 1] + "…"


def describe_subject(certificate: x509.Certificate) -> str:
    """Call a certificate by its common name, else its first DNS name, else its whole subject."""
    try:
        first = [_read_common_name(certificate.subject), *read_dns_names(certificate)]
        return next(filter(None, map(escape_name, first)), "") or _format_name(certificate.subject)
    except ValueError:
        return f"(unreadable name, serial {certificate.serial_number:x})"


def describe_issuer(certificate: x509.Certificate) -> str:
    """Call the issuer of a certificate by its common name, else by its whole name."""
    try:
        return escape_name(_read_common_name(certificate.issuer)) or _format_name(
            certificate.issuer
        )
    except ValueError:
        return "(unreadable name)"


def _read_common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _format_name(name: x509.Name) -> str:
    """Return a distinguished name as RFC 4514 writes it."""
    return escape_name(name.rfc4514_string()) or "(empty name)"


def read_dns_names(certificate: x509.Certificate) -> list[str]:
    """Return the DNS names among the subject alternative names, as written."""
    names = extensions.find_extension(certificate, x509.SubjectAlternativeName)
    return names.get_values_for_type(x509.DNSName) if names else []


def covers_domain(certificate: x509.Certificate, domain: str) -> bool:
    """Return whether a certificate is valid for a domain or IP address (RFC 9525, section 6).

    A declared wildcard is covered by the same wildcard only. Raises ValueError when `domain`
    is neither a domain nor an address.
    """
    import service_identity.hazmat as matching  # noqa: PLC0415 - only where domains are declared

    domain = domain.removesuffix(".")
    names = [name for name in read_dns_names(certificate) if find_oddity(name) is None]
    if domain.startswith("*."):
        wanted = f"*.{encode_domain(domain[2:])}"
        return any(name.lower() == wanted for name in names)
    if (address := _read_address(domain)) is not None:
        held = extensions.find_extension(certificate, x509.SubjectAlternativeName)
        return held is not None and address in held.get_values_for_type(x509.IPAddress)
    service = matching.DNS_ID(encode_domain(domain))
    return any(service.verify(pattern) for pattern in _make_patterns(names))


def _make_patterns(names: Iterable[str]) -> Iterator[DNSPattern]:
    """Return what names match with; one that breaks the rules matches nothing."""
    from service_identity import CertificateError  # noqa: PLC0415 - as above
    from service_identity.hazmat import DNSPattern  # noqa: PLC0415

    for name in names:
        try:
            yield DNSPattern.from_bytes(name.encode("ascii"))
        except (CertificateError, ValueError):
            continue


def encode_domain(domain: str) -> str:
    """Return a domain in A-labels, lower case; raises ValueError when it cannot be one."""
    if not domain.isascii():
        import idna  # noqa: PLC0415 - only for names outside ASCII

        domain = idna.encode(domain, uts46=True).decode("ascii")
    if not all(_HOST_LABEL.fullmatch(label) for label in domain.split(".")):
        raise ValueError(f"'{escape_name(domain)}' is not a domain")
    return domain.lower()


def _read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def find_oddity(name: str) -> str | None:
    """Describe why a DNS name in a certificate matches no host (RFC 9525, 6.3); None if it does."""
    first, *rest = labels = name.split(".")
    if len(labels) > 1 and not labels[-1]:
        return "ends with a dot"
    if _read_address(name) is not None:
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
    """Return whether a DNS name holds an underscore: clients match it, authorities refuse it.

    RFC 1123 (2.1) has none in host names, and the baseline requirements (ballot SC12) end them.
    """
    return "_" in name
