"""What a template means for clients: listeners, certificates, exposure.

Read from the template alone, so that a deployed one or one of another branch can be read too.
Values of parameters are shown as references.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from sslstack.balancers.model import (
    Application,
    Classic,
    HealthCheck,
    Network,
    RequestedCertificate,
    ServerCertificate,
)
from sslstack.balancers.protocols import of_listeners
from sslstack.certificates import names
from sslstack.cloudformation import read as templates
from sslstack.cloudformation.intrinsics import show
from sslstack.cloudformation.resource_types import LOAD_BALANCER, type_of
from sslstack.diff.openings import read_openings
from sslstack.diff.reach import read_ways, sources_of
from sslstack.kinds import KINDS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.balancers import model
    from sslstack.balancers.model import Listener
    from sslstack.certificates import Chain
    from sslstack.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A listener, with the load balancer that it belongs to; missing values are empty text."""

    load_balancer: str
    kind: Kind
    listener: Listener

    @property
    def port(self) -> str:
        """The port that clients connect to."""
        return str(self.listener.port)

    @property
    def protocol(self) -> str:
        """The protocol of clients."""
        return str(self.listener.protocol)

    @property
    def secure(self) -> bool:
        """Whether clients use TLS."""
        return self.listener.secure

    @property
    def ports_behind(self) -> str:
        """The ports of the targets."""
        return _listed(one.port for one in self.listener.targets)

    @property
    def protocols_behind(self) -> str:
        """The protocols of the targets."""
        return _listed(one.protocol for one in self.listener.targets)

    @property
    def secure_behind(self) -> bool:
        """Whether connections to the targets use TLS."""
        targets = self.listener.targets
        return bool(targets) and all(one.secure for one in targets)

    @property
    def trusted_keys(self) -> frozenset[str]:
        """The public keys that targets may present; empty if any key is accepted."""
        return frozenset[str]().union(*(one.trusted_keys for one in self.listener.targets))

    @property
    def proxy(self) -> bool:
        """Whether the targets get the PROXY header."""
        return any(one.proxy_protocol for one in self.listener.targets)

    @property
    def certificates(self) -> tuple[str, ...]:
        """The certificates, the default one first."""
        return tuple(map(str, self.listener.certificates))

    @property
    def certificate(self) -> str:
        """The default certificate."""
        return self.certificates[0] if self.certificates else ""

    @property
    def policy(self) -> str:
        """The security policy."""
        return str(self.listener.security_policy)

    @property
    def allowed(self) -> frozenset[str]:
        """The protocols and ciphers of a custom security policy."""
        return self.listener.allowed

    @property
    def demands(self) -> frozenset[str]:
        """What clients must do before they are served."""
        return self.listener.demands


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A server certificate of a template; its `chain`, if it can be read."""

    name: str
    chain: Chain | None
    key: str
    key_fingerprint: str

    @property
    def subject(self) -> str:
        """The name by which messages call the certificate."""
        return names.describe_subject(self.chain.leaf) if self.chain else self.name

    @property
    def expires(self) -> datetime.datetime | None:
        """The end of validity, aware, UTC."""
        return self.chain.expires if self.chain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer: its scheme, and which clients reach each port of a listener.

    A `retained` load balancer is kept when it is removed from the stack.
    """

    name: str
    internal: bool
    open: Mapping[str, frozenset[str]]
    health_check: str
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Listeners by load balancer and port, certificates and load balancers by logical ID."""

    listeners: Mapping[tuple[str, str], Front]
    certificates: Mapping[str, Certificate]
    load_balancers: Mapping[str, LoadBalancer]
    requested: Mapping[str, tuple[str, ...]]
    """Names of the certificates that ACM issues, by logical ID."""


def read(template: Mapping[str, Any]) -> Facts:
    """Read a template in long form; unusual ones are read as far as possible."""
    described = templates.read(template)
    resources = template.get("Resources")
    held = resources if isinstance(resources, dict) else {}
    reached = _reached(template)
    fronts = sorted(_fronts(described), key=lambda one: one.secure, reverse=True)
    return Facts(
        # Of several on one port (conditions), the one in plaintext counts.
        listeners={(one.load_balancer, one.port): one for one in fronts},
        certificates={
            name: Certificate(
                name=name, chain=one.chain, key=one.key, key_fingerprint=one.key_fingerprint
            )
            for name, one in described.certificates.items()
            if isinstance(one, ServerCertificate)
        },
        load_balancers={
            name: _load_balancer(name, one, held.get(name), reached.get(name, {}))
            for name, one in described.load_balancers.items()
        },
        requested={
            name: tuple(dict.fromkeys(map(str, one.domains)))
            for name, one in described.certificates.items()
            if isinstance(one, RequestedCertificate)
        },
    )


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted({str(one) for one in values}))


def _fronts(described: model.Description) -> Iterator[Front]:
    for name, listeners in described.elsewhere.items():
        for listener in listeners:
            yield Front(load_balancer=name, kind=_probable_kind(listener), listener=listener)
    for name, balancer in described.load_balancers.items():
        for listener in balancer.listeners:
            yield Front(load_balancer=name, kind=balancer.kind, listener=listener)


def _probable_kind(listener: Listener) -> Kind:
    """Return the kind of a load balancer that is not in the template, by its listener."""
    modern = (kind for kind in KINDS if type_of(kind) == LOAD_BALANCER)
    return next((one for one in modern if listener.protocol in of_listeners(one)), "application")


def _load_balancer(
    name: str, balancer: model.LoadBalancer, resource: Any, reached: Mapping[str, frozenset[str]]
) -> LoadBalancer:
    policy = resource.get("DeletionPolicy") if isinstance(resource, dict) else None
    return LoadBalancer(
        name=name,
        internal=balancer.scheme == "internal",
        open=reached,
        health_check=_health_check(balancer),
        retained=show(policy).startswith("Retain"),
    )


def _reached(template: Mapping[str, Any]) -> dict[str, dict[str, frozenset[str]]]:
    """Return the clients that reach a port, by load balancer and port."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    openings = list(read_openings(template))
    for way in read_ways(template):
        known = found.setdefault(way.load_balancer, {})
        clients = known.get(str(way.port), frozenset[str]())
        known[str(way.port)] = clients | sources_of(way, openings, template)
    return found


def _health_check(balancer: model.LoadBalancer) -> str:
    match balancer:
        case Classic(health_check=check):
            return check.target if isinstance(check, HealthCheck) else str(check or "")
        case Application() | Network():
            return ""
        case _:
            assert_never(balancer)
