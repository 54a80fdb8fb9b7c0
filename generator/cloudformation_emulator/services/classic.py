"""Classic load balancers with the rules and the listener properties moto lacks.

Sources: the guide's elb-listener-config and elb-create-https-ssl-load-balancer, the API
reference of CreateLoadBalancerListeners, CreateLoadBalancerPolicy and
SetLoadBalancerPoliciesOfListener. Messages are worded after the API's.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from moto.elb.exceptions import LoadBalancerNotFoundError
from moto.elb.models import ELBBackend, LoadBalancer
from moto.elb.policies import OtherPolicy
from moto.iam.models import iam_backends

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.services.certificates import CertificateBackend
from cloudformation_emulator.services.listeners import (
    SECURE,
    Listener,
    backends,
    refuse_duplicates,
    refuse_missing,
    refuse_mixed_instance_port,
    refuse_policy,
    refuse_protocols,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from moto.elb.models import FakeHealthCheck, FakeListener

DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
_HEALTH_TARGET = re.compile(r"(?:(?:TCP|SSL):\d{1,5}|HTTPS?:\d{1,5}/.{0,1023})")
HOSTED_ZONES = {
    "us-east-1": "Z35SXDOTRQ7X7K", "us-east-2": "Z3AADJGX6KTTL2", "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5", "eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5",
}  # fmt: skip
"""Route 53's zones of load balancers: the endpoints page of Elastic Load Balancing."""


class ClassicBackend(ELBBackend):
    """moto's classic load balancers, with AWS's refusals."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._seen: set[str] = set()

    def create_load_balancer(  # noqa: PLR0917 - moto's signature
        self,
        name: str,
        zones: list[str],
        ports: list[dict[str, Any]],
        scheme: str = "internet-facing",
        subnets: list[str] | None = None,
        security_groups: list[str] | None = None,
    ) -> LoadBalancer:
        """Create a load balancer whose listeners are allowed."""
        listeners = self._listeners(name, ports)
        made = super().create_load_balancer(name, zones, ports, scheme, subnets, security_groups)
        made.listeners = list(listeners)
        made.backends = backends(listeners, made.backends)
        made.dns_name = self._dns_name(made)
        made.canonical_hosted_zone_name_id = HOSTED_ZONES.get(  # type: ignore[attr-defined] # moto's serializer reads it
            self.region_name, HOSTED_ZONES["us-east-1"]
        )
        made.declares_health_check = True  # type: ignore[attr-defined] # for an import of it
        target = f"TCP:{listeners[0].instance_port}" if listeners else "TCP:80"
        super().configure_health_check(name, "5", "10", "2", "30", target)
        _choose_policy(made)
        return made

    def create_load_balancer_listeners(
        self, name: str, ports: list[dict[str, Any]]
    ) -> LoadBalancer | None:
        """Add listeners; the whole set must be allowed."""
        balancer = self.get_load_balancer(name)
        added = self._listeners(name, ports, balancer.listeners)
        balancer.listeners = [*balancer.listeners, *added]
        balancer.backends = backends(balancer.listeners, balancer.backends)
        _choose_policy(balancer)
        return balancer

    def replace_listeners(self, name: str, ports: list[dict[str, Any]]) -> None:
        """Give a load balancer exactly these listeners, without their policies."""
        balancer = self.get_load_balancer(name)
        balancer.listeners = list(self._listeners(name, ports))
        balancer.backends = backends(balancer.listeners, [])
        _choose_policy(balancer)

    def delete_load_balancer_listeners(self, name: str, ports: list[str]) -> LoadBalancer | None:
        """Take listeners away, by their ports."""
        balancer = self.get_load_balancer(name)
        gone = {int(port) for port in ports}
        balancer.listeners = [
            one for one in balancer.listeners if int(one.load_balancer_port) not in gone
        ]
        balancer.backends = backends(balancer.listeners, balancer.backends)
        return balancer

    def set_load_balancer_listener_ssl_certificate(
        self, name: str, lb_port: str, ssl_certificate_id: str
    ) -> LoadBalancer | None:
        """Give a listener another certificate, which must exist."""
        self._find_certificate(ssl_certificate_id)
        self._listener(name, int(lb_port)).ssl_certificate_id = ssl_certificate_id
        return self.get_load_balancer(name)

    def get_load_balancer(self, load_balancer_name: str) -> LoadBalancer:
        """Give a load balancer; raises LoadBalancerNotFound."""
        if load_balancer_name not in self.load_balancers:
            raise LoadBalancerNotFoundError(load_balancer_name)
        return self.load_balancers[load_balancer_name]

    def create_load_balancer_policy(
        self,
        load_balancer_name: str,
        policy_name: str,
        policy_type_name: str,
        policy_attrs: list[dict[str, str]],
    ) -> LoadBalancer:
        """Add a policy of a known type under a name that is free."""
        balancer = self.get_load_balancer(load_balancer_name)
        known = {policy.policy_name for policy in balancer.policies}
        refuse_policy(known, policy_name, policy_type_name, policy_attrs)
        return super().create_load_balancer_policy(
            load_balancer_name, policy_name, policy_type_name, policy_attrs
        )

    def delete_load_balancer_policy(self, lb_name: str, policy_name: str) -> None:
        """Delete a policy that is in use nowhere."""
        balancer = self.get_load_balancer(lb_name)
        used = [one.policy_names for one in balancer.listeners]
        for names in (*used, *(one.policy_names for one in balancer.backends)):
            if policy_name in names:
                raise RefusedError(
                    "InvalidConfigurationRequest",
                    f"The policy {policy_name} is in use and cannot be deleted",
                )
        super().delete_load_balancer_policy(lb_name, policy_name)

    def set_load_balancer_policies_of_listener(
        self, load_balancer_name: str, load_balancer_port: int, policies: list[str]
    ) -> LoadBalancer:
        """Give a listener the policies it has from now on; each must exist."""
        balancer = self.get_load_balancer(load_balancer_name)
        refuse_missing(balancer, policies)
        self._listener(load_balancer_name, load_balancer_port).policy_names = policies
        return balancer

    def set_load_balancer_policies_for_backend_server(
        self, load_balancer_name: str, instance_port: int, policies: list[str]
    ) -> LoadBalancer:
        """Give an instance port the policies it has from now on; each must exist."""
        balancer = self.get_load_balancer(load_balancer_name)
        refuse_missing(balancer, policies)
        for backend in balancer.backends:
            if int(backend.instance_port) == instance_port:
                backend.policy_names = policies
                return balancer
        raise RefusedError(
            "InvalidConfigurationRequest", f"No listener speaks to instance port {instance_port}"
        )

    def configure_health_check(  # noqa: PLR0917 - moto's signature
        self,
        load_balancer_name: str,
        timeout: str,
        healthy_threshold: str,
        unhealthy_threshold: str,
        interval: str,
        target: str,
    ) -> FakeHealthCheck:
        """Set the health check: a path for HTTP and HTTPS only, the timeout below the interval."""
        if not _HEALTH_TARGET.fullmatch(target):
            raise RefusedError("ValidationError", f"Invalid HealthCheck Target: {target}")
        if int(timeout) >= int(interval):
            raise RefusedError("ValidationError", "HealthCheck timeout must be less than interval")
        return super().configure_health_check(
            load_balancer_name, timeout, healthy_threshold, unhealthy_threshold, interval, target
        )

    def _listener(self, name: str, port: int) -> FakeListener:
        for listener in self.get_load_balancer(name).listeners:
            if int(listener.load_balancer_port) == port:
                return listener
        raise RefusedError(
            "ListenerNotFound", f"Load balancer {name} has no listener on port {port}"
        )

    def _listeners(
        self, name: str, ports: Iterable[Mapping[str, Any]], present: Sequence[FakeListener] = ()
    ) -> list[Listener]:
        """Make listeners out of what a call or a template says, or refuse them."""
        made = [Listener(port) for port in ports]
        refuse_duplicates(name, (*present, *made))
        for listener in made:
            refuse_protocols(listener)
            if listener.protocol in SECURE:
                self._find_certificate(listener.ssl_certificate_id)
        refuse_mixed_instance_port((*present, *made))
        return made

    def _find_certificate(self, arn: str | None) -> None:
        """Refuse a server certificate that IAM does not have; moto looks for those of ACM."""
        if not arn:
            raise RefusedError(
                "ValidationError", "SSLCertificateId is required for HTTPS and SSL listeners"
            )
        if ":acm:" in arn:
            return
        found = iam_backends[self.account_id]["aws"].get_certificate_by_arn(arn)
        fresh = not CertificateBackend.settled and arn not in self._seen
        self._seen.add(arn)
        if found is None or fresh:
            raise RefusedError(
                "CertificateNotFound", f"Server Certificate not found for the key: {arn}"
            )

    def _dns_name(self, balancer: LoadBalancer) -> str:
        """Give a DNS name that is as unique as the account, the region and the name."""
        seed = f"{self.account_id}/{self.region_name}/{balancer.name}"
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % 10**9
        internal = "internal-" if balancer.scheme == "internal" else ""
        return f"{internal}{balancer.name}-{number}.{self.region_name}.elb.amazonaws.com"


def _choose_policy(balancer: LoadBalancer) -> None:
    """Give secure listeners without a policy AWS's default: elb-ssl-security-policy."""
    left = [one for one in balancer.listeners if one.protocol in SECURE and not one.policy_names]
    known = {policy.policy_name for policy in balancer.policies}
    if left and DEFAULT_POLICY not in known:
        reference = {"AttributeName": "Reference-Security-Policy", "AttributeValue": DEFAULT_POLICY}
        chosen = OtherPolicy(DEFAULT_POLICY, "SSLNegotiationPolicyType", [reference])
        balancer.policies = [*balancer.policies, chosen]
    for listener in left:
        listener.policy_names = [DEFAULT_POLICY]


ClassicBackend.__module__ = ELBBackend.__module__
