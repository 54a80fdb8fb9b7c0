"""Rules for names, limits and outputs: what concerns a template as a whole."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sslstack.cloudformation.intrinsics import parameter_of, reference
from sslstack.cloudformation.limits import CERTIFICATES, COUNTS, NEAR, REFERENCES, RESOLVE
from sslstack.cloudformation.resource_types import CLASSIC, LOAD_BALANCER, SERVER_CERTIFICATE
from sslstack.rules.definition import rule
from sslstack.rules.reading import find_resources, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sslstack.rules.reading import Path, Resource

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)")
_BALANCERS = (CLASSIC, LOAD_BALANCER)


@rule("E9183", source="https", types=_BALANCERS)
def load_balancer_name(balancer: Resource) -> Iterator[tuple[Path, str]]:
    """Check the name where it is known."""
    for spot in balancer.find_values("LoadBalancerName" if balancer.type == CLASSIC else "Name"):
        name = read_text(spot, balancer.template)
        if name is None:
            continue
        if not _NAME.fullmatch(name):
            message = "is not 1 to 32 letters, digits and inner hyphens"
            yield spot.path, f"'{name}' {message}"
        elif balancer.type == LOAD_BALANCER and name.startswith("internal-"):
            yield spot.path, f"'{name}' begins with internal-, which AWS reserves"


def _is_first(thing: Resource) -> bool:
    """Whether this is the first of its type, where faults of the template are reported."""
    return next(find_resources(thing.template, thing.type)).name == thing.name


@rule("W9191", source="limits", types=(SERVER_CERTIFICATE,))
def near_limits(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Count, once a template."""
    if not _is_first(certificate):
        return
    template = certificate.template
    for section, limit in COUNTS.items():
        held = template.get(section)
        number = len(held) if isinstance(held, dict) else 0
        if number > limit * NEAR:
            yield (section,), f"{number} {section.lower()}; CloudFormation takes {limit}"
    references = json.dumps(template, default=str).count(RESOLVE)
    if references > REFERENCES * NEAR:
        yield ("Resources",), f"{references} dynamic references; CloudFormation takes {REFERENCES}"
    certificates = len(list(find_resources(template, SERVER_CERTIFICATE)))
    if certificates > CERTIFICATES * NEAR:
        message = f"{certificates} server certificates; an account has {CERTIFICATES} by default"
        yield certificate.properties.path[:2], message


@rule("E9195", source="parameters", types=(SERVER_CERTIFICATE,))
def secret_in_output(certificate: Resource) -> Iterator[tuple[Path, str]]:
    """Look through the outputs, once a template."""
    outputs = certificate.template.get("Outputs")
    if not _is_first(certificate) or not isinstance(outputs, dict):
        return
    for name, output in outputs.items():
        value = output.get("Value") if isinstance(output, dict) else None
        if _shows_secret(value, certificate.template):
            yield ("Outputs", str(name), "Value"), f"output {name} shows a secret"


def _shows_secret(value: Any, template: Mapping[str, Any]) -> bool:
    """Whether a secret is anywhere in a value."""
    if isinstance(value, str):
        return RESOLVE in value or any(
            _is_hidden(name, template) for name in re.findall(r"\$\{([A-Za-z0-9]+)\}", value)
        )
    if isinstance(value, list):
        return any(_shows_secret(item, template) for item in value)
    if isinstance(value, dict):
        target = reference(value)
        if target is not None and target[1] == "":
            return _is_hidden(target[0], template)
        return any(_shows_secret(item, template) for item in value.values())
    return False


def _is_hidden(name: str, template: Mapping[str, Any]) -> bool:
    parameter = parameter_of(name, template) or {}
    return str(parameter.get("NoEcho", "")).lower() == "true"
