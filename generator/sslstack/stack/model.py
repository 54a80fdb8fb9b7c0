"""The stack: everything that is to be deployed, as one plain frozen value.

The template is a projection of it. A new kind of load balancer, certificate or service is
a new member of a union here, and mypy then lists every `match` that has to know it.
`path` is where a thing is declared in ssl.yml, None where the compose file alone speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.balancers.model import Classic, Listener, Number
    from sslstack.certificates import Chain
    from sslstack.documents import DocumentPath
    from sslstack.findings import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a listener comes from: the published port, and its entry in ssl.yml if it has one.

    `passes_tls` tells that TCP passes on the TLS of clients to a container that speaks it.
    """

    published: Location
    path: DocumentPath | None
    passes_tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer in front of one compose service.

    Its listeners name certificates of the stack. `image` is the container's, '' where the compose
    file does not name one. `places` are those of the listeners, by port.
    """

    service: str
    image: str
    balancer: Classic
    places: Mapping[Number, Place]

    def target(self, listener: Listener) -> str:
        """Name a listener as ssl.yml does: `web:443`."""
        return f"{self.service}:{listener.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCertificate:
    """A certificate whose public part is in a file; becomes an IAM server certificate."""

    name: str
    chain: Chain
    path: DocumentPath


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingCertificate:
    """A certificate that is in ACM or IAM already."""

    name: str
    arn: str
    path: DocumentPath


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCertificate:
    """A certificate that ACM issues, validated by DNS."""

    name: str
    domains: tuple[str, ...]
    hosted_zone: str
    path: DocumentPath


Certificate = FileCertificate | ExistingCertificate | RequestedCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The deployed unit: load balancers by service, certificates by name."""

    name: str
    load_balancers: tuple[LoadBalancer, ...]
    certificates: tuple[Certificate, ...]
    key_delivery: Literal["secretsmanager", "parameter"]

    def certificate(self, name: str) -> Certificate | None:
        """Return the certificate of a name, None when the stack has none of it."""
        return next((c for c in self.certificates if c.name == name), None)
