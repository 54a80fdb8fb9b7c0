"""Certificates that a template makes: in IAM and in ACM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import RequestedCertificate, ServerCertificate
from sslstack.certificates import Chain, formats
from sslstack.cloudformation.intrinsics import show
from sslstack.cloudformation.limits import RESOLVE
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.possible import items, mappings
from sslstack.cloudformation.read.values import read_text
from sslstack.cloudformation.resource_types import ACM_CERTIFICATE, SERVER_CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.balancers.model import Certificate


def read_certificates(template: Mapping[str, Any]) -> Iterator[tuple[str, Certificate]]:
    """Give each certificate by its logical ID."""
    for name, properties in resources_of(template, SERVER_CERTIFICATE):
        yield name, _server_certificate(properties)
    for name, properties in resources_of(template, ACM_CERTIFICATE):
        yield name, _request(properties, template)


def _server_certificate(properties: Mapping[str, Any]) -> ServerCertificate:
    body, above = (
        formats.read_contents(show(properties.get(key)).encode()).certificates
        for key in ("CertificateBody", "CertificateChain")
    )
    return ServerCertificate(
        chain=Chain(leaf=body[0], intermediates=above) if body else None,
        key=_key_reference(properties.get("PrivateKey")),
    )


def _key_reference(value: Any) -> str:
    """Give how the private key arrives; never the key itself."""
    text = show(value)
    if isinstance(value, dict) or text.startswith(RESOLVE):
        return text
    return "written out" if text else ""


def _request(properties: Mapping[str, Any], template: Mapping[str, Any]) -> RequestedCertificate:
    named = (
        properties.get("DomainName"),
        *items(properties.get("SubjectAlternativeNames"), template),
    )
    return RequestedCertificate(
        domains=tuple(read_text(one, template) for one in named if one is not None),
        zones={
            str(read_text(one.get("DomainName"), template)): read_text(
                one.get("HostedZoneId"), template
            )
            for one in mappings(properties.get("DomainValidationOptions"), template)
        },
    )
