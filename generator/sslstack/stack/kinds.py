"""Which kind of load balancer a service has: decided here, for whatever depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sslstack.declaration import Declaration
    from sslstack.documents import DocumentPath
    from sslstack.kinds import Kind


def choose_kind(declaration: Declaration, service: str) -> Kind:
    """Return the kind of a service: its own, else that of the whole file."""
    settings = declaration.ssl.services.get(service)
    own = settings.load_balancer if settings else None
    return own or declaration.ssl.load_balancer


def find_kinds(
    declaration: Declaration, names: Mapping[DocumentPath, str], certificate: str
) -> tuple[Kind, ...]:
    """Return the kinds of load balancers that get a certificate.

    `names` are those of certificates by the paths of listeners, as `Material.names` has them.
    """
    targets = [str(path[1]) for path, name in names.items() if name == certificate]
    kinds = (choose_kind(declaration, target.rpartition(":")[0]) for target in targets)
    return tuple(dict.fromkeys(kinds))


def is_supported(kind: Kind) -> bool:
    """Return whether a template can be generated for a kind."""
    match kind:
        case "classic":
            return True
        case "application" | "network":
            return False
        case _:
            assert_never(kind)
