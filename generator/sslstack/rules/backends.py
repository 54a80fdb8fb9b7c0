"""Rules for the authentication of backends by classic load balancers."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sslstack.balancers.classic import AUTHENTICATION, KEY_CONTENT, KEY_NAME, PUBLIC_KEY
from sslstack.balancers.protocols import SECURE
from sslstack.cloudformation.resource_types import CLASSIC
from sslstack.findings import find_nearest
from sslstack.rules.definition import rule
from sslstack.rules.listeners import read_instance_protocol
from sslstack.rules.policies import find_attributes, find_policies
from sslstack.rules.reading import find_items, find_values, read_number, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sslstack.rules.reading import Path, Resource


@rule("E9121", source="https", types=(CLASSIC,))
def absent_key_policy(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the names of keys with those declared."""
    named = [
        read_text(spot, balancer.template)
        for policy in find_policies(balancer)
        for spot in find_values(policy, "PolicyName")
    ]
    keys = {
        read_text(spot, balancer.template)
        for policy in find_policies(balancer, PUBLIC_KEY)
        for spot in find_values(policy, "PolicyName")
    }
    if None in named:
        return
    for policy in find_policies(balancer, AUTHENTICATION):
        for spot, name, value in find_attributes(policy, balancer):
            if name != KEY_NAME or value is None or value in keys:
                continue
            near = find_nearest(value, [key for key in keys if key])
            hint = f"; did you mean '{near}'?" if near else ""
            message = f"no {PUBLIC_KEY} '{value}' is declared here{hint}"
            yield (*spot.path, "Value"), message


def _read_public_key(value: str) -> object | str:
    """Return the key in a PublicKey attribute, or what is wrong with it."""
    if "-----" in value:
        return "contains the PEM markers; use only the text between them"
    if value.startswith("ssh-"):
        return "is an SSH key"
    try:
        content = base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        return "is not base64"
    try:
        return load_der_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "is not a SubjectPublicKeyInfo"


@rule("E9122", source="https", types=(CLASSIC,))
def unreadable_public_key(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Read each declared key."""
    for path, key in _find_keys(balancer):
        if isinstance(key, str):
            yield path, f"the public key {key}"


@rule("E9123", source="backend ciphers", types=(CLASSIC,))
def elliptic_public_key(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Look at the kind of each readable key."""
    for path, key in _find_keys(balancer):
        if not isinstance(key, str | rsa.RSAPublicKey):
            yield path, "not an RSA key: a classic load balancer can never match it"


def _find_keys(balancer: Resource) -> Iterator[tuple[Path, object | str]]:
    for policy in find_policies(balancer, PUBLIC_KEY):
        for spot, name, value in find_attributes(policy, balancer):
            if name == KEY_CONTENT and value is not None:
                yield (*spot.path, "Value"), _read_public_key(value)


@rule("E9124", source="https", types=(CLASSIC,))
def authentication_in_plaintext(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Compare the instance ports of authentication policies with the listeners."""
    spoken: dict[int, str | None] = {}
    for listener in balancer.find_items("Listeners"):
        for spot in find_values(listener, "InstancePort"):
            port = read_number(spot, balancer.template)
            if port is not None:
                spoken[port] = read_instance_protocol(listener, balancer)
    for policy in find_policies(balancer, AUTHENTICATION):
        for spot in find_items(policy, "InstancePorts"):
            port = read_number(spot, balancer.template)
            back = spoken.get(port) if port is not None else None
            if back is not None and back not in SECURE:
                yield spot.path, f"instance port {port} uses plaintext ({back})"
