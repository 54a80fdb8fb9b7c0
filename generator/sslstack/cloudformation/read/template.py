"""A whole template: its load balancers of every kind, and its certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sslstack.balancers.model import Description
from sslstack.cloudformation.loops import resources_of
from sslstack.cloudformation.read.certificates import read_certificates
from sslstack.cloudformation.read.classic import read_classic
from sslstack.cloudformation.read.modern import read_modern
from sslstack.cloudformation.resource_types import CLASSIC

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(template: Mapping[str, Any]) -> Description:
    """Read a template in long form."""
    modern, elsewhere = read_modern(template)
    classic = {
        name: read_classic(properties, template)
        for name, properties in resources_of(template, CLASSIC)
    }
    return Description(
        load_balancers={**modern, **classic},
        certificates=dict(read_certificates(template)),
        elsewhere=elsewhere,
    )


def find_conditional(template: Mapping[str, Any]) -> dict[str, bool]:
    """Give the load balancers whose listeners depend on conditions, and whether all of them do.

    Of the others, listeners beside the conditional ones are as they are written.
    """
    found = {}
    for name, properties in resources_of(template, CLASSIC):
        listed = properties.get("Listeners")
        if not isinstance(listed, list):
            found[name] = True
        elif not all(
            isinstance(one, dict) and isinstance(one.get("Protocol"), str) for one in listed
        ):
            found[name] = False
    return found
