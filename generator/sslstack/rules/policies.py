"""Rules for the policies of classic load balancers, and for security policies of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.findings import nearest
from sslstack.policies import RESERVED_PREFIXES, SecurityPolicy, facts, predefined
from sslstack.rules.definition import CLASSIC, LISTENER, classic, resource, rule
from sslstack.rules.listeners import SECURE, instance_protocol, protocol
from sslstack.rules.reading import get, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.rules.reading import Path, Resource, Spot

NEGOTIATION = "SSLNegotiationPolicyType"
_REFERENCE = "Reference-Security-Policy"
_ATTRIBUTES: Mapping[str, frozenset[str] | None] = {
    NEGOTIATION: None,  # protocols and ciphers by name, see _negotiable
    "PublicKeyPolicyType": frozenset({"PublicKey"}),
    "BackendServerAuthenticationPolicyType": frozenset({"PublicKeyPolicyName"}),
    "ProxyProtocolPolicyType": frozenset({"ProxyProtocol"}),
    "AppCookieStickinessPolicyType": frozenset({"CookieName"}),
    "LBCookieStickinessPolicyType": frozenset({"CookieExpirationPeriod"}),
}
"""The attributes of each type of policy: DescribeLoadBalancerPolicyTypes."""
_OBSOLETE = ("Protocol-SSLv2", "Protocol-SSLv3", "Protocol-TLSv1", "Protocol-TLSv1.1")
_WEAK_CIPHERS = ("RC4", "DES-CBC", "EXP-", "NULL", "PSK", "SEED", "IDEA", "CAMELLIA", "DHE-DSS")

_TLS = """
    Listeners:
      - LoadBalancerPort: "443"
        Protocol: HTTPS
        InstancePort: "8080"
        SSLCertificateId: arn:aws:iam::123456789012:server-certificate/web
        PolicyNames: [tls]
    Policies:
      - PolicyName: tls
        PolicyType: SSLNegotiationPolicyType
        Attributes:
          - {Name: Reference-Security-Policy, Value: ELBSecurityPolicy-TLS-1-2-2017-01}
"""


def policies(balancer: Resource, kind: str = "") -> Iterator[Spot]:
    """Give the declared policies, all or those of a type."""
    for policy in balancer.items("Policies"):
        if not kind or _said(policy, "PolicyType", balancer) == kind:
            yield policy


def attributes(policy: Spot, balancer: Resource) -> Iterator[tuple[Spot, str, str | None]]:
    """Give the attributes of a policy: the place, the name, and the value where known."""
    for attribute in items(policy, "Attributes"):
        name = _said(attribute, "Name", balancer)
        if name is not None:
            yield attribute, name, _said(attribute, "Value", balancer)


def _said(spot: Spot, key: str, balancer: Resource) -> str | None:
    found = next(get(spot, key), None)
    return found and text(found, balancer.template)


def _declared(balancer: Resource) -> set[str] | None:
    """Give the names of all declared policies; None where one cannot be known."""
    names = {
        _said(spot, "PolicyName", balancer)
        for key in ("Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for spot in balancer.items(key)
    }
    known = {name for name in names if name is not None}
    lists = all(
        isinstance(spot.value, list)
        for key in ("Policies", "AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for spot in balancer.get(key)
    )
    return known if lists and None not in names else None


@rule(
    "E9111",
    "A listener names policies that are declared",
    why="""
    PolicyNames refers to policies of the same load balancer. A predefined policy cannot be named
    there either: it is the Reference-Security-Policy of a policy of one's own.
    """,
    source="classic",
    types=(CLASSIC,),
    failing=classic(_TLS.replace("PolicyNames: [tls]", "PolicyNames: [tls, sticky]")),
    passing=classic(_TLS),
)
def undeclared_policy(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the names in listeners with those declared."""
    declared = _declared(balancer)
    if declared is None:
        return
    for listener in balancer.items("Listeners"):
        for named in items(listener, "PolicyNames"):
            name = text(named, balancer.template)
            if name is None or name in declared:
                continue
            near = nearest(name, declared)
            hint = f"; did you mean '{near}'?" if near else ""
            if name in predefined("classic"):
                hint = f"; declare an {NEGOTIATION} with {_REFERENCE}: {name}"
            yield named.path, f"no policy '{name}' is declared here{hint}"


@rule(
    "E9112",
    "A policy has a name of one's own",
    why="Names that begin with ELBSecurityPolicy- or ELBSample- are reserved for AWS's policies.",
    source="https",
    types=(CLASSIC,),
    failing=classic(_TLS.replace("tls", "ELBSecurityPolicy-mine")),
    passing=classic(_TLS),
)
def reserved_name(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the names of declared policies."""
    for policy in policies(balancer):
        for spot in get(policy, "PolicyName"):
            name = text(spot, balancer.template)
            if name is not None and name.startswith(RESERVED_PREFIXES):
                yield spot.path, f"'{name}' begins as only AWS's own policies may"


@rule(
    "E9113",
    "A policy is of a type that exists",
    why="A policy of an unknown type is refused when the stack is created.",
    source="classic",
    types=(CLASSIC,),
    failing=classic(_TLS.replace("SSLNegotiationPolicyType", "SSLNegotiationPolicy")),
    passing=classic(_TLS),
)
def unknown_policy_type(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the types of declared policies."""
    for policy in policies(balancer):
        for spot in get(policy, "PolicyType"):
            kind = text(spot, balancer.template)
            if kind is not None and kind not in _ATTRIBUTES:
                near = nearest(kind, _ATTRIBUTES)
                hint = f"; did you mean {near}?" if near else ""
                yield spot.path, f"there is no policy type '{kind}'{hint}"


@rule(
    "E9114",
    "A policy has the attributes of its type",
    why="""
    Each type of policy has its own attributes; those of SSLNegotiationPolicyType are protocols,
    ciphers, Server-Defined-Cipher-Order and Reference-Security-Policy.
    """,
    source="classic",
    types=(CLASSIC,),
    failing=classic(_TLS.replace("Reference-Security-Policy", "Security-Policy")),
    passing=classic(_TLS),
)
def unknown_attribute(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the attributes of policies whose type is known."""
    for policy in policies(balancer):
        kind = _said(policy, "PolicyType", balancer)
        if kind is None or kind not in _ATTRIBUTES:
            continue
        allowed = _ATTRIBUTES[kind] or _negotiable()
        for spot, name, _ in attributes(policy, balancer):
            if name not in allowed:
                near = nearest(name, allowed)
                hint = f"; did you mean '{near}'?" if near else ""
                yield (*spot.path, "Name"), f"{kind} has no attribute '{name}'{hint}"


def _negotiable() -> frozenset[str]:
    custom = facts()["classic_custom"]
    names = {_REFERENCE, "Server-Defined-Cipher-Order", *_OBSOLETE, "Protocol-TLSv1.2"}
    for value in custom.values():
        if isinstance(value, list):
            names.update(item for item in value if isinstance(item, str))
    return frozenset(names)


@rule(
    "W9115",
    "A predefined security policy exists",
    why="""
    The stack fails with a name that AWS does not know. AWS adds policies now and then, so an
    unknown name is a warning, with the nearest name that is known.
    """,
    source="policies",
    types=(CLASSIC, LISTENER),
    failing=classic(_TLS.replace("TLS-1-2-2017-01", "TLS-1-2-2017")),
    passing=classic(_TLS),
)
def unknown_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Judge predefined policies by name."""
    names = _known_names(thing)
    for path, name in _predefined_in(thing):
        if name not in names:
            near = nearest(name, names)
            hint = f"; did you mean {near}?" if near else ""
            yield path, f"'{name}' is no security policy that is known{hint}"


def _known_names(thing: Resource) -> Mapping[str, SecurityPolicy]:
    if thing.type == CLASSIC:
        return predefined("classic")
    return {**predefined("application"), **predefined("network")}


def _predefined_in(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Give the predefined policies that a load balancer or listener refers to."""
    if thing.type == CLASSIC:
        for policy in policies(thing, NEGOTIATION):
            for spot, name, value in attributes(policy, thing):
                if name == _REFERENCE and value is not None:
                    yield (*spot.path, "Value"), value
        return
    for spot in thing.get("SslPolicy"):
        said = text(spot, thing.template)
        if said is not None:
            yield spot.path, said


@rule(
    "W9116",
    "A security policy has no weak protocols and ciphers",
    why="""
    TLS 1.0 and 1.1 are obsolete (RFC 8996); RC4, 3DES and the export ciphers are broken
    (RFC 7465, RFC 9325). AWS's default, ELBSecurityPolicy-2016-08, still has TLS 1.0.
    """,
    source="policies",
    types=(CLASSIC, LISTENER),
    failing=classic(_TLS.replace("TLS-1-2-2017-01", "2016-08")),
    passing=classic(_TLS),
)
def weak_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Judge predefined policies by what they allow, and one's own by what they switch on."""
    names = _known_names(thing)
    for path, name in _predefined_in(thing):
        if name in names and (weak := names[name].weaknesses):
            yield path, f"{name} allows {', '.join(weak)}"
    if thing.type != CLASSIC:
        return
    for policy in policies(thing, NEGOTIATION):
        for spot, name, value in attributes(policy, thing):
            weak_name = name in _OBSOLETE or any(word in name for word in _WEAK_CIPHERS)
            if weak_name and value == "true":
                yield (*spot.path, "Name"), f"{name} is weak and switched on"


@rule(
    "I9117",
    "Every cipher is forward secret",
    why="""
    Without a fresh key for each connection (ECDHE), whoever gets the private key later can read
    what was recorded before. TLS 1.3 has nothing else.
    """,
    source="alb policies",
    types=(LISTENER,),
    failing=resource(
        LISTENER,
        """
        LoadBalancerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/b
        Port: 443
        Protocol: HTTPS
        SslPolicy: ELBSecurityPolicy-TLS-1-2-2017-01
        Certificates: [{CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/a"}]
        DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200"}}]
        """,
    ),
    passing=resource(
        LISTENER,
        """
        LoadBalancerArn: arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/a/b
        Port: 443
        Protocol: HTTPS
        SslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06
        Certificates: [{CertificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/a"}]
        DefaultActions: [{Type: fixed-response, FixedResponseConfig: {StatusCode: "200"}}]
        """,
    ),
)
def not_forward_secret(listener: Resource) -> Iterator[tuple[Path, str]]:
    """Judge listeners of the newer kinds; no predefined policy of classic ones is better."""
    names = _known_names(listener)
    for path, name in _predefined_in(listener):
        if name in names and names[name].forward_secret is False:
            yield path, f"{name} has ciphers without forward secrecy"


@rule(
    "W9118",
    "A TLS listener says which security policy it has",
    why="""
    Left to AWS, a listener gets ELBSecurityPolicy-2016-08, with TLS 1.0, and a later default
    changes what clients may speak without any change of the template.
    """,
    source="policies",
    types=(CLASSIC, LISTENER),
    failing=classic("""
        Listeners:
          - LoadBalancerPort: "443"
            Protocol: HTTPS
            InstancePort: "8080"
            SSLCertificateId: arn:aws:iam::123456789012:server-certificate/web
    """),
    passing=classic(_TLS),
)
def default_security_policy(thing: Resource) -> Iterator[tuple[Path, str]]:
    """Look for TLS listeners without a policy."""
    message = "no security policy is named: AWS's default has TLS 1.0"
    if thing.type == LISTENER:
        front = next(thing.get("Protocol"), None)
        said = text(front, thing.template) if front else None
        if said and said.upper() in ("HTTPS", "TLS"):
            for spot in thing.lacks("SslPolicy"):
                yield (*spot.path, "Protocol"), message
        return
    kinds = {
        _said(policy, "PolicyName", thing): _said(policy, "PolicyType", thing)
        for policy in policies(thing)
    }
    if None in kinds or not set(kinds.values()) <= set(_ATTRIBUTES):
        return
    for listener in thing.items("Listeners"):
        if protocol(listener, "Protocol", thing) not in SECURE:
            continue
        named = [text(spot, thing.template) for spot in items(listener, "PolicyNames")]
        lists = all(isinstance(spot.value, list) for spot in get(listener, "PolicyNames"))
        known = lists and None not in named
        if known and not any(kinds.get(name) == NEGOTIATION for name in named):
            yield (*listener.path, "Protocol"), message


@rule(
    "E9119",
    "The PROXY header goes to backends of TCP and SSL listeners only",
    why="""
    A ProxyProtocolPolicyType holds for an instance port and so for every listener that uses it.
    HTTP listeners have X-Forwarded-For in its place, and SSL to SSL does not carry it.
    """,
    source="proxy",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
        Policies:
          - PolicyName: proxy
            PolicyType: ProxyProtocolPolicyType
            Attributes: [{Name: ProxyProtocol, Value: "true"}]
            InstancePorts: ["8080"]
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: TCP, InstancePort: "8080"}
        Policies:
          - PolicyName: proxy
            PolicyType: ProxyProtocolPolicyType
            Attributes: [{Name: ProxyProtocol, Value: "true"}]
            InstancePorts: ["8080"]
    """),
)
def proxy_where_it_cannot_go(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the instance ports of PROXY policies with the listeners that use them."""
    for policy in policies(balancer, "ProxyProtocolPolicyType"):
        switched = {value for _, name, value in attributes(policy, balancer)}
        if switched and switched != {"true"}:
            continue
        for spot in items(policy, "InstancePorts"):
            port = number(spot, balancer.template)
            for front, back in _pairs(balancer, port):
                if front in ("HTTP", "HTTPS") or (front, back) == ("SSL", "SSL"):
                    message = f"instance port {port} is used by {front} to {back}"
                    yield spot.path, f"{message}, which carries no PROXY header"


def _pairs(balancer: Resource, port: int | None) -> Iterator[tuple[str, str]]:
    """Give the protocol pairs of the listeners that certainly use an instance port."""
    for listener in balancer.items("Listeners"):
        used = next(get(listener, "InstancePort"), None)
        front = protocol(listener, "Protocol", balancer)
        back = instance_protocol(listener, balancer)
        if used is None or port is None or not front or not back or not listener.certain:
            continue
        if number(used, balancer.template) == port:
            yield front, back
