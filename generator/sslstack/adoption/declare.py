"""A load balancer as it is -> what ssl.yml shall say of it, and what it cannot say.

What ssl.yml's defaults say anyway is left out; what it has no word for is a warning, and
shows in the review of the first deployment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sslstack import policies
from sslstack.adoption import keys
from sslstack.adoption.model import AUTHENTICATION, NEGOTIATION, PROXY, REFERENCE
from sslstack.adoption.own import Own
from sslstack.declaration.model import HealthCheck, Service
from sslstack.findings import Finding, Location, Severity
from sslstack.stack.build import default_protocol, publishable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack import compose
    from sslstack.adoption.model import Listener, LiveLoadBalancer, Policy

_SPOKEN = {"HTTP": "http", "HTTPS": "https", "TCP": "tcp", "SSL": "tls"}
_SECURE = frozenset({"HTTPS", "SSL"})
_TARGET = re.compile(r"(?P<protocol>\w+):(?P<port>\d+)(?P<path>/.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What ssl.yml shall say: listeners by target, the service, and files beside it.

    A listener that the compose file alone says already is an empty mapping.
    """

    listeners: Mapping[str, Mapping[str, Any]]
    service: Mapping[str, Any]
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def declare(live: LiveLoadBalancer, service: compose.Service, own: Own | None = None) -> Declared:
    """Give the declaration of a load balancer that stands before a service.

    `own` is what its own stack has made of what it refers to.
    """
    declaring = _Declaring(live=live, service=service, own=own or Own())
    listeners = dict(declaring.listeners())
    return Declared(
        listeners=listeners,
        service=dict(declaring.settings()),
        files=declaring.files,
        findings=tuple(declaring.findings),
    )


@dataclass(slots=True, kw_only=True)
class _Declaring:
    """Goes through a load balancer, noting what has to be said beside the declaration."""

    live: LiveLoadBalancer
    service: compose.Service
    own: Own
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def listeners(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give each listener that the compose file has a port for."""
        ports = publishable(self.service)
        for one in self.live.listeners:
            target = f"{self.service.name}:{one.port}"
            port = ports.get(one.port)
            if port is None:
                self._warn(
                    "adoption.unpublished",
                    f"listener {one.port} of {self.live.name}: service '{self.service.name}' "
                    "publishes no such port, so the first deployment closes it",
                    self.service.location,
                    hint=f'publish it: "{one.port}:{one.instance_port}"',
                )
                continue
            if port.target != one.instance_port:
                self._warn(
                    "adoption.instance-port",
                    f"listener {one.port} of {self.live.name} sends to port {one.instance_port} of "
                    f"the instances; the first deployment makes that {port.target}",
                    port.location,
                    hint=f'publish it as "{one.port}:{one.instance_port}"',
                )
            yield target, dict(self._listener(target, one, port))

    def _listener(
        self, target: str, one: Listener, port: compose.Port
    ) -> Iterator[tuple[str, Any]]:
        """Give the keys of a listener, in the order of the model."""
        if one.certificate:
            yield "certificate", self.own.declared(one.certificate)
        protocol = _SPOKEN[one.protocol]
        if protocol != default_protocol(port, certified=bool(one.certificate)):
            yield "protocol", protocol
        behind = self._behind(one)
        trusted = self._trusted_keys(target, behind)
        if one.instance_protocol in _SECURE and not trusted:
            yield "secure", True
        if one.protocol in _SECURE and (policy := self._security_policy(target, one)):
            yield "security_policy", policy
        backend: dict[str, Any] = {"trusted_keys": trusted} if trusted else {}
        if any(policy.type == PROXY for policy in behind):
            backend["proxy_protocol"] = True
        if backend:
            yield "backend", backend

    def _behind(self, one: Listener) -> list[Policy]:
        """Give the policies that are set on a listener's instance port."""
        names = self.live.backends.get(one.instance_port, ())
        return [policy for name in names if (policy := self.live.policy(name)) is not None]

    def _trusted_keys(self, target: str, behind: list[Policy]) -> list[str]:
        """Give the files of the keys that a backend may present, and note their content."""
        names = [
            name
            for policy in behind
            if policy.type == AUTHENTICATION
            for name in policy.values("PublicKeyPolicyName")
        ]
        files = []
        for name in names:
            policy = self.live.policy(name)
            written = keys.pem(policy.values("PublicKey")[0]) if policy else None
            if written is None:
                self._warn(
                    "adoption.trusted-key",
                    f"listener {target} of {self.live.name} trusts a key that cannot be read: "
                    f"policy '{name}'",
                    self.service.location,
                    hint="declare the backend's public key under backend.trusted_keys",
                )
                continue
            path = keys.path(name, written)
            self.files[path] = written
            files.append(path)
        return files

    def _security_policy(self, target: str, one: Listener) -> str:
        """Give the predefined policy of a listener; a list of its own has no word here."""
        found = [policy for name in one.policies if (policy := self.live.policy(name)) is not None]
        for policy in found:
            if policy.type == NEGOTIATION and (reference := policy.values(REFERENCE)):
                return reference[0]
        own = next((policy for policy in found if policy.type == NEGOTIATION), None)
        if own is None:
            return ""
        spoken = [name for name, value in own.attributes if _is_protocol(name, value)]
        self._warn(
            "adoption.custom-policy",
            f"listener {target} of {self.live.name} has a security policy of its own "
            f"({', '.join(spoken) or own.name}); the first deployment makes it "
            f"{policies.DEFAULT['classic']}",
            self.service.location,
            hint="choose another predefined one with security_policy",
        )
        return ""

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Give the keys of the service that differ from their defaults, in the model's order."""
        live = self.live
        stated: dict[str, Any] = {
            "scheme": live.scheme,
            "security_groups": self._security_groups(),
            "idle_timeout": live.idle_timeout,
            "draining": live.draining or 0,
            "cross_zone": live.cross_zone,
        }
        fields = Service.model_fields
        yield from ((key, said) for key, said in stated.items() if said != fields[key].default)
        yield "health_check", dict(self._health_check())
        yield from self._stickiness()
        if (logs := live.access_logs) is not None:
            prefix = {"prefix": logs.prefix} if logs.prefix else {}
            yield "access_logs", {"bucket": logs.bucket, **prefix, "interval": logs.interval}
        served = sorted({one.port for one in live.listeners} & set(publishable(self.service)))
        if served != sorted(publishable(self.service)):
            yield "ports", served

    def _security_groups(self) -> list[str] | None:
        """Give the groups, but for the one that the stack makes itself."""
        foreign = [one for one in self.live.security_groups if self.own.reference(one) == one]
        return foreign or None

    def _health_check(self) -> Iterator[tuple[str, Any]]:
        check = self.live.health_check
        if parts := _TARGET.fullmatch(check.target):
            yield "protocol", _SPOKEN[parts["protocol"].upper()]
            yield "port", int(parts["port"])
            if parts["path"]:
                yield "path", parts["path"]
        for key in ("interval", "timeout", "healthy", "unhealthy"):
            if (said := getattr(check, key)) != HealthCheck.model_fields[key].default:
                yield key, said

    def _stickiness(self) -> Iterator[tuple[str, Any]]:
        """Give the one cookie policy that every HTTP listener has; several have no word here."""
        cookies = {*self.live.cookies, *self.live.periods}
        each = [
            cookies.intersection(one.policies)
            for one in self.live.listeners
            if one.protocol in ("HTTP", "HTTPS")
        ]
        used = set().union(*each)
        if not used:
            return
        name = min(used)
        if len(used) > 1 or not all(each):
            self._warn(
                "adoption.stickiness",
                f"the listeners of {self.live.name} stick to backends in different ways "
                f"({', '.join(sorted(used))}); the first deployment gives all HTTP listeners "
                f"that of '{name}'",
                self.service.location,
            )
        if name in self.live.cookies:
            yield "stickiness", {"cookie": self.live.cookies[name]}
        else:
            seconds = self.live.periods[name]
            yield "stickiness", {} if seconds is None else {"duration": seconds}

    def _warn(self, rule: str, message: str, place: Location, *, hint: str = "") -> None:
        self.findings.append(
            Finding(
                rule=rule,
                message=message,
                location=place,
                severity=Severity.WARNING,
                hint=hint,
            )
        )


def _is_protocol(name: str, value: str) -> bool:
    return name.startswith("Protocol-") and value.lower() == "true"
