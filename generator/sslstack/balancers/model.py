"""A load balancer as a plain value, described by declarations, a template, or AWS.

Nothing here knows a place in a file, a compose service or a key of ssl.yml. A new kind of load
balancer is a new member of the union, and mypy then lists every `match` that must handle it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cryptography.exceptions import UnsupportedAlgorithm

from sslstack.balancers.protocols import HTTP, SECURE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.certificates import Chain
    from sslstack.kinds import Kind


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only a deployment decides, as the template contains it: `!Ref Port`."""

    written: str

    def __str__(self) -> str:
        return self.written


CUSTOM_POLICY = "custom"
"""Name for a security policy whose protocols and ciphers are chosen one by one."""

REDIRECT, SIGN_IN, CLIENT_CERTIFICATE = "redirect", "sign-in", "client-certificate"
"""What a listener may require of clients before it serves them."""

Number = int | Unknown
Text = str | Unknown


def known(number: Number) -> int:
    """Return a known number, as all numbers of a stack are; raises ValueError."""
    if isinstance(number, int):
        return number
    raise ValueError(f"{number} is not known before a deployment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a listener sends its connections.

    `trusted_keys` are the public keys that it may present, each one line of base64 of the
    SubjectPublicKeyInfo; empty: any key is accepted.
    """

    port: Number
    protocol: Text
    trusted_keys: frozenset[str] = frozenset()
    proxy_protocol: bool = False

    @property
    def secure(self) -> bool:
        """Whether the connection to it is encrypted."""
        return self.protocol in SECURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a load balancer.

    A classic listener has one target. `certificates` begin with the default one; each is named as
    in `Description.certificates`, or by its ARN. `security_policy` is a predefined one,
    CUSTOM_POLICY, or empty where AWS chooses. `allowed` are the protocols and ciphers of a custom
    one, `demands` what clients must do before they are served: REDIRECT, SIGN_IN or
    CLIENT_CERTIFICATE.
    """

    port: Number
    protocol: Text
    targets: tuple[Target, ...]
    certificates: tuple[Text, ...] = ()
    security_policy: Text = ""
    allowed: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()

    @property
    def secure(self) -> bool:
        """Whether clients use TLS to the load balancer."""
        return self.protocol in SECURE

    @property
    def is_http(self) -> bool:
        """Whether the load balancer works on the application layer."""
        return self.protocol in HTTP

    @property
    def target(self) -> Target:
        """The one target of a classic listener."""
        return self.targets[0]

    @property
    def certificate(self) -> Text | None:
        """The default certificate."""
        return self.certificates[0] if self.certificates else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """How a load balancer checks whether a target is healthy; seconds and counts."""

    protocol: str
    port: int
    path: str | None
    interval: Number
    timeout: Number
    healthy: Number
    unhealthy: Number

    @property
    def target(self) -> str:
        """AWS's form: `HTTP:3000/health`, `TCP:3000` (HealthCheck in the API reference)."""
        return f"{self.protocol}:{self.port}{self.path or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stickiness:
    """Which cookie binds clients to targets; without both values, for the browser's session."""

    cookie: Text | None
    duration: Number | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogs:
    """Where access logs are stored, and the interval in minutes."""

    bucket: Text
    prefix: Text | None
    interval: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ports that a security group opens to a source: a CIDR, or another group."""

    first: Number
    last: Number
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A security group that is declared together with its load balancer."""

    openings: tuple[Opening, ...]


Groups = tuple[SecurityGroup | Text, ...]
"""Groups of a load balancer; those that are declared elsewhere, by their IDs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classic:
    """A classic load balancer; `draining` is in seconds, 0 if it is off."""

    kind: ClassVar[Kind] = "classic"
    scheme: Text
    security_groups: Groups
    listeners: tuple[Listener, ...]
    health_check: HealthCheck | Unknown | None
    idle_timeout: Number
    draining: Number
    cross_zone: bool | Unknown
    stickiness: Stickiness | None
    access_logs: AccessLogs | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application load balancer."""

    kind: ClassVar[Kind] = "application"
    scheme: Text
    security_groups: Groups
    listeners: tuple[Listener, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network load balancer."""

    kind: ClassVar[Kind] = "network"
    scheme: Text
    security_groups: Groups
    listeners: tuple[Listener, ...]


LoadBalancer = Classic | Application | Network


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """A certificate in IAM; `key` is the way its private key is delivered, never the key itself."""

    chain: Chain | None
    key: str

    @property
    def key_fingerprint(self) -> str:
        """SHA-256 of the public key in hexadecimal, empty if it cannot be read."""
        if self.chain is None:
            return ""
        try:
            return self.chain.public_key_fingerprint
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCertificate:
    """A certificate that ACM issues; `zones` maps names to the hosted zones that validate them."""

    domains: tuple[Text, ...]
    zones: Mapping[str, Text]


Certificate = ServerCertificate | RequestedCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Load balancers and certificates by name: in a template their logical IDs.

    `elsewhere` are listeners of load balancers that are not described, by the name of those.
    """

    load_balancers: Mapping[str, LoadBalancer]
    certificates: Mapping[str, Certificate]
    elsewhere: Mapping[str, tuple[Listener, ...]] = field(default_factory=dict)
