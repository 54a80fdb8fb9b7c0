"""Rules for certificates in templates, and for how listeners name them."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from sslstack.certificates import formats, names, signatures
from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.resource_types import (
    CLASSIC,
    LISTENER,
    LISTENER_CERTIFICATE,
    SERVER_CERTIFICATE,
)
from sslstack.rules.definition import rule
from sslstack.rules.reading import find_items, find_resources, find_values, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from sslstack.certificates.contents import Contents
    from sslstack.rules.reading import Path, Resource, Spot

_BETWEEN = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


def now() -> datetime.datetime:
    """Return the present time; these rules have no other clock."""
    return datetime.datetime.now(datetime.UTC)


def _read_contents(certificate: Resource, key: str) -> Iterator[tuple[Spot, Contents]]:
    """Yield what a property holds, where its text is known."""
    for spot in certificate.find_values(key):
        written = read_text(spot, certificate.template)
        if written is not None and "{{resolve:" not in written:
            yield spot, formats.read_contents(written.encode())


@rule("E9141", source="certificates", types=(SERVER_CERTIFICATE,))
def unreadable_certificate(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Read body and chain."""
    for key in ("CertificateBody", "CertificateChain"):
        for spot, held in _read_contents(certificate, key):
            written = read_text(spot, certificate.template) or ""
            if held.problems:
                yield spot.path, f"{key} {held.problems[0]}"
            elif held.keys:
                yield spot.path, f"{key} contains a private key, and everybody can read it"
            elif not held.certificates or held.converted:
                yield spot.path, f"{key} contains no PEM certificate"
            elif _BETWEEN.sub("", written).strip():
                yield spot.path, f"{key} has text outside the PEM blocks; IAM refuses it"
            elif key == "CertificateBody" and len(held.certificates) > 1:
                message = f"{key} has {len(held.certificates)} certificates; move all but the"
                yield spot.path, f"{message} first to CertificateChain"


@rule("E9142", source="certificates", types=(SERVER_CERTIFICATE,))
def not_valid_now(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Compare periods of validity with the clock."""
    moment = now()
    for key in ("CertificateBody", "CertificateChain"):
        for spot, held in _read_contents(certificate, key):
            for one in held.certificates:
                if moment > one.not_valid_after_utc:
                    ended = f"expired on {one.not_valid_after_utc:%Y-%m-%d}"
                    yield spot.path, f"'{names.describe_subject(one)}' {ended}"
                elif moment < one.not_valid_before_utc:
                    begins = f"{one.not_valid_before_utc:%Y-%m-%d}"
                    yield spot.path, f"'{names.describe_subject(one)}' is not valid before {begins}"


@rule("E9143", source="certificates", types=(SERVER_CERTIFICATE,))
def broken_chain(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Check each signature along the chain."""
    bodies = [held.certificates for _, held in _read_contents(certificate, "CertificateBody")]
    chains = [*_read_contents(certificate, "CertificateChain")]
    if len(bodies) != 1 or len(chains) != 1 or len(bodies[0]) != 1:
        return
    spot, held = chains[0]
    child: x509.Certificate = bodies[0][0]
    for index, issuer in enumerate(held.certificates):
        if not signatures.is_signed_by(child, issuer):
            message = (
                f"certificate {index + 1} of the chain, '{names.describe_subject(issuer)}', did not"
            )
            yield spot.path, f"{message} sign '{names.describe_subject(child)}'"
            return
        child = issuer


@rule("E9144", source="server certificate", types=(SERVER_CERTIFICATE,))
def empty_certificate(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for the two properties."""
    for key in ("CertificateBody", "PrivateKey"):
        for spot in certificate.find_missing(key):
            yield spot.path, f"{key} is missing; IAM requires it"


@rule("E9105", source="server certificate", types=(CLASSIC, LISTENER, LISTENER_CERTIFICATE))
def certificate_by_name(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Look at what listeners refer to."""
    held = {one.name for one in find_resources(thing.template, SERVER_CERTIFICATE)}
    for spot in find_certificates(thing):
        target = reference(spot.value)
        if target is not None and target[0] in held and target[1] == "":
            yield spot.path, f"Ref returns the name of {target[0]}; use !GetAtt {target[0]}.Arn"


def find_certificates(thing: Resource) -> Iterator[Spot]:
    """Yield the certificates that listeners of any kind name."""
    if thing.type == CLASSIC:
        for listener in thing.find_items("Listeners"):
            yield from find_values(listener, "SSLCertificateId")
        return
    for certificate in find_items(thing.properties, "Certificates"):
        yield from find_values(certificate, "CertificateArn")


@rule("E9181", source="server certificate", types=(SERVER_CERTIFICATE,))
def certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Check the name where it is known."""
    for spot in certificate.find_values("ServerCertificateName"):
        name = read_text(spot, certificate.template)
        if name is not None and not _NAME.fullmatch(name):
            yield spot.path, f"'{name}' is not a valid name for a server certificate"


@rule("W9182", source="server certificate", types=(SERVER_CERTIFICATE,))
def fixed_certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a name that is written out."""
    for spot in certificate.find_values("ServerCertificateName"):
        name = read_text(spot, certificate.template)
        if name is not None and _NAME.fullmatch(name):
            yield (
                spot.path,
                "a certificate with a fixed name cannot be renewed; remove ServerCertificateName",
            )
