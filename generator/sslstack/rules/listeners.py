"""Rules for the listeners of classic load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sslstack.balancers.protocols import HTTP, PLAIN, SECURE, default_behind
from sslstack.cloudformation.intrinsics import known
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.ports import HTTPS_PORT, PORTS
from sslstack.rules.definition import classic, rule
from sslstack.rules.reading import can_meet, get, is_set, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource, Spot


def protocol(listener: Spot, key: str, resource: Resource) -> str | None:
    """Give a listener's protocol in capitals, as CloudFormation takes it in any case."""
    found = next(get(listener, key), None)
    said = found and text(found, resource.template)
    return said.upper() if said else None


def instance_protocol(listener: Spot, resource: Resource) -> str | None:
    """Give what the backend speaks: HTTP or TCP where the listener does not say."""
    if isinstance(listener.value, dict) and "InstanceProtocol" in listener.value:
        return protocol(listener, "InstanceProtocol", resource)
    front = protocol(listener, "Protocol", resource)
    return front and default_behind(front)


@rule(
    "E9101",
    "Listener and backend speak protocols of the same layer",
    why="""
    A classic load balancer joins HTTP and HTTPS with HTTP and HTTPS, TCP and SSL with TCP and
    SSL. Every pair across the layers is refused when the stack is created.
    """,
    source="listeners",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080", InstanceProtocol: TCP}
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080", InstanceProtocol: HTTP}
    """),
)
def protocol_layers(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge each listener's pair."""
    for listener in balancer.items("Listeners"):
        front = protocol(listener, "Protocol", balancer)
        back = protocol(listener, "InstanceProtocol", balancer)
        if front and back and (front in HTTP) != (back in HTTP):
            path = (*listener.path, "InstanceProtocol")
            yield path, f"{front} cannot be joined with {back}: they are of different layers"


@rule(
    "E9102",
    "A port has one listener",
    why="""
    Two listeners of a load balancer cannot share a port. "443" and 443 are the same port,
    though they are not the same value.
    """,
    source="classic",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
          - {LoadBalancerPort: 80, Protocol: TCP, InstancePort: "8081"}
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
          - {LoadBalancerPort: "81", Protocol: TCP, InstancePort: "8081"}
    """),
)
def duplicate_ports(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the ports of listeners that no condition removes."""
    seen: set[int] = set()
    for listener in balancer.items("Listeners"):
        for port in get(listener, "LoadBalancerPort"):
            value = number(port, balancer.template)
            if value is None or not port.certain:
                continue
            if value in seen:
                yield port.path, f"port {value} has a listener already"
            seen.add(value)


@rule(
    "E9103",
    "Ports are 1 to 65535",
    why="A port outside 1 to 65535 is refused when the stack is created.",
    source="listeners",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "99999", Protocol: HTTP, InstancePort: "8080"}
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "9999", Protocol: HTTP, InstancePort: "8080"}
    """),
)
def port_range(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge both ports of each listener."""
    for listener in balancer.items("Listeners"):
        for key in ("LoadBalancerPort", "InstancePort"):
            for port in get(listener, key):
                said = text(port, balancer.template)
                if said is not None and number(port, balancer.template) not in PORTS:
                    yield port.path, f"'{said}' is not a port; ports are 1 to 65535"


@rule(
    "E9104",
    "An HTTPS or SSL listener has a certificate",
    why="""
    Without SSLCertificateId the listener is refused. cfn-lint's E3679 sees that for protocols
    in capitals; CloudFormation takes https and Ssl as well.
    """,
    source="https",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - LoadBalancerPort: "443"
            Protocol: https
            InstancePort: "8080"
            PolicyNames: [tls]
        Policies:
          - PolicyName: tls
            PolicyType: SSLNegotiationPolicyType
            Attributes:
              - {Name: Reference-Security-Policy, Value: ELBSecurityPolicy-TLS-1-2-2017-01}
    """),
    passing=classic("""
        Listeners:
          - LoadBalancerPort: "443"
            Protocol: https
            InstancePort: "8080"
            SSLCertificateId: arn:aws:iam::123456789012:server-certificate/web
            PolicyNames: [tls]
        Policies:
          - PolicyName: tls
            PolicyType: SSLNegotiationPolicyType
            Attributes:
              - {Name: Reference-Security-Policy, Value: ELBSecurityPolicy-TLS-1-2-2017-01}
    """),
)
def missing_certificate(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look at listeners that speak TLS to clients."""
    for listener in balancer.items("Listeners"):
        front = protocol(listener, "Protocol", balancer)
        if front in SECURE and not list(get(listener, "SSLCertificateId")):
            yield (*listener.path, "Protocol"), f"an {front} listener needs SSLCertificateId"


@rule(
    "E9106",
    "An instance port is secure for all listeners or for none",
    why="""
    Listeners may share an instance port, but then the load balancer speaks to it either
    encrypted (HTTPS, SSL) or plain (HTTP, TCP) for all of them.
    """,
    source="classic",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080", InstanceProtocol: HTTP}
          - {LoadBalancerPort: "81", Protocol: HTTP, InstancePort: 8080, InstanceProtocol: HTTPS}
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080", InstanceProtocol: HTTP}
          - {LoadBalancerPort: "81", Protocol: HTTP, InstancePort: "8443", InstanceProtocol: HTTPS}
    """),
)
def mixed_instance_port(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare listeners that no condition removes."""
    seen: dict[int, str] = {}
    for listener in balancer.items("Listeners"):
        back = instance_protocol(listener, balancer)
        port = next(get(listener, "InstancePort"), None)
        value = number(port, balancer.template) if port else None
        if back is None or port is None or value is None or not listener.certain:
            continue
        before = seen.setdefault(value, back)
        if (before in SECURE) != (back in SECURE):
            message = f"instance port {value} is asked by {before} and by {back}"
            yield port.path, f"{message}: either all secure or none"


@rule(
    "E9109",
    "An HTTP or TCP listener has no certificate",
    why="""
    A certificate is for a listener that speaks TLS: HTTPS or SSL. With any other protocol clients
    are served in plaintext, whatever SSLCertificateId says.
    """,
    source="listeners",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - LoadBalancerPort: "8443"
            Protocol: TCP
            InstancePort: "8080"
            SSLCertificateId: arn:aws:iam::123456789012:server-certificate/web
    """),
    passing=classic("""
        Listeners:
          - LoadBalancerPort: "8443"
            Protocol: SSL
            InstancePort: "8080"
            SSLCertificateId: arn:aws:iam::123456789012:server-certificate/web
            PolicyNames: [tls]
        Policies:
          - PolicyName: tls
            PolicyType: SSLNegotiationPolicyType
            Attributes:
              - {Name: Reference-Security-Policy, Value: ELBSecurityPolicy-TLS-1-2-2017-01}
    """),
)
def certificate_in_plaintext(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare certificates with the protocols of the same branches."""
    template = balancer.template
    for listener in balancer.items("Listeners"):
        for held in get(listener, "SSLCertificateId"):
            for spoken in get(listener, "Protocol"):
                said = (text(spoken, template) or "").upper()
                if said not in PLAIN or not is_set(held, template):
                    continue
                if can_meet(template, held, spoken):
                    message = f"a listener that speaks {said} uses no certificate"
                    yield held.path, f"{message}; its protocol would be HTTPS or SSL"


@rule(
    "W9107",
    "Port 443 is encrypted",
    why="""
    Clients that open port 443 expect TLS. HTTP in plaintext there is a listener without its
    certificate, most of the time; TCP may carry TLS of the backend's own and is left alone.
    """,
    source="combinations",
    types=(CLASSIC,),
    failing=classic("""
        Listeners:
          - {LoadBalancerPort: "443", Protocol: HTTP, InstancePort: "8080"}
    """),
    passing=classic("""
        Listeners:
          - {LoadBalancerPort: "443", Protocol: TCP, InstancePort: "8443"}
    """),
)
def plaintext_https(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look for plaintext HTTP on 443."""
    for listener in balancer.items("Listeners"):
        port = next(get(listener, "LoadBalancerPort"), None)
        if port is None or number(port, balancer.template) != HTTPS_PORT:
            continue
        if protocol(listener, "Protocol", balancer) == "HTTP":
            yield (*listener.path, "Protocol"), "port 443 is plaintext HTTP"


@rule(
    "E9108",
    "A scheme is internal or internet-facing",
    why="Any other scheme is refused. A changed scheme replaces the load balancer.",
    source="classic",
    types=(CLASSIC,),
    failing=classic("""
        Scheme: private
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
    """),
    passing=classic("""
        Scheme: internal
        Listeners:
          - {LoadBalancerPort: "80", Protocol: HTTP, InstancePort: "8080"}
    """),
)
def scheme(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Judge the scheme where it is known."""
    for spot in balancer.get("Scheme"):
        value = known(spot.value, balancer.template)
        if isinstance(value, str) and value not in ("internal", "internet-facing"):
            yield spot.path, f"'{value}' is no scheme; it is internal or internet-facing"
