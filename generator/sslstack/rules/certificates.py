"""Rules for certificates in templates, and for how listeners name them."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from sslstack.certificates import formats, links, names
from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.resource_types import (
    CLASSIC,
    LISTENER,
    LISTENER_CERTIFICATE,
    SERVER_CERTIFICATE,
)
from sslstack.rules.definition import resource, rule
from sslstack.rules.examples import EXPIRED, INTERMEDIATE, LEAF, STRANGER
from sslstack.rules.reading import get, items, resources, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from sslstack.rules.reading import Path, Resource, Spot

_BETWEEN = re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL)
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_KEY = "'{{resolve:secretsmanager:web:SecretString:key::0123456789abcdef0123456789abcdef}}'"


def _indented(pem: str) -> str:
    return "|\n" + "".join(f"          {line}\n" for line in pem.splitlines())


def _certificate(body: str = LEAF, chain: str = INTERMEDIATE, name: str = "") -> str:
    """Write a template with one server certificate."""
    named = f"      ServerCertificateName: {name}\n" if name else ""
    above = f"      CertificateChain: {_indented(chain)}" if chain else ""
    return (
        "Resources:\n  Certificate:\n    Type: AWS::IAM::ServerCertificate\n    Properties:\n"
        f"{named}      CertificateBody: {_indented(body)}{above}      PrivateKey: {_KEY}\n"
    )


def now() -> datetime.datetime:
    """Give the moment of judgement; the one clock of these rules."""
    return datetime.datetime.now(datetime.UTC)


def _read(certificate: Resource, key: str) -> Iterator[tuple[Spot, formats.Contents]]:
    """Give what a property holds, where its text is known."""
    for spot in certificate.get(key):
        written = text(spot, certificate.template)
        if written is not None and "{{resolve:" not in written:
            yield spot, formats.read(written.encode())


@rule(
    "E9141",
    "A certificate can be read",
    why="""
    CertificateBody holds one certificate and CertificateChain only certificates, in PEM, with no
    text before, between or behind the blocks: IAM refuses the upload otherwise.
    """,
    source="certificates",
    types=(SERVER_CERTIFICATE,),
    failing=_certificate(LEAF.replace("M", "!", 1)),
    passing=_certificate(),
)
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


@rule(
    "E9142",
    "A certificate is valid now",
    why="IAM refuses a certificate that has expired or is not yet valid; so do clients.",
    source="certificates",
    types=(SERVER_CERTIFICATE,),
    failing=_certificate(EXPIRED),
    passing=_certificate(),
)
def not_valid_now(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Compare periods of validity with the clock."""
    moment = now()
    for key in ("CertificateBody", "CertificateChain"):
        for spot, held in _read(certificate, key):
            for one in held.certificates:
                if moment > one.not_valid_after_utc:
                    ended = f"expired on {one.not_valid_after_utc:%Y-%m-%d}"
                    yield spot.path, f"'{names.subject(one)}' {ended}"
                elif moment < one.not_valid_before_utc:
                    begins = f"{one.not_valid_before_utc:%Y-%m-%d}"
                    yield spot.path, f"'{names.subject(one)}' is not valid before {begins}"


@rule(
    "E9143",
    "A chain goes up from the certificate, issuer by issuer",
    why="""
    Each certificate of the chain certifies the one before it, the first the certificate itself.
    IAM refuses another order, and a certificate that has nothing to do with the rest.
    """,
    source="certificates",
    types=(SERVER_CERTIFICATE,),
    failing=_certificate(chain=STRANGER),
    passing=_certificate(),
)
def broken_chain(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Check each signature along the chain."""
    bodies = [held.certificates for _, held in _read(certificate, "CertificateBody")]
    chains = [*_read(certificate, "CertificateChain")]
    if len(bodies) != 1 or len(chains) != 1 or len(bodies[0]) != 1:
        return
    spot, held = chains[0]
    child: x509.Certificate = bodies[0][0]
    for index, issuer in enumerate(held.certificates):
        if not links.signed(child, issuer):
            message = f"certificate {index + 1} of the chain, '{names.subject(issuer)}', did not"
            yield spot.path, f"{message} sign '{names.subject(child)}'"
            return
        child = issuer


@rule(
    "E9144",
    "A server certificate has a body and a private key",
    why="""
    The resource's schema asks for nothing, IAM for both: the stack fails with an empty resource.
    """,
    source="server certificate",
    types=(SERVER_CERTIFICATE,),
    failing=resource(SERVER_CERTIFICATE, "Path: /web/"),
    passing=_certificate(),
)
def empty_certificate(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for the two properties."""
    for key in ("CertificateBody", "PrivateKey"):
        for spot in certificate.lacks(key):
            yield spot.path, f"{key} is missing; IAM asks for it"


@rule(
    "E9105",
    "A listener names a certificate by its ARN",
    why="""
    Ref of an AWS::IAM::ServerCertificate is its name; listeners want its ARN, GetAtt
    Certificate.Arn. The stack fails with "Server Certificate not found for the key".
    """,
    source="server certificate",
    types=(CLASSIC, LISTENER, LISTENER_CERTIFICATE),
    failing=_certificate()
    + """\
  Extra:
    Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
    Properties:
      ListenerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c
      Certificates: [{CertificateArn: !Ref Certificate}]
""",
    passing=_certificate()
    + """\
  Extra:
    Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
    Properties:
      ListenerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/b/c
      Certificates: [{CertificateArn: !GetAtt Certificate.Arn}]
""",
)
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


@rule(
    "E9181",
    "A server certificate's name has letters IAM takes",
    why="""
    A name has 1 to 128 of the characters A-Z a-z 0-9 + = , . @ _ - and no slash. The pattern in
    the schema is not anchored, so cfn-lint lets others through.
    """,
    source="server certificate",
    types=(SERVER_CERTIFICATE,),
    failing=_certificate(name='"my certificate"'),
    passing=_certificate(),
)
def certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the name where it is known."""
    for spot in certificate.get("ServerCertificateName"):
        name = text(spot, certificate.template)
        if name is not None and not _NAME.fullmatch(name):
            yield spot.path, f"'{name}' is no name for a server certificate"


@rule(
    "W9182",
    "A server certificate is named by CloudFormation",
    why="""
    Body, chain and key are replaced, never updated, and a resource with a name of one's own
    cannot be replaced: a renewal fails. Without a name CloudFormation makes a new one each time.
    """,
    source="server certificate",
    types=(SERVER_CERTIFICATE,),
    failing=_certificate(name="web"),
    passing=_certificate(),
)
def fixed_certificate_name(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look for a name that is written out."""
    for spot in certificate.get("ServerCertificateName"):
        name = text(spot, certificate.template)
        if name is not None and _NAME.fullmatch(name):
            yield spot.path, "with a fixed name the certificate cannot be renewed"
