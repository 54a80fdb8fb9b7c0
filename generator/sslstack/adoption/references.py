"""What a load balancer has from its own stack: certificates and groups by the stack's names.

A load balancer that was changed by hand names them by what they are at AWS; in ssl.yml, and in
the template, they go on being what the stack has made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sslstack.arn import begins_arn, read_name
from sslstack.cloudformation.intrinsics import reference
from sslstack.cloudformation.names import logical_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sslstack.adoption.owner import Resource
    from sslstack.declaration import Declaration

Reference = Any
"""What a template says in place of a resource's name: `{"Fn::GetAtt": [...]}` or `{"Ref": ...}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackReferences:
    """What the stack has made, by physical ID.

    `said` is what ssl.yml says of a certificate, `references` what the template says of it or
    of a security group. `properties` are what the template says of the load balancer, if that is
    the stack's as well.
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)

    def declared(self, certificate: str) -> Any:
        """Return what ssl.yml says of the certificate of an ARN: the ARN, where it is not ours."""
        return _found(self.said, certificate)

    def reference(self, name: str) -> Reference:
        """Return what the template says of an ARN, or of a group's ID; itself where not ours."""
        return _found(self.references, name)

    def listener(self, port: int) -> Mapping[str, Any]:
        """Return what the template says of the listener of a port; empty where it has none."""
        return self._entry("Listeners", "LoadBalancerPort", str(port))

    def instance_port(self, port: int) -> str:
        """Return where the template has that listener lead; empty where it does not say."""
        return str(self.listener(port).get("InstancePort", ""))

    def policies(self, port: int) -> frozenset[str]:
        """Return the names of the policies that the template sets on the listener of a port."""
        listed = _listed(self.listener(port), "PolicyNames")
        return frozenset(one for one in listed if isinstance(one, str))

    def has_policy(self, name: str) -> bool:
        """Return whether the template has a policy, but for those of cookies."""
        return bool(self._entry("Policies", "PolicyName", name))

    def names(self, name: str, members: Iterable[str]) -> bool:
        """Return whether a list in the template names any of these by what they are at AWS."""
        listed = _listed(self.properties, name)
        return any(one in listed for one in members)

    def idle_timeout(self) -> str:
        """Return the seconds that the template says; empty where it says none."""
        return str(_at(self.properties, "ConnectionSettings").get("IdleTimeout", ""))

    def _entry(self, name: str, key: str, value: str) -> Mapping[str, Any]:
        for entry in _listed(self.properties, name):
            if isinstance(entry, dict) and str(entry.get(key, "")) == value:
                return entry
        return {}


def _found(known: Mapping[str, Any], name: str) -> Any:
    """Look up an ARN: the physical ID of a server certificate is only the end of it."""
    return known.get(name, known.get(read_name(name), name))


def read_references(
    resources: Iterable[Resource],
    title: str,
    deployed: Mapping[str, Any],
    declared: Declaration,
    service: str,
) -> StackReferences:
    """Return the references by which a stack's template names what its load balancer uses.

    `deployed` is the stack's template, `title` the load balancer's logical ID in it.
    """
    made = {one.logical_id: one.physical_id for one in resources}
    properties = _at(deployed, "Resources", title, "Properties")
    named = {logical_id(name, "Certificate"): name for name in declared.ssl.certificates}
    said: dict[str, Any] = {made[one]: name for one, name in named.items() if one in made}
    references: dict[str, Reference] = {
        made[one]: {"Ref": one} if begins_arn(made[one]) else {"Fn::GetAtt": [one, "Arn"]}
        for one in named
        if one in made
    }
    for port, named_as in _certificates(properties):
        physical = made.get(_referred(named_as), "")
        references[physical] = named_as
        target = f"{service}:{port}"
        stated = _at(declared.document.data, "listeners", target).get("certificate")
        if physical not in said and stated is not None:
            said[physical] = stated
    for named_as in _listed(properties, "SecurityGroups"):
        references[made.get(_referred(named_as), "")] = named_as
    references.pop("", None)
    said.pop("", None)
    return StackReferences(properties=properties, said=said, references=references)


def _at(data: Any, *path: str) -> Mapping[str, Any]:
    """Return a mapping in a document; an empty one where there is none, as in strange templates."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _listed(properties: Mapping[str, Any], name: str) -> list[Any]:
    value = properties.get(name)
    return value if isinstance(value, list) else []


def _certificates(properties: Mapping[str, Any]) -> Iterator[tuple[str, Reference]]:
    for listener in _listed(properties, "Listeners"):
        if isinstance(listener, dict) and "SSLCertificateId" in listener:
            yield str(listener.get("LoadBalancerPort", "")), listener["SSLCertificateId"]


def _referred(value: Reference) -> str:
    """Return the logical ID that a reference names, empty for what is none."""
    found = reference(value)
    return found[0] if found else ""
