"""A stack -> what its template describes, without writing it: the other side of `read`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from sslstack.balancers.model import Description, RequestedCertificate, ServerCertificate
from sslstack.cloudformation.intrinsics import show
from sslstack.cloudformation.names import CERTIFICATE, load_balancer_id, logical_id
from sslstack.cloudformation.private_keys import parameter_name, secret_reference
from sslstack.cloudformation.write.validation import validated_names
from sslstack.stack import model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.balancers.model import Certificate, Listener, LoadBalancer
    from sslstack.stack import Stack


def describe(stack: Stack) -> Description:
    """Give load balancers and certificates by their logical IDs."""
    return Description(
        load_balancers={
            load_balancer_id(one.service, one.balancer.kind): _load_balancer(one, stack)
            for one in stack.load_balancers
        },
        certificates=dict(_certificates(stack)),
    )


def _load_balancer(load_balancer: model.LoadBalancer, stack: Stack) -> LoadBalancer:
    balancer = load_balancer.balancer
    listeners = tuple(_listener(one, stack) for one in balancer.listeners)
    return replace(balancer, listeners=listeners)


def _listener(listener: Listener, stack: Stack) -> Listener:
    """Name the certificates of a listener as the template does."""
    found = (stack.certificate(str(name)) for name in listener.certificates)
    names = tuple(_name(certificate) for certificate in found if certificate is not None)
    return replace(listener, certificates=names)


def _name(certificate: model.Certificate) -> str:
    match certificate:
        case model.ExistingCertificate(arn=arn):
            return arn
        case model.FileCertificate() | model.RequestedCertificate():
            return logical_id(certificate.name, CERTIFICATE)
        case _:
            assert_never(certificate)


def _certificates(stack: Stack) -> Iterator[tuple[str, Certificate]]:
    for one in stack.certificates:
        match one:
            case model.FileCertificate():
                key = (
                    show({"Ref": parameter_name(one)})
                    if stack.key_delivery == "parameter"
                    else secret_reference(one, stack)
                )
                yield _name(one), ServerCertificate(chain=one.chain, key=key)
            case model.RequestedCertificate(domains=domains, hosted_zone=zone):
                zones = dict.fromkeys(validated_names(domains), zone)
                yield _name(one), RequestedCertificate(domains=domains, zones=zones)
            case model.ExistingCertificate():
                pass
            case _:
                assert_never(one)
