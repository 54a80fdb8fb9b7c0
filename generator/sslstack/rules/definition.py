"""What a rule for templates is: a function that finds the faults of one resource.

What a rule asks for is in catalogue.txt; why, with examples, on its page in docs/rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.rules import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sslstack.rules.reading import Path, Resource

    Check = Callable[[Resource], Iterator[tuple[Path, str]]]

_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest"
_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
SOURCES = {
    "listeners": f"{_ELB}/classic/elb-listener-config.html",
    "combinations": f"{_ELB}/classic/using-elb-listenerconfig-quickref.html",
    "classic": f"{_REFERENCE}/aws-resource-elasticloadbalancing-loadbalancer.html",
    "policies": f"{_ELB}/classic/elb-security-policy-table.html",
    "backend ciphers": f"{_ELB}/classic/elb-ssl-security-policy.html",
    "https": f"{_ELB}/classic/elb-create-https-ssl-load-balancer.html",
    "proxy": f"{_ELB}/classic/enable-proxy-protocol.html",
    "health": f"{_ELB}/classic/elb-healthchecks.html",
    "idle": f"{_ELB}/classic/config-idle-timeout.html",
    "alb policies": f"{_ELB}/application/describe-ssl-policies.html",
    "alb listeners": f"{_ELB}/application/load-balancer-listeners.html",
    "nlb listeners": f"{_ELB}/network/load-balancer-listeners.html",
    "listener": f"{_REFERENCE}/aws-resource-elasticloadbalancingv2-listener.html",
    "listener certificate":
        f"{_REFERENCE}/aws-resource-elasticloadbalancingv2-listenercertificate.html",
    "server certificate": f"{_REFERENCE}/aws-resource-iam-servercertificate.html",
    "certificates":
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs.html",
    "secrets": f"{_GUIDE}/dynamic-references-secretsmanager.html",
    "ssm-secure": f"{_GUIDE}/dynamic-references-ssm-secure-strings.html",
    "parameters": f"{_GUIDE}/parameters-section-structure.html",
    "limits": f"{_GUIDE}/cloudformation-limits.html",
    "security group": f"{_REFERENCE}/aws-resource-ec2-securitygroup.html",
}  # fmt: skip
"""AWS's pages, by what they are about."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for resources of some types; `source` is the page of AWS that it follows.

    `check` yields the path and the message of every fault in a resource.
    """

    id: str
    types: tuple[str, ...]
    source: str
    check: Check

    def find_faults(self, template: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
        """Check every resource of the rule's types in a template, however malformed."""
        for resource in reading.find_resources(template, *self.types):
            yield from self.check(resource)


def rule(
    id: str,  # noqa: A002 - as in the catalogue
    *,
    source: str,
    types: tuple[str, ...],
) -> Callable[[Check], Rule]:
    """Make a rule of the function below; `source` is a key of `SOURCES`."""
    return lambda check: Rule(id, types, SOURCES[source], check)
