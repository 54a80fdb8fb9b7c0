"""What a load balancer has from its own stack: certificates and groups by the stack's names.

A load balancer that was changed by hand names them by what they are at AWS; in ssl.yml, and in
the template, they go on being what the stack has made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.names import logical_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.declaration import Declaration
    from sslstack.deploy.aws import Aws

Reference = Any
"""What a template says in place of a resource's name: `{"Fn::GetAtt": [...]}` or `{"Ref": ...}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the stack has made, by physical ID.

    `said` is what ssl.yml says of a certificate, `references` what the template says of it or
    of a security group.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)

    def declared(self, certificate: str) -> Any:
        """Give what ssl.yml says of the certificate of an ARN: the ARN, where it is not ours."""
        return _found(self.said, certificate)

    def reference(self, name: str) -> Reference:
        """Give what the template says of an ARN, or of a group's ID; itself where not ours."""
        return _found(self.references, name)


def _found(known: Mapping[str, Any], name: str) -> Any:
    """Look up an ARN: the physical ID of a server certificate is only the end of it."""
    return known.get(name, known.get(name.rpartition("/")[2], name))


def own(
    aws: Aws, stack_id: str, properties: Mapping[str, Any], declared: Declaration, service: str
) -> Own:
    """Read what a stack has made of what its load balancer before a service refers to.

    `properties` are the load balancer's in the deployed template. Raises SslstackError.
    """
    answer = aws.read("cloudformation", "describe_stack_resources", StackName=stack_id)
    made = {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for one in answer["StackResources"]
    }
    named = {logical_id(name, "Certificate"): name for name in declared.ssl.certificates}
    said: dict[str, Any] = {made[one]: name for one, name in named.items() if one in made}
    references: dict[str, Reference] = {
        made[one]: {"Ref": one} if made[one].startswith("arn:") else {"Fn::GetAtt": [one, "Arn"]}
        for one in named
        if one in made
    }
    for port, reference in _certificates(properties):
        physical = made.get(_referred(reference), "")
        references[physical] = reference
        target = f"{service}:{port}"
        if physical not in said and target in declared.ssl.listeners:
            said[physical] = declared.document.data["listeners"][target].get("certificate")
    for reference in properties.get("SecurityGroups", ()):
        references[made.get(_referred(reference), "")] = reference
    references.pop("", None)
    return Own(said=said, references=references)


def _certificates(properties: Mapping[str, Any]) -> Iterator[tuple[str, Reference]]:
    for listener in properties.get("Listeners", ()):
        if "SSLCertificateId" in listener:
            yield str(listener["LoadBalancerPort"]), listener["SSLCertificateId"]


def _referred(reference: Reference) -> str:
    """Give the logical ID that a reference names, empty for what is none."""
    if not isinstance(reference, dict):
        return ""
    named = reference.get("Fn::GetAtt") or [reference.get("Ref", "")]
    return str(named[0])
