"""Listeners as a template has them, and those of application and network load balancers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.balancers.protocols import SECURE
from sslstack.cloudformation.resource_types import LISTENER, LISTENER_CERTIFICATE, LOAD_BALANCER
from sslstack.diff.access import read_demands
from sslstack.diff.possible import mappings, numbers, scalars, values
from sslstack.diff.reach import forwarded_to
from sslstack.diff.references import logical_id, resources_of, show_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a load balancer as its template has it; absent things are empty.

    `others` are the certificates beside the default one, chosen by server name. `allowed` are the
    protocols and ciphers of a security policy of the template's own, `demands` what clients are
    asked before they are served (`access.py`).
    """

    load_balancer: str
    port: str
    protocol: str
    instance_port: str
    instance_protocol: str
    certificate: str
    policy: str
    kind: Kind
    trusted_keys: frozenset[str] = frozenset()
    proxy: bool = False
    others: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()

    @property
    def secure(self) -> bool:
        """Tell whether clients speak TLS."""
        return self.protocol in SECURE

    @property
    def backend_secure(self) -> bool:
        """Tell whether the backend is spoken to in TLS."""
        return self.instance_protocol in SECURE


def modern_listeners(template: Mapping[str, Any]) -> Iterator[Listener]:
    """Read the listeners that are resources of their own; they share their load balancer's name."""
    kinds = dict(_kinds(template))
    for name, properties in resources_of(template, LISTENER):
        balancer = logical_id(properties.get("LoadBalancerArn"))
        groups = forwarded_to(name, properties, template)
        default = [*_certificates(properties.get("Certificates"), template)]
        yield Listener(
            load_balancer=balancer,
            port=_one(properties.get("Port"), template),
            protocol=_one(properties.get("Protocol"), template).upper(),
            instance_port=", ".join(
                sorted({str(n) for one in groups for n in numbers(one.get("Port"), template)})
            ),
            instance_protocol=", ".join(
                sorted({_one(one.get("Protocol"), template).upper() for one in groups})
            ),
            certificate=default[0] if default else "",
            policy=_one(properties.get("SslPolicy"), template),
            kind=kinds.get(balancer, "application"),
            others=frozenset((*default[1:], *_added(name, template))),
            demands=read_demands(properties, template),
        )


def _kinds(template: Mapping[str, Any]) -> Iterator[tuple[str, Kind]]:
    for name, properties in resources_of(template, LOAD_BALANCER):
        network = "network" in scalars(properties.get("Type"), template)
        yield name, "network" if network else "application"


def _added(listener: str, template: Mapping[str, Any]) -> Iterator[str]:
    """Give the certificates that resources of their own add to a listener."""
    for _, properties in resources_of(template, LISTENER_CERTIFICATE):
        if listener in map(logical_id, values(properties.get("ListenerArn"), template)):
            yield from _certificates(properties.get("Certificates"), template)


def _certificates(value: Any, template: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(value, template):
        yield logical_id(one.get("CertificateArn"))


def _one(value: Any, template: Mapping[str, Any]) -> str:
    """Give the one text that a value has, else what is written."""
    known = scalars(value, template)
    return next(iter(known)) if len(known) == 1 else show_value(value)
