"""Name constraints: for which names an authority may sign (RFC 5280, 4.2.1.10 and 6.1.3).

cryptography's verifier knows them for DNS names and addresses only, and refuses the directory
names that the baseline requirements (7.1.5) put beside them.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography import x509

from sslstack.certificates import extensions, signatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_COMPARISONS = 250_000
"""Names times subtrees that are compared for two certificates; OpenSSL's limit is 2^20."""
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def find_violation(
    leaf: x509.Certificate, path: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, str] | None:
    """Return the authority on a path that may not sign for a name below it, and that name."""
    below = [leaf, *path]
    for index, issuer in enumerate(path):
        constraints = extensions.find_extension(issuer, x509.NameConstraints)
        if constraints is None:
            continue
        for child in below[: index + 1]:
            if child is not leaf and child.subject == child.issuer:
                continue  # self-issued: exempt, unless it is the leaf
            held = list(_list_names(child))
            if len(held) * _count_subtrees(constraints) > _COMPARISONS:
                return issuer, f"any of {len(held)} names"  # clients give up as well
            for name in held:
                if not _is_permitted(name, constraints):
                    return issuer, _format_name(name)
    return None


def _count_subtrees(constraints: x509.NameConstraints) -> int:
    return len(constraints.permitted_subtrees or ()) + len(constraints.excluded_subtrees or ())


def _list_names(certificate: x509.Certificate) -> Iterator[x509.GeneralName]:
    if certificate.subject.rdns:
        yield x509.DirectoryName(certificate.subject)
    alternative = extensions.find_extension(certificate, x509.SubjectAlternativeName)
    if alternative is None:  # only then does the subject's own address count
        for attribute in certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS):
            yield x509.RFC822Name(str(attribute.value))
    yield from alternative or ()


def _is_permitted(name: x509.GeneralName, constraints: x509.NameConstraints) -> bool:
    """Return whether a name lies in a permitted subtree of its kind, if any, and in no excluded."""
    permitted = [one for one in constraints.permitted_subtrees or () if type(one) is type(name)]
    excluded = [one for one in constraints.excluded_subtrees or () if type(one) is type(name)]
    if not permitted and not excluded:
        return True
    within = _MATCHES.get(type(name))
    if within is None:
        return False  # constrained, and how is not known: nobody may assume that it fits
    reaches = _matches_excluded if isinstance(name, x509.DNSName) else within
    if any(reaches(name.value, one.value) for one in excluded):
        return False
    return not permitted or any(within(name.value, one.value) for one in permitted)


def _matches_dns(name: str, subtree: str) -> bool:
    """Return whether a name lies in a permitted subtree: a domain and everything below it.

    An empty subtree stands for every name; one with a leading dot for what is below it only, as
    OpenSSL reads it. What is not a name lies in no subtree.
    """
    name, subtree = name.lower(), subtree.lower()
    if not _is_name(name):
        return False
    below = subtree if subtree.startswith(".") else f".{subtree}"
    return not subtree or name == subtree or name.endswith(below)


def _is_name(name: str) -> bool:
    """Return whether a DNS name is well-formed: labels, the first of which may be a wildcard."""
    labels = name.removeprefix("*.").split(".")
    return all(_LABEL.fullmatch(label) for label in labels)


def _matches_excluded(name: str, subtree: str) -> bool:
    """Return whether a name, or one that it stands for as a wildcard, lies in an excluded subtree.

    A certificate for *.example.com serves bad.example.com, too (CVE-2025-61727).
    """
    name, subtree = name.lower().rstrip("."), subtree.lower().strip(".")
    if not subtree or name == subtree or name.endswith(f".{subtree}"):
        return True
    return name.startswith("*.") and subtree.partition(".")[2] == name[2:]


def _matches_address(name: Any, subtree: Any) -> bool:
    if isinstance(subtree, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return bool(name.version == subtree.version and name in subtree)
    return bool(name == subtree)


def _matches_directory(name: x509.Name, subtree: x509.Name) -> bool:
    """Return whether a name begins with all parts of the subtree's."""
    ours, theirs = signatures.canonicalize(name), signatures.canonicalize(subtree)
    return ours[: len(theirs)] == theirs


def _matches_mail(name: str, subtree: str) -> bool:
    """Match a mailbox, a host, or with a leading dot every host of a domain."""
    name, subtree = name.lower(), subtree.lower()
    host = name.rpartition("@")[2]
    if "@" in subtree:
        return name == subtree
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


def _matches_uri(name: str, subtree: str) -> bool:
    try:
        host = (urlsplit(name).hostname or "").lower()
    except ValueError:
        return False
    subtree = subtree.lower()
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


_MATCHES: dict[type[x509.GeneralName], Callable[[Any, Any], bool]] = {
    x509.DNSName: _matches_dns,
    x509.IPAddress: _matches_address,
    x509.DirectoryName: _matches_directory,
    x509.RFC822Name: _matches_mail,
    x509.UniformResourceIdentifier: _matches_uri,
}


def _format_name(name: x509.GeneralName) -> str:
    value = name.value
    return value.rfc4514_string() if isinstance(value, x509.Name) else str(value)
