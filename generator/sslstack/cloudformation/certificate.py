"""Certificates as resources, and the reference by which a private key arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from troposphere import GetAtt, Output, Parameter, Ref
from troposphere import certificatemanager as acm
from troposphere.iam import ServerCertificate

from sslstack.cloudformation.names import logical_id
from sslstack.stack.model import (
    Certificate,
    ExistingCertificate,
    FileCertificate,
    RequestedCertificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troposphere import AWSObject

    from sslstack.stack import Stack

_SUFFIX = "Certificate"


def arn(certificate: Certificate) -> Any:
    """Give the ARN as listeners take it; `Ref` of an IAM certificate is only its name."""
    match certificate:
        case FileCertificate():
            return GetAtt(logical_id(certificate.name, _SUFFIX), "Arn")
        case RequestedCertificate():
            return Ref(logical_id(certificate.name, _SUFFIX))
        case ExistingCertificate():
            return certificate.arn
        case _:
            assert_never(certificate)


def secret_name(stack_name: str, certificate: str) -> str:
    """Name the secret that holds a certificate's private key, a version for each key pair."""
    return f"sslstack/{stack_name}/{certificate}"


def parameters(stack: Stack) -> Iterator[Parameter]:
    """Give the NoEcho parameters by which keys arrive where that is asked for."""
    if stack.key_delivery == "parameter":
        for certificate in stack.certificates:
            if isinstance(certificate, FileCertificate):
                yield Parameter(
                    logical_id(certificate.name, "PrivateKey"),
                    Type="String",
                    NoEcho=True,
                    Description=f"Private key of certificate {certificate.name}, PEM",
                )


def resources(stack: Stack) -> Iterator[AWSObject]:
    """Give one resource for each certificate that is not at AWS already."""
    for certificate in stack.certificates:
        match certificate:
            case FileCertificate():
                yield _server_certificate(certificate, stack)
            case RequestedCertificate():
                yield _request(certificate)
            case ExistingCertificate():
                pass
            case _:
                assert_never(certificate)


def outputs(stack: Stack) -> Iterator[Output]:
    """Give what monitoring wants to know of each certificate that is read from a file."""
    for certificate in stack.certificates:
        if isinstance(certificate, FileCertificate):
            chain = certificate.chain
            for suffix, words, value in (
                ("Expires", "End of validity", f"{chain.expires:%Y-%m-%dT%H:%M:%SZ}"),
                ("Fingerprint", "SHA-256 fingerprint", chain.fingerprint),
                ("Domains", "Names", ", ".join(chain.domains)),
            ):
                title = logical_id(certificate.name, f"{_SUFFIX}{suffix}")
                description = f"{words} of certificate {certificate.name}"
                yield Output(title, Description=description, Value=value)


def _server_certificate(certificate: FileCertificate, stack: Stack) -> ServerCertificate:
    """Give the IAM certificate, without a name of ours: a fixed one blocks replacement."""
    chain = certificate.chain.chain
    return ServerCertificate(
        logical_id(certificate.name, _SUFFIX),
        CertificateBody=certificate.chain.body,
        **({"CertificateChain": chain} if chain else {}),
        PrivateKey=_private_key(certificate, stack),
    )


def _private_key(certificate: FileCertificate, stack: Stack) -> Any:
    """Refer to the key by the fingerprint of its public half.

    Secrets Manager takes a ClientRequestToken of 32 to 64 characters as version id
    (PutSecretValue), so the reference names content: a new key pair changes the template.
    """
    if stack.key_delivery == "parameter":
        return Ref(logical_id(certificate.name, "PrivateKey"))
    secret = secret_name(stack.name, certificate.name)
    version = certificate.chain.public_key_fingerprint
    return f"{{{{resolve:secretsmanager:{secret}:SecretString:private_key::{version}}}}}"


def _request(certificate: RequestedCertificate) -> acm.Certificate:
    """Give an ACM certificate; DNS is written out, since the default is e-mail."""
    first, *others = certificate.domains
    return acm.Certificate(
        logical_id(certificate.name, _SUFFIX),
        DomainName=first,
        **({"SubjectAlternativeNames": others} if others else {}),
        ValidationMethod="DNS",
        DomainValidationOptions=[
            acm.DomainValidationOption(DomainName=name, HostedZoneId=certificate.hosted_zone)
            for name in _validated(certificate.domains)
        ],
    )


def _validated(domains: Iterable[str]) -> Iterable[str]:
    """Give one domain for each record that validates them, in the order of the declaration.

    A wildcard has the same CNAME record as the name behind it (ACM guide, dns-validation): with
    an option for each, CloudFormation makes the record twice, and Route 53 refuses the second.
    """
    by_record: dict[str, str] = {}
    for domain in domains:
        record = domain.lower().removesuffix(".").removeprefix("*.")
        if by_record.get(record, "*.").startswith("*."):
            by_record[record] = domain
    return by_record.values()
