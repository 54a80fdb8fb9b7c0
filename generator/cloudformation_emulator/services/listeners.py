"""What AWS allows of the listeners and policies of a classic load balancer.

Sources: the guide's elb-listener-config, the API reference of Listener and of
CreateLoadBalancerPolicy. Messages are worded after the API's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.elb.models import FakeBackend, FakeListener

from cloudformation_emulator.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.elb.models import LoadBalancer

PORTS = range(1, 65_536)
SECURE = frozenset({"HTTPS", "SSL"})
LAYERS = {"HTTP": "HTTP", "HTTPS": "HTTP", "TCP": "TCP", "SSL": "TCP"}
"""The layer of a protocol, named after its plain protocol: both sides must have the same."""
POLICY_TYPES = frozenset(
    {
        "SSLNegotiationPolicyType", "PublicKeyPolicyType", "BackendServerAuthenticationPolicyType",
        "ProxyProtocolPolicyType", "AppCookieStickinessPolicyType", "LBCookieStickinessPolicyType",
    }
)  # fmt: skip
PREDEFINED_POLICIES = frozenset(
    {
        "ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2015-03",
        "ELBSecurityPolicy-2015-02", "ELBSecurityPolicy-2014-10", "ELBSecurityPolicy-2014-01",
        "ELBSecurityPolicy-2011-08", "ELBSample-ELBDefaultNegotiationPolicy",
        "ELBSample-OpenSSLDefaultNegotiationPolicy",
    }
)  # fmt: skip
"""The guide's elb-security-policy-table, and the older names that DescribeLoadBalancerPolicies
still gives."""
RESERVED_PREFIXES = ("ELBSecurityPolicy-", "ELBSample-")
"""Policies of one's own may not begin so: elb-create-https-ssl-load-balancer."""


class Listener(FakeListener):
    """A listener that knows what it speaks to the instances."""

    def __init__(self, port: Mapping[str, Any]) -> None:
        super().__init__(
            str(port["LoadBalancerPort"]),
            str(port["InstancePort"]),
            port["Protocol"],
            port.get("SSLCertificateId"),
        )
        given = port.get("InstanceProtocol") or LAYERS.get(self.protocol, "TCP")
        self._instance_protocol: str = given.upper()

    @property
    def instance_protocol(self) -> str:
        """The protocol towards the instances."""
        return self._instance_protocol


def backends(listeners: Iterable[FakeListener], old: Iterable[FakeBackend]) -> list[FakeBackend]:
    """Give each instance port once, with the policies it has."""
    known = {str(backend.instance_port): backend for backend in old}
    ports = dict.fromkeys(str(listener.instance_port) for listener in listeners)
    return [known.get(port) or FakeBackend(port) for port in ports]


def refuse_duplicates(name: str, listeners: Iterable[FakeListener]) -> None:
    """Refuse ports out of range, and two listeners on one."""
    seen: set[int] = set()
    for listener in listeners:
        port = int(listener.load_balancer_port)
        if port not in PORTS or int(listener.instance_port) not in PORTS:
            raise RefusedError(
                "ValidationError", "Listener ports must be between 1 and 65535, inclusive"
            )
        if port in seen:
            raise RefusedError(
                "DuplicateListener", f"A listener already exists for {name} on port {port}"
            )
        seen.add(port)


def refuse_protocols(listener: FakeListener) -> None:
    """Refuse protocols of two layers: elb-listener-config, "Listener configurations"."""
    front, back = (LAYERS.get(p) for p in (listener.protocol, listener.instance_protocol))
    if front is None or front != back:
        raise RefusedError(
            "InvalidConfigurationRequest",
            f"Listener protocol {listener.protocol} and instance protocol "
            f"{listener.instance_protocol} must be at the same layer",
        )


def refuse_mixed_instance_port(listeners: Iterable[FakeListener]) -> None:
    """Refuse an instance port that is spoken to both in the clear and encrypted.

    Listener.InstanceProtocol in the API reference.
    """
    secure: dict[int, bool] = {}
    for listener in listeners:
        port, encrypted = int(listener.instance_port), listener.instance_protocol in SECURE
        if secure.setdefault(port, encrypted) is not encrypted:
            raise RefusedError(
                "InvalidConfigurationRequest",
                f"Instance port {port} cannot be both secure and not secure",
            )


def refuse_policy(
    known: Iterable[str], name: str, kind: str, attributes: Iterable[Mapping[str, str]]
) -> None:
    """Refuse a policy of an unknown type, with a taken or reserved name, or naming nothing."""
    values = [(one["AttributeName"], str(one["AttributeValue"])) for one in attributes]
    if kind not in POLICY_TYPES:
        raise RefusedError("PolicyTypeNotFound", f"Policy type {kind} is not supported")
    if name in known:
        raise RefusedError("DuplicatePolicyName", f"Policy already exists: {name}")
    if name.startswith(RESERVED_PREFIXES):
        raise RefusedError("InvalidConfigurationRequest", f"{name} is a reserved policy name")
    for attribute, value in values:
        if attribute == "PublicKeyPolicyName" and value not in known:
            raise RefusedError("PolicyNotFound", f"There is no policy with name {value}")
        if attribute == "Reference-Security-Policy" and value not in PREDEFINED_POLICIES:
            raise RefusedError(
                "InvalidConfigurationRequest", f"There is no predefined policy {value}"
            )


def refuse_missing(balancer: LoadBalancer, names: Iterable[str]) -> None:
    """Refuse names of policies the load balancer does not have."""
    known = {policy.policy_name for policy in balancer.policies}
    for name in names:
        if name not in known:
            raise RefusedError(
                "PolicyNotFound",
                f"There is no policy with name {name} for load balancer {balancer.name}",
            )
