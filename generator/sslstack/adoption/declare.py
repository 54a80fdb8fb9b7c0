"""A load balancer as it is -> what ssl.yml shall say of it, and what it cannot say.

What ssl.yml's defaults say anyway is left out; what it has no word for is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sslstack.adoption import listeners, settings
from sslstack.adoption.context import AdoptionContext
from sslstack.adoption.references import StackReferences

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sslstack import compose
    from sslstack.adoption.model import LiveLoadBalancer
    from sslstack.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLoadBalancer:
    """What ssl.yml shall say: listeners by target, the service, and files beside it.

    A listener that the compose file alone says already is an empty mapping. `defaults` are what
    an entry says by leaving a key out, by its path.
    """

    listeners: Mapping[str, Mapping[str, Any]]
    service: Mapping[str, Any]
    defaults: Mapping[tuple[str, str], Mapping[str, Any]]
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def declare(
    live: LiveLoadBalancer,
    service: compose.Service,
    references: StackReferences | None = None,
    subnets: Collection[str] = (),
) -> DeclaredLoadBalancer:
    """Return the declaration of a load balancer that stands before a service.

    `own` is what its own stack has made of what it refers to. `subnets` are those that the
    stack gives its load balancers, none where that is not known yet.
    """
    context = AdoptionContext(
        live=live, service=service, references=references or StackReferences()
    )
    said = dict(listeners.declare_listeners(context))
    settled = dict(settings.declare_settings(context))
    settings.compare_subnets(context, subnets)
    return DeclaredLoadBalancer(
        listeners=said,
        service=settled,
        defaults={
            **{("listeners", name): said for name, said in listeners.find_defaults(context)},
            ("services", service.name): settings.find_defaults(context),
        },
        files=context.files,
        findings=tuple(context.findings),
    )
