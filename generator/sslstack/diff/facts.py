"""What a template says about those who connect: listeners, certificates, exposure.

Read from the template alone, so that a deployed one or one of another branch can be read too.
What is behind parameters is shown as it is written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sslstack.balancers.classic import (
    AUTHENTICATION,
    KEY_CONTENT,
    KEY_NAME,
    NEGOTIATION,
    PROXY,
    REFERENCE,
)
from sslstack.balancers.policies import RESERVED_PREFIXES
from sslstack.balancers.protocols import default_behind
from sslstack.certificates import Chain, formats, names
from sslstack.cloudformation.resource_types import (
    ACM_CERTIFICATE,
    CLASSIC,
    LOAD_BALANCERS,
    SERVER_CERTIFICATE,
)
from sslstack.diff.modern import Listener, modern_listeners
from sslstack.diff.openings import read_openings
from sslstack.diff.possible import items, mappings
from sslstack.diff.reach import is_internal, read_ways, sources_of
from sslstack.diff.references import logical_id, resources_of, show_value

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping

_CUSTOM = "custom"
"""What a security policy with attributes of its own is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A server certificate of a template; `chain` is None where it cannot be read."""

    name: str
    chain: Chain | None
    key: str
    key_fingerprint: str

    @property
    def subject(self) -> str:
        """What the certificate is called."""
        return names.subject(self.chain.leaf) if self.chain else self.name

    @property
    def expires(self) -> datetime.datetime | None:
        """The end of validity, aware, UTC."""
        return self.chain.expires if self.chain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer: whom it faces, and which clients reach the port of a listener.

    A `retained` one goes on when the stack lets go of it.
    """

    name: str
    internal: bool
    open: Mapping[str, frozenset[str]]
    health_check: str
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Listeners by load balancer and port, certificates and load balancers by logical ID."""

    listeners: Mapping[tuple[str, str], Listener]
    certificates: Mapping[str, Certificate]
    load_balancers: Mapping[str, LoadBalancer]
    requested: Mapping[str, tuple[str, ...]]
    """Names of the certificates that ACM issues, by logical ID."""


def read(template: Mapping[str, Any]) -> Facts:
    """Read a template in long form; strange ones are read as far as they can be."""
    reached = _reached(template)
    listeners = [
        *modern_listeners(template),
        *(
            listener
            for name, resource in resources_of(template, CLASSIC)
            for listener in _listeners(name, resource, template)
        ),
    ]
    listeners.sort(key=lambda one: one.secure, reverse=True)  # of several, plaintext is taken
    return Facts(
        listeners={(one.load_balancer, one.port): one for one in listeners},
        certificates={
            name: _certificate(name, resource)
            for name, resource in resources_of(template, SERVER_CERTIFICATE)
        },
        load_balancers={
            name: _load_balancer(name, resource, template, reached.get(name, {}))
            for kind in sorted(LOAD_BALANCERS)
            for name, resource in resources_of(template, kind)
        },
        requested={
            name: _requested(resource, template)
            for name, resource in resources_of(template, ACM_CERTIFICATE)
        },
    )


def conditional(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the load balancers whose listeners, or protocols of some, only functions tell."""
    return tuple(
        name
        for name, properties in resources_of(template, CLASSIC)
        if not isinstance(properties.get("Listeners"), list)
        or not all(
            isinstance(one, dict) and isinstance(one.get("Protocol"), str)
            for one in properties["Listeners"]
        )
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _listeners(
    name: str, properties: Mapping[str, Any], template: Mapping[str, Any]
) -> Iterator[Listener]:
    policies = {
        show_value(policy.get("PolicyName")): policy
        for policy in mappings(properties.get("Policies"), template)
    }
    for listener in mappings(properties.get("Listeners"), template):
        protocol = show_value(listener.get("Protocol")).upper()
        default = default_behind(protocol)
        instance_port = show_value(listener.get("InstancePort"))
        yield Listener(
            load_balancer=name,
            kind="classic",
            port=show_value(listener.get("LoadBalancerPort")),
            protocol=protocol,
            instance_port=instance_port,
            instance_protocol=show_value(listener.get("InstanceProtocol")).upper() or default,
            certificate=logical_id(listener.get("SSLCertificateId")),
            policy=_policy(listener, policies),
            allowed=_allowed(listener, policies),
            trusted_keys=_trusted(policies, instance_port),
            proxy=any(
                policy.get("PolicyType") == PROXY and _applies(policy, instance_port)
                for policy in policies.values()
            ),
        )


def _attribute(policy: Mapping[str, Any], name: str) -> list[str]:
    return [
        show_value(one.get("Value"))
        for one in _mappings(policy.get("Attributes"))
        if one.get("Name") == name
    ]


def _policy(listener: Mapping[str, Any], policies: Mapping[str, Mapping[str, Any]]) -> str:
    """Give the predefined security policy, `custom`, or nothing where AWS chooses."""
    named = listener.get("PolicyNames")
    for name in named if isinstance(named, list) else ():
        if show_value(name).startswith(RESERVED_PREFIXES):
            return show_value(name)  # AWS's own, as an import finds it on a listener
        policy = policies.get(show_value(name), {})
        if policy.get("PolicyType") == NEGOTIATION:
            return next(iter(_attribute(policy, REFERENCE)), _CUSTOM)
    return ""


def _allowed(
    listener: Mapping[str, Any], policies: Mapping[str, Mapping[str, Any]]
) -> frozenset[str]:
    """Give protocols and ciphers of a policy of the template's own that are switched on."""
    if _policy(listener, policies) != _CUSTOM:
        return frozenset()
    named = listener.get("PolicyNames")
    return frozenset(
        show_value(attribute.get("Name"))
        for name in (named if isinstance(named, list) else ())
        for policy in [policies.get(show_value(name), {})]
        if policy.get("PolicyType") == NEGOTIATION
        for attribute in _mappings(policy.get("Attributes"))
        if show_value(attribute.get("Value")).lower() == "true"
    )


def _applies(policy: Mapping[str, Any], port: str) -> bool:
    ports = policy.get("InstancePorts")
    return isinstance(ports, list) and port in map(show_value, ports)


def _trusted(policies: Mapping[str, Mapping[str, Any]], port: str) -> frozenset[str]:
    """Give fingerprints of the public keys that a backend may present on a port."""
    keys = {
        name
        for policy in policies.values()
        if policy.get("PolicyType") == AUTHENTICATION and _applies(policy, port)
        for name in _attribute(policy, KEY_NAME)
    }
    return frozenset(
        hashlib.sha256(value.encode()).hexdigest()[:16]
        for name in keys
        for value in _attribute(policies.get(name, {}), KEY_CONTENT)
    )


def _certificate(name: str, properties: Mapping[str, Any]) -> Certificate:
    body, above = (
        formats.read(show_value(properties.get(key)).encode()).certificates
        for key in ("CertificateBody", "CertificateChain")
    )
    chain = Chain(leaf=body[0], intermediates=above) if body else None
    return Certificate(
        name=name,
        chain=chain,
        key=_key_reference(properties.get("PrivateKey")),
        key_fingerprint=_fingerprint(chain),
    )


def _requested(properties: Mapping[str, Any], template: Mapping[str, Any]) -> tuple[str, ...]:
    others = items(properties.get("SubjectAlternativeNames"), template)
    return tuple(dict.fromkeys(map(show_value, (properties.get("DomainName"), *others))))


def _key_reference(value: Any) -> str:
    """Give how the private key arrives; never the key itself."""
    text = show_value(value)
    if isinstance(value, dict) or text.startswith("{{resolve:"):
        return text
    return "written out" if text else ""


def _fingerprint(chain: Chain | None) -> str:
    if chain is None:
        return ""
    try:
        key = chain.leaf.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return ""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def _reached(template: Mapping[str, Any]) -> dict[str, dict[str, frozenset[str]]]:
    """Give the clients that reach a port, by load balancer and port."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    openings = list(read_openings(template))
    for way in read_ways(template):
        known = found.setdefault(way.load_balancer, {})
        clients = known.get(str(way.port), frozenset[str]())
        known[str(way.port)] = clients | sources_of(way, openings, template)
    return found


def _load_balancer(
    name: str,
    properties: Mapping[str, Any],
    template: Mapping[str, Any],
    reached: Mapping[str, frozenset[str]],
) -> LoadBalancer:
    held = _mapping(_mapping(template.get("Resources")).get(name))
    return LoadBalancer(
        name=name,
        internal=is_internal(properties, template),
        open=reached,
        health_check=show_value(_mapping(properties.get("HealthCheck")).get("Target")),
        retained=show_value(held.get("DeletionPolicy")).startswith("Retain"),
    )
