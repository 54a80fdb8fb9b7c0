"""The listeners of a load balancer, in ssl.yml's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.adoption import keys
from sslstack.balancers import policies
from sslstack.balancers.classic import (
    AUTHENTICATION,
    KEY_CONTENT,
    KEY_NAME,
    NEGOTIATION,
    PROTOCOL_PREFIX,
)
from sslstack.balancers.model import CUSTOM_POLICY, known
from sslstack.balancers.protocols import word
from sslstack.ports import find_sensitive
from sslstack.stack.exposure import find_publishable, is_private
from sslstack.stack.listeners import choose_protocol, is_http, speaks_tls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack import compose
    from sslstack.adoption.context import AdoptionContext
    from sslstack.adoption.model import Policy
    from sslstack.balancers.model import Listener


def declare_listeners(context: AdoptionContext) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return each listener that the compose file has a port for, by its target."""
    live, service = context.live, context.service
    ports = find_publishable(service)
    for one in live.listeners:
        target = f"{service.name}:{one.port}"
        port = ports.get(known(one.port))
        if port is None:
            context.warn(
                "adoption.unpublished",
                f"listener {one.port} of {live.name}: service '{service.name}' does not publish "
                "that port",
                "closes it",
                deployed=bool(context.references.listener(known(one.port))),
                hint=f'publish it: "{one.port}:{one.target.port}"',
            )
            continue
        if port.target != one.target.port:
            context.warn(
                "adoption.instance-port",
                f"listener {one.port} of {live.name} sends to port {one.target.port} of the "
                f"instances, not to {port.target}",
                "changes that",
                port.location,
                deployed=context.references.instance_port(known(one.port)) == str(one.target.port),
                hint=f'publish it as "{one.port}:{one.target.port}"',
            )
        said = dict(_listener(context, target, one, port))
        if not said and not _is_served(context, port):
            said = {"protocol": word(one.protocol)}  # an entry that says nothing is left out
        yield target, said


def find_defaults(context: AdoptionContext) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return what each listener is where its declaration does not say, by its target."""
    ports = find_publishable(context.service)
    for one in context.live.listeners:
        if (port := ports.get(known(one.port))) is None:
            continue
        policy = {"security_policy": policies.default_policy(context.live.balancer.kind)}
        yield (
            f"{context.service.name}:{one.port}",
            {
                "protocol": _default_protocol(one, port),
                "secure": _is_secure(one, port),
                **(policy if one.secure else {}),
                "backend": {},
            },
        )


def _listener(
    context: AdoptionContext, target: str, one: Listener, port: compose.Port
) -> Iterator[tuple[str, Any]]:
    """Return the keys of a listener, in the order of the model."""
    if one.certificate is not None:
        yield "certificate", context.references.declared(str(one.certificate))
    protocol = word(one.protocol)
    if protocol != _default_protocol(one, port):
        yield "protocol", protocol
    behind = _behind(context, one)
    trusted = _trusted_keys(context, target, behind)
    secure = one.target.secure
    if secure != _is_secure(one, port) and not trusted:
        yield "secure", secure
    if one.secure and (policy := _security_policy(context, target, one)):
        yield "security_policy", policy
    backend: dict[str, Any] = {"trusted_keys": trusted} if trusted else {}
    if one.target.proxy_protocol:
        backend["proxy_protocol"] = True
    if backend:
        yield "backend", backend


def _default_protocol(one: Listener, port: compose.Port) -> str:
    secure = one.target.secure
    return choose_protocol(port, certified=bool(one.certificates), secure=secure)


def _is_secure(one: Listener, port: compose.Port) -> bool:
    """Return whether the backend is secure where its declaration does not say."""
    return speaks_tls(port) and one.protocol != "TCP"


def _is_served(context: AdoptionContext, port: compose.Port) -> bool:
    """Return whether a port gets a listener that is not declared."""
    if context.live.balancer.scheme == "internal":
        return True
    sensitive = find_sensitive(port.target, port.number or 0, http=is_http(port))
    return is_http(port) and not is_private(port) and sensitive is None


def _behind(context: AdoptionContext, one: Listener) -> list[Policy]:
    """Return the policies that are set on a listener's instance port."""
    names = context.live.backends.get(known(one.target.port), ())
    return [policy for name in names if (policy := context.live.policy(name)) is not None]


def _trusted_keys(context: AdoptionContext, target: str, behind: list[Policy]) -> list[str]:
    """Return the files of the keys that a backend may present, and note their content."""
    names = [
        name
        for policy in behind
        if policy.type == AUTHENTICATION
        for name in policy.values(KEY_NAME)
    ]
    files = []
    for name in names:
        policy = context.live.policy(name)
        written = keys.pem("".join(policy.values(KEY_CONTENT))) if policy else None
        if written is None:
            context.warn(
                "adoption.trusted-key",
                f"listener {target} of {context.live.name} trusts a key that cannot be read: "
                f"policy '{name}'",
                "no longer trusts it",
                deployed=context.references.has_policy(name),
                hint="declare the backend's public key under backend.trusted_keys",
            )
            continue
        path = keys.path(name, written)
        context.files[path] = written
        files.append(path)
    return files


def _security_policy(context: AdoptionContext, target: str, one: Listener) -> str:
    """Return the predefined policy of a listener; a list of its own has no word here."""
    if one.security_policy != CUSTOM_POLICY:
        return str(one.security_policy)
    live, port = context.live, known(one.port)
    named = [policy for name in live.named[port] if (policy := live.policy(name)) is not None]
    own = next(policy for policy in named if policy.type == NEGOTIATION)
    spoken = [name for name, value in own.attributes if _is_protocol(name, value)]
    context.warn(
        "adoption.custom-policy",
        f"listener {target} of {live.name} has a security policy of its own "
        f"({', '.join(spoken) or own.name})",
        f"makes it {policies.default_policy(live.balancer.kind)}",
        deployed=own.name in context.references.policies(port),
        hint="choose a predefined one with security_policy",
    )
    return ""


def _is_protocol(name: str, value: str) -> bool:
    return name.startswith(PROTOCOL_PREFIX) and value.lower() == "true"
