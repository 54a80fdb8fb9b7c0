"""What AWS would refuse or people would regret, reported at the line that declares it.

Each rule is a generator over one load balancer; `RULES` lists them. Sources: the classic
guide's elb-listener-config and using-elb-listenerconfig-quickref, and the API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sslstack import catalogue
from sslstack.balancers import policies
from sslstack.balancers.classic import LISTENERS_QUOTA, PROXY_ENDS
from sslstack.balancers.model import Classic, HealthCheck
from sslstack.balancers.protocols import HTTP, word
from sslstack.findings import Finding, Severity, find_nearest, list_names, sort_findings
from sslstack.kinds import KINDS
from sslstack.ports import TLS_PORTS
from sslstack.stack.kinds import is_supported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sslstack.balancers.model import Listener, Number, Target
    from sslstack.declaration import Declaration
    from sslstack.findings import Location
    from sslstack.kinds import Kind
    from sslstack.stack.model import LoadBalancer, Stack

    Rule = Callable[[LoadBalancer, Declaration], Iterator[Finding]]


def check_stack(stack: Stack, declaration: Declaration) -> tuple[Finding, ...]:
    """Check a stack; errors are what AWS would refuse, warnings what deserves a thought."""
    return sort_findings(
        [
            *_check_kinds(declaration),
            *_check_unused_certificates(declaration),
            *_check_rule_ids(declaration),
            *(
                finding
                for load_balancer in stack.load_balancers
                for rule in _rules(load_balancer.balancer)
                for finding in rule(load_balancer, declaration)
            ),
        ]
    )


def _rules(balancer: Classic) -> tuple[Rule, ...]:
    """Return the rules for a kind of load balancer."""
    match balancer:
        case Classic():
            return RULES
        case _:
            assert_never(balancer)


def _locate(
    load_balancer: LoadBalancer, declaration: Declaration, listener: Listener, *keys: str
) -> Location:
    """Return the line in ssl.yml, or that of the compose file for what ssl.yml is silent on."""
    place = load_balancer.places[listener.port]
    if place.path is None:
        return place.published
    if keys:
        return declaration.at(*place.path, *keys)
    return declaration.at_key(*place.path)


def _check_kinds(declaration: Declaration) -> Iterator[Finding]:
    ssl = declaration.ssl
    kinds: dict[tuple[str, ...], Kind] = {("load_balancer",): ssl.load_balancer}
    for name, service in ssl.services.items():
        if service.load_balancer is not None:
            kinds["services", name, "load_balancer"] = service.load_balancer
    for path, kind in kinds.items():
        if not is_supported(kind):
            yield Finding(
                rule="load-balancer.kind",
                message=f"load_balancer: {kind} is not supported yet",
                location=declaration.at(*path),
                hint="write load_balancer: classic",
            )


def _check_rule_ids(declaration: Declaration) -> Iterator[Finding]:
    for name in declaration.ssl.checks:
        if name in catalogue.read_renamed():
            yield Finding(
                rule="checks.renamed-rule",
                severity=Severity.NOTICE,
                message=f"rule {name} is called {catalogue.find_current_id(name)} now",
                location=declaration.at_key("checks", name),
                hint=f"write {catalogue.find_current_id(name)}",
            )


def _check_unused_certificates(declaration: Declaration) -> Iterator[Finding]:
    """Find certificates that no listener names; those of an environment are checked there."""
    ssl = declaration.ssl
    here = [] if declaration.environment else ssl.environments.values()
    places = [ssl.listeners, *(environment.listeners for environment in here)]
    used = {listener.certificate for listeners in places for listener in listeners.values()}
    for name in ssl.certificates:
        own = declaration.overrides(("certificates", name)) or not declaration.environment
        if own and name not in used:
            yield Finding(
                rule="certificate.unused",
                severity=Severity.WARNING,
                message=f"no listener uses certificate '{name}'; it is not deployed",
                location=declaration.at_key("certificates", name),
                hint="name it in a listener, or remove it",
            )


def _check_certificate(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    """HTTPS and SSL need a certificate (SSLCertificateId), HTTP and TCP take none."""
    for listener in load_balancer.balancer.listeners:
        target = load_balancer.target(listener)
        spoken = word(listener.protocol) if listener.secure else ""
        if spoken and listener.certificate is None:
            yield Finding(
                rule="listener.no-certificate",
                message=f"listener {target} speaks {spoken} but has no certificate",
                location=_locate(load_balancer, declaration, listener),
                hint=_suggest_certificates(declaration),
            )
        if not spoken and listener.certificate is not None:
            said = str(listener.protocol).lower()
            yield Finding(
                rule="listener.unused-certificate",
                message=f"listener {target} has a certificate but speaks {said}",
                location=_locate(load_balancer, declaration, listener, "protocol"),
                hint=f"write protocol: {'https' if said == 'http' else 'tls'}, or leave "
                "the certificate out",
            )


def _suggest_certificates(declaration: Declaration) -> str:
    names = list_names(declaration.ssl.certificates)
    return f"declare one of: {names}" if names else "write 'certificate: path/to/file.crt'"


def _check_security_policy(
    load_balancer: LoadBalancer, declaration: Declaration
) -> Iterator[Finding]:
    """Only policies that classic load balancers have; known weaknesses are warned of."""
    kind = load_balancer.balancer.kind
    known = policies.predefined(kind)
    strongest = policies.default_policy(kind)
    for listener in load_balancer.balancer.listeners:
        name = str(listener.security_policy)
        place = _locate(load_balancer, declaration, listener, "security_policy")
        target = load_balancer.target(listener)
        if not name:
            continue
        if not listener.secure:
            yield Finding(
                rule="listener.unused-security-policy",
                message=f"listener {target} speaks {str(listener.protocol).lower()}: "
                "a security policy is for https and tls",
                location=place,
            )
        elif name in known:
            if weak := known[name].weaknesses:
                yield Finding(
                    rule="listener.weak-policy",
                    severity=Severity.WARNING,
                    message=f"listener {target}: {name} allows {', '.join(weak)}",
                    location=place,
                    hint=f"the strongest is {strongest}",
                )
        elif any(name in policies.predefined(other) for other in KINDS):
            yield Finding(
                rule="listener.policy-of-other-kind",
                message=f"listener {target}: {kind} load balancers do not have {name}",
                location=place,
                hint=f"the strongest they have is {strongest}",
            )
        else:
            near = find_nearest(name, known)
            yield Finding(
                rule="listener.unknown-security-policy",
                message=f"listener {target}: unknown security policy '{name}'",
                location=place,
                hint=f"did you mean '{near}'?" if near else f"known are: {', '.join(known)}",
            )


def _check_proxy_protocol(
    load_balancer: LoadBalancer, declaration: Declaration
) -> Iterator[Finding]:
    """PROXY passes on TCP to TCP and SSL to TCP only (enable-proxy-protocol, quickref)."""
    for listener in load_balancer.balancer.listeners:
        pair = (listener.protocol, listener.target.protocol)
        if listener.target.proxy_protocol and pair not in PROXY_ENDS:
            why = (
                "HTTP and HTTPS listeners send X-Forwarded-For instead"
                if listener.is_http
                else "not supported with an encrypted backend"
            )
            yield Finding(
                rule="backend.proxy-protocol",
                message=f"listener {load_balancer.target(listener)}: proxy_protocol does "
                f"not work from {pair[0]} to {pair[1]}; {why}",
                location=_locate(load_balancer, declaration, listener, "backend", "proxy_protocol"),
                hint="use protocol: tcp or tls, and a backend without TLS",
            )


_SHARED: Mapping[tuple[str, ...], Callable[[Target], object]] = {
    ("secure",): lambda target: target.secure,
    ("backend", "trusted_keys"): lambda target: target.trusted_keys,
    ("backend", "proxy_protocol"): lambda target: target.proxy_protocol,
}


def _check_shared_ports(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    """Require of listeners that share an instance port that they agree on it.

    Both backends must be secure or both plain (Listener.InstanceProtocol in the API
    reference), and backend policies are set on the instance port, not on the listener.
    """
    first_of: dict[Number, Listener] = {}
    for listener in load_balancer.balancer.listeners:
        first = first_of.setdefault(listener.target.port, listener)
        for keys, ask in _SHARED.items():
            if ask(listener.target) == ask(first.target):
                continue
            target = load_balancer.target(listener)
            asking = listener if ask(listener.target) else first
            yield Finding(
                rule="backend.shared-port",
                message=f"listeners {load_balancer.target(first)} and "
                f"{target} both lead to port "
                f"{listener.target.port}, but differ in {'.'.join(keys)}",
                location=_locate(load_balancer, declaration, asking, *keys),
                hint=_suggest_same(keys, load_balancer.target(first), target),
            )
            break  # a secure backend and its keys differ together


def _suggest_same(keys: tuple[str, ...], first: str, second: str) -> str:
    value = "true" if keys[-1] in ("secure", "proxy_protocol") else "the same files"
    return (
        f"set {'.'.join(keys)}: {value} on {first} and on {second}, or publish different ports of "
        "the container"
    )


def _check_health_check(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    check = load_balancer.balancer.health_check
    path = ("services", load_balancer.service, "health_check", "path")
    if isinstance(check, HealthCheck) and check.path and check.protocol not in HTTP:
        yield Finding(
            rule="health-check.path",
            message=f"a {check.protocol} health check has no path",
            location=declaration.at(*path),
            hint="add protocol: http (or https), or leave the path out",
        )


def _check_stickiness(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    """Cookies are seen on HTTP and HTTPS only (elb-sticky-sessions, classic guide)."""
    if load_balancer.balancer.stickiness and not any(
        one.is_http for one in load_balancer.balancer.listeners
    ):
        yield Finding(
            rule="service.stickiness",
            message=f"service '{load_balancer.service}' has no http or https listener: "
            "stickiness needs one",
            location=declaration.at_key("services", load_balancer.service, "stickiness"),
        )


def _check_plaintext(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    """Plaintext where people expect TLS."""
    for listener in load_balancer.balancer.listeners:
        target = load_balancer.target(listener)
        if listener.port in TLS_PORTS and listener.protocol == "HTTP":
            yield Finding(
                rule="listener.plaintext-443",
                severity=Severity.WARNING,
                message=f"listener {target} is plaintext {listener.protocol}",
                location=_locate(load_balancer, declaration, listener),
                hint=f"declare a certificate under listeners.{target}, or protocol: tcp "
                "where the backend itself speaks TLS",
            )


def _check_quotas(load_balancer: LoadBalancer, declaration: Declaration) -> Iterator[Finding]:
    number = len(load_balancer.balancer.listeners)
    if number > LISTENERS_QUOTA:
        yield Finding(
            rule="load-balancer.quota",
            severity=Severity.WARNING,
            message=f"service '{load_balancer.service}' has {number} listeners; "
            f"AWS allows {LISTENERS_QUOTA} for a classic load balancer by default",
            location=declaration.at_key("services", load_balancer.service),
        )


RULES: tuple[Rule, ...] = (
    _check_certificate,
    _check_security_policy,
    _check_proxy_protocol,
    _check_shared_ports,
    _check_health_check,
    _check_stickiness,
    _check_plaintext,
    _check_quotas,
)
