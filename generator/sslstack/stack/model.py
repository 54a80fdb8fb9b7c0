"""The stack: everything that is to be deployed, as one plain frozen value.

The template is a projection of it. A new kind of load balancer, certificate or service is
a new member of a union here, and mypy then lists every `match` that has to know it.
`path` is where a thing is declared in ssl.yml, None where the compose file alone speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from sslstack.balancers.protocols import HTTP, SECURE

if TYPE_CHECKING:
    from sslstack.balancers.classic import Protocol
    from sslstack.certificates import Chain
    from sslstack.documents import DocumentPath
    from sslstack.findings import Location
    from sslstack.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Where a listener sends its connections.

    `trusted_keys` are the public keys that the backend may present, each one line of
    base64 of the SubjectPublicKeyInfo; none: whatever it presents is taken.
    """

    port: int
    protocol: Protocol
    trusted_keys: tuple[str, ...] = ()
    proxy_protocol: bool = False

    @property
    def secure(self) -> bool:
        """Tell whether the connection to the backend is encrypted."""
        return self.protocol in SECURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a load balancer; `certificate` is the name of one of the stack's.

    `passes_tls` tells that TCP passes on the TLS of clients to a container that speaks it.
    """

    port: int
    protocol: Protocol
    backend: Backend
    certificate: str | None
    security_policy: str | None
    published: Location
    path: DocumentPath | None
    passes_tls: bool = False

    @property
    def secure(self) -> bool:
        """Tell whether clients speak TLS to the load balancer."""
        return self.protocol in SECURE

    @property
    def is_http(self) -> bool:
        """Tell whether the load balancer understands what passes (application layer)."""
        return self.protocol in HTTP


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """Which request tells whether a backend is well; seconds and counts."""

    protocol: Protocol
    port: int
    path: str | None
    interval: int
    timeout: int
    healthy: int
    unhealthy: int

    @property
    def target(self) -> str:
        """Give AWS's form: `HTTP:3000/health`, `TCP:3000` (HealthCheck in the API reference)."""
        return f"{self.protocol}:{self.port}{self.path or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stickiness:
    """Which cookie ties clients to backends; neither: the browser's session."""

    cookie: str | None
    duration: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogs:
    """Where access logs go, and how often, in minutes."""

    bucket: str
    prefix: str | None
    interval: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicLoadBalancer:
    """A classic load balancer in front of one compose service.

    `security_groups` exist already; without any, one is made that lets `ingress` in. `image` is
    the container's, '' where the compose file does not name one.
    """

    kind: ClassVar[Kind] = "classic"
    service: str
    scheme: Literal["internet-facing", "internal"]
    ingress: tuple[str, ...]
    security_groups: tuple[str, ...]
    listeners: tuple[Listener, ...]
    health_check: HealthCheck
    idle_timeout: int
    draining: int
    cross_zone: bool
    stickiness: Stickiness | None
    access_logs: AccessLogs | None
    image: str = ""


LoadBalancer = ClassicLoadBalancer


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
        """Give the certificate of a name, None when the stack has none of it."""
        return next((c for c in self.certificates if c.name == name), None)
