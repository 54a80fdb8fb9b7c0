"""Certificates as resources, and the reference by which a private key arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from troposphere import GetAtt, Output, Parameter, Ref
from troposphere import certificatemanager as acm
from troposphere.iam import ServerCertificate

from sslstack.cloudformation.names import CERTIFICATE, logical_id
from sslstack.cloudformation.private_keys import parameter_name, secret_reference
from sslstack.cloudformation.write.validation import validated_names
from sslstack.stack.model import (
    Certificate,
    ExistingCertificate,
    FileCertificate,
    RequestedCertificate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import AWSObject

    from sslstack.stack import Stack


def arn(certificate: Certificate) -> Any:
    """Give the ARN as listeners take it; `Ref` of an IAM certificate is only its name."""
    match certificate:
        case FileCertificate():
            return GetAtt(logical_id(certificate.name, CERTIFICATE), "Arn")
        case RequestedCertificate():
            return Ref(logical_id(certificate.name, CERTIFICATE))
        case ExistingCertificate():
            return certificate.arn
        case _:
            assert_never(certificate)


def parameters(stack: Stack) -> Iterator[Parameter]:
    """Give the NoEcho parameters by which keys arrive where that is asked for."""
    if stack.key_delivery == "parameter":
        for certificate in stack.certificates:
            if isinstance(certificate, FileCertificate):
                yield Parameter(
                    parameter_name(certificate),
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
                title = logical_id(certificate.name, f"{CERTIFICATE}{suffix}")
                description = f"{words} of certificate {certificate.name}"
                yield Output(title, Description=description, Value=value)


def _server_certificate(certificate: FileCertificate, stack: Stack) -> ServerCertificate:
    """Give the IAM certificate, without a name of ours: a fixed one blocks replacement."""
    chain = certificate.chain.chain
    return ServerCertificate(
        logical_id(certificate.name, CERTIFICATE),
        CertificateBody=certificate.chain.body,
        **({"CertificateChain": chain} if chain else {}),
        PrivateKey=_private_key(certificate, stack),
    )


def _private_key(certificate: FileCertificate, stack: Stack) -> Any:
    if stack.key_delivery == "parameter":
        return Ref(parameter_name(certificate))
    return secret_reference(certificate, stack)


def _request(certificate: RequestedCertificate) -> acm.Certificate:
    """Give an ACM certificate; DNS is written out, since the default is e-mail."""
    first, *others = certificate.domains
    return acm.Certificate(
        logical_id(certificate.name, CERTIFICATE),
        DomainName=first,
        **({"SubjectAlternativeNames": others} if others else {}),
        ValidationMethod="DNS",
        DomainValidationOptions=[
            acm.DomainValidationOption(DomainName=name, HostedZoneId=certificate.hosted_zone)
            for name in validated_names(certificate.domains)
        ],
    )
