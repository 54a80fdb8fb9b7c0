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
from sslstack.rules.reading import get, items, resources, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from sslstack.rules.reading import Path, Resource, Spot

_BETWEEN = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


def now() -> datetime.datetime:
    """Give the moment of judgement; the one clock of these rules."""
    return datetime.datetime.now(datetime.UTC)


def _read(certificate: Resource, key: str) -> Iterator[tuple[Spot, formats.Contents]]:
    """Give what a property holds, where its text is known."""
    for spot in certificate.get(key):
        written = text(spot, certificate.template)
        if written is not None and "{{resolve:" not in written:
            yield spot, formats.read_contents(written.encode())


@rule("E9141", source="certificates", types=(SERVER_CERTIFICATE,))
def unreadable_certificate(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Read body and chain."""
    for key in ("CertificateBody", "CertificateChain"):
        for spot, held in _read(certificate, key):
            written = text(spot, certificate.template) or ""
            if held.problems:
                yield spot.path, f"{key} {held.problems[0]}"
            elif held.keys:
                yield spot.path, f"{key} holds a private key, and is shown to everybody"
            elif not held.certificates or held.converted:
                yield spot.path, f"{key} holds no certificate in PEM"
            elif _BETWEEN.sub("", written).strip():
                yield spot.path, f"{key} holds text outside the PEM blocks; IAM refuses it"
            elif key == "CertificateBody" and len(held.certificates) > 1:
                message = f"{key} holds {len(held.certificates)} certificates; the rest belongs"
                yield spot.path, f"{message} into CertificateChain"


@rule("E9142", source="certificates", types=(SERVER_CERTIFICATE,))
def not_valid_now(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Compare periods of validity with the clock."""
    moment = now()
    for key in ("CertificateBody", "CertificateChain"):
        for spot, held in _read(certificate, key):
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
    bodies = [held.certificates for _, held in _read(certificate, "CertificateBody")]
    chains = [*_read(certificate, "CertificateChain")]
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
        for spot in certificate.lacks(key):
            yield spot.path, f"{key} is missing; IAM asks for it"


@rule("E9105", source="server certificate", types=(CLASSIC, LISTENER, LISTENER_CERTIFICATE))
def certificate_by_name(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Look at what listeners refer to."""
    held = {one.name for one in resources(thing.template, SERVER_CERTIFICATE)}
    for spot in certificates_of(thing):
        target = reference(spot.value)
        if target is not None and target[0] in held and target[1] == "":
            yield spot.path, f"Ref gives the name of {target[0]}; use !GetAtt {target[0]}.Arn"


def certificates_of(thing: Resource) -> Iterator[Spot]:
    """Give the certificates that listeners of any kind name."""
    if thing.type == CLASSIC:
        for listener in thing.items("Listeners"):
            yield from get(listener, "SSLCertificateId")
        return
    for certificate in items(thing.properties, "Certificates"):
        yield from get(certificate, "CertificateArn")


@rule("E9181", source="server certificate", types=(SERVER_CERTIFICATE,))
def certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the name where it is known."""
    for spot in certificate.get("ServerCertificateName"):
        name = text(spot, certificate.template)
        if name is not None and not _NAME.fullmatch(name):
            yield spot.path, f"'{name}' is no name for a server certificate"


@rule("W9182", source="server certificate", types=(SERVER_CERTIFICATE,))
def fixed_certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a name that is written out."""
    for spot in certificate.get("ServerCertificateName"):
        name = text(spot, certificate.template)
        if name is not None and _NAME.fullmatch(name):
            yield spot.path, "with a fixed name the certificate cannot be renewed"
