"""How a rule is defined: what cfn-lint wants to know of it, why it is there, and examples."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.rules import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sslstack.rules.reading import Path, Resource

    Judge = Callable[[Resource], Iterator[tuple[Path, str]]]

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


class Rule(CloudFormationLintRule):  # type: ignore[misc] # cfn-lint's types are not followed
    """A rule for resources of some types; `why`, `failing` and `passing` are for its page."""

    why: ClassVar[str]
    failing: ClassVar[str]
    passing: ClassVar[str]
    types: ClassVar[tuple[str, ...]]
    judge: ClassVar[Judge]

    def match(self, cfn: Any) -> list[RuleMatch]:
        """Judge every resource of the rule's types; the template is anybody's."""
        template = cfn.template
        return [
            RuleMatch(list(path), message)
            for resource in reading.resources(template, *self.types)
            for path, message in type(self).judge(resource)
        ]


def rule(
    id: str,  # noqa: A002 - as cfn-lint calls it
    summary: str,
    *,
    why: str,
    source: str,
    types: tuple[str, ...],
    failing: str,
    passing: str,
) -> Callable[[Judge], type[Rule]]:
    """Make a rule of a function that gives path and message of each fault in a resource.

    `source` is a key of `SOURCES`; `failing` and `passing` are whole templates. The class is
    called after the function.
    """

    def made(judge: Judge) -> type[Rule]:
        name = "".join(word.capitalize() for word in judge.__name__.split("_"))
        members = {
            "__doc__": judge.__doc__,
            "__module__": judge.__module__,
            "id": id,
            "shortdesc": summary,
            "description": textwrap.dedent(why).strip().replace("\n", " "),
            "source_url": SOURCES[source],
            "tags": ["sslstack", *sorted({kind.split("::")[1].lower() for kind in types})],
            "why": textwrap.dedent(why).strip(),
            "failing": failing,
            "passing": passing,
            "types": types,
            "judge": staticmethod(judge),
        }
        return type(name, (Rule,), members)

    return made


_HEALTH_CHECK = """\
HealthCheck:
  Target: HTTP:8080/health
  Interval: "30"
  Timeout: "5"
  HealthyThreshold: "2"
  UnhealthyThreshold: "2"
"""


def resource(kind: str, properties: str, *, name: str = "Web", more: str = "") -> str:
    """Write a template with one resource; `more` are other sections or resources."""
    body = textwrap.indent(textwrap.dedent(properties).strip(), "      ")
    others = textwrap.dedent(more).strip("\n")
    return f"Resources:\n  {name}:\n    Type: {kind}\n    Properties:\n{body}\n" + (
        f"{others}\n" if others else ""
    )


def classic(properties: str, *, more: str = "") -> str:
    """Write a template with one classic load balancer, with a health check if it has none."""
    properties = textwrap.dedent(properties).strip() + "\n"
    if "HealthCheck:" not in properties:
        properties += _HEALTH_CHECK
    return resource(CLASSIC, properties, more=more)
