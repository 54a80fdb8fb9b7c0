"""Names inside a template; each depends only on the name and content of one part.

No name depends on what else is in the stack: adding a service never renames another's
resources, and a resource that must be replaced with its content has a name that changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, assert_never

from sslstack.kinds import KINDS
from sslstack.stack.kinds import is_supported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sslstack.kinds import Kind

_SIMPLE = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
_HASH_LENGTH = 8
SECURITY_GROUP, CERTIFICATE = "SecurityGroup", "Certificate"
"""Suffixes of logical IDs."""


def logical_id(name: str, suffix: str) -> str:
    """Return a logical ID (letters and digits) for the resource `suffix` of a thing.

    `my-app` becomes `MyApp…`. Names that cannot be read back from it (`my_app`,
    `web-2`) also get some digits of their hash, so that logical IDs are unique.
    """
    words = re.findall(r"[A-Za-z0-9]+", name)
    camel = "".join(word[:1].upper() + word[1:] for word in words)
    unique = "" if _SIMPLE.fullmatch(name) else _digest(name)[:6]
    # A logical ID begins with a letter here, although CloudFormation allows a digit.
    return f"{'' if camel[:1].isalpha() else 'X'}{camel}{unique}{suffix}"


def load_balancer_id(service: str, kind: Kind) -> str:
    """Return the logical ID of the load balancer of a service; each kind has its own."""
    return logical_id(service, _suffix(kind))


def _suffix(kind: Kind) -> str:
    """Return a suffix whose capitals no service name can produce, so that IDs are unique."""
    match kind:
        case "classic":
            return "LoadBalancer"
        case "application":
            return "ALB"
        case "network":
            return "NLB"
        case _:
            assert_never(kind)


def service_of(logical_id_: str) -> str:
    """Return the service of a load balancer's logical ID, or the ID itself."""
    for kind in filter(is_supported, KINDS):
        camel = logical_id_.removesuffix(_suffix(kind))
        name = re.sub(r"(?<=.)(?=[A-Z])", "-", camel).lower()
        if load_balancer_id(name, kind) == logical_id_:
            return name
    return logical_id_


def policy_name(kind: str, attributes: Sequence[tuple[str, str]]) -> str:
    """Return a name for a policy of a classic load balancer, derived from its content.

    An enabled policy can neither be changed nor recreated with the same name
    (DuplicatePolicyName, DeleteLoadBalancerPolicy in the API reference).
    """
    return f"{kind}-{_digest(json.dumps(attributes))[:_HASH_LENGTH]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
